"""Learning without a developer: turns what people chose, or workers corrected, into proposals for review.

Nothing here changes a service list. A person reads the proposals and writes the good ones into the lists' files;
the matcher learns them when it is next loaded.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from rapidfuzz import fuzz, process

from knowledge.catalogue import GENERAL, Catalogue
from knowledge.matching import Band, Matcher
from knowledge.wording import plain

_T = TypeVar("_T")
_LENGTHS = range(3, 81)  # characters of a phrase worth keeping
_SAME = 88.0  # likeness, of 100, from which two texts say the same
_PERSONAL = re.compile(r"[0-9０-９][0-9０-９\- ]{4,}")  # telephone, card and request numbers


class OutcomeError(Exception):
    """A file of outcomes cannot be used; the text names file, line and what was expected."""


@dataclass(frozen=True)
class Outcome:
    """What became of one text (empty where it may not be read): the services offered, best first, and the one chosen
    at last (None: none).
    """

    text: str
    offered: tuple[str, ...]
    chosen: str | None


@dataclass(frozen=True)
class Phrase:
    """A phrase proposed for a service; `times` it was said, `found` the service it leads to today."""

    service: str
    phrase: str
    times: int
    found: str


@dataclass(frozen=True)
class Pair:
    """A service people were offered first and the one they meant; `asked` when a question tells them apart."""

    offered: str
    chosen: str
    times: int
    asked: bool


@dataclass(frozen=True)
class Unmet:
    """A need no list has, in the words of one who said it, and how often the like was said."""

    example: str
    times: int


@dataclass(frozen=True)
class Suggestions:
    """Everything proposed for review, most frequent first."""

    phrases: tuple[Phrase, ...]
    confused: tuple[Pair, ...]
    unmet: tuple[Unmet, ...]

    def as_data(self) -> dict[str, Any]:
        """Plain lists and mappings, ready for JSON."""
        return asdict(self)


def read(file: Path, catalogue: Catalogue) -> list[Outcome]:
    """Outcomes, one JSON object a line (text, offered, chosen); OutcomeError for a line that is not one."""
    found = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        try:
            raw = json.loads(line)
            outcome = Outcome(raw["text"], tuple(raw.get("offered") or ()), raw.get("chosen"))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise OutcomeError(f"{file}:{number}: expected an object with text, offered and chosen") from None
        for id in (*outcome.offered, *([outcome.chosen] if outcome.chosen else [])):
            if id not in catalogue.services:
                raise OutcomeError(f"{file}:{number}: expected ids of the service lists, found {id}")
        found.append(outcome)
    return found


def suggest(matcher: Matcher, outcomes: Iterable[Outcome]) -> Suggestions:
    """Proposals from these outcomes; texts with numbers that may be somebody's are left out."""
    usable = [outcome for outcome in outcomes if not _PERSONAL.search(outcome.text)]
    confused = Counter(
        (outcome.offered[0], outcome.chosen)
        for outcome in usable
        if outcome.offered and outcome.chosen and outcome.offered[0] != outcome.chosen
    )
    return Suggestions(
        phrases=_phrases(matcher, usable),
        confused=tuple(
            Pair(offered, chosen, times, matcher.catalogue.contrast(offered, chosen) is not None)
            for (offered, chosen), times in _ordered(confused)
        ),
        unmet=tuple(
            Unmet(text, times)
            for text, times in _grouped(o.text for o in usable if o.text.strip() and o.chosen in (None, GENERAL))
        ),
    )


def _phrases(matcher: Matcher, outcomes: Iterable[Outcome]) -> tuple[Phrase, ...]:
    said: dict[str, list[str]] = {}
    for outcome in outcomes:
        if outcome.chosen and len(outcome.text.strip()) in _LENGTHS:
            said.setdefault(outcome.chosen, []).append(outcome.text.strip())
    proposals = []
    for service, texts in said.items():
        known = [plain(phrase) for phrase in matcher.catalogue.service(service).phrases]
        for text, times in _grouped(texts):
            match = matcher.match(text)
            if match.ranked[0].id == service and match.band is Band.STRAIGHT:
                continue  # already understood
            if process.extractOne(plain(text), known, scorer=fuzz.ratio, score_cutoff=_SAME) is None:
                proposals.append(Phrase(service, text, times, match.ranked[0].id))
    return tuple(sorted(proposals, key=lambda p: (-p.times, p.service, p.phrase)))


def _grouped(texts: Iterable[str]) -> list[tuple[str, int]]:
    """Texts that say the same counted together under the one said first, most frequent first."""
    groups: Counter[str] = Counter()
    seen: dict[str, str] = {}
    for text in texts:
        clean = plain(text)
        near = process.extractOne(clean, seen.keys(), scorer=fuzz.ratio, score_cutoff=_SAME)
        groups[seen.setdefault(near[0] if near else clean, text)] += 1
    return _ordered(groups)


def _ordered(counts: Counter[_T]) -> list[tuple[_T, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], str(pair[0])))
