"""Signs of danger to life in what residents write, and the numbers to call at once.

Two readers look at every message and neither can silence the other. Signs are expressions that name a danger;
guards beside them tell the past, the film, the device and the figure of speech from what is happening now.
A classifier trained on written examples hears what no expression names, such as a farewell.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from knowledge.model import Classifier
from knowledge.training import danger_weights
from knowledge.wording import windows

_SIGNS = Path(__file__).parent / "lexicon" / "signs.yaml"
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DangerKind(StrEnum):
    """What the danger is; each kind has its own numbers."""

    MEDICAL = "medical"
    VIOLENCE = "violence"
    SUICIDE = "suicide"
    FIRE_GAS = "fire_gas"
    MISSING_PERSON = "missing_person"


class Tier(StrEnum):
    """PRESENT interrupts with the number and alerts staff; DOUBTFUL (past, unclear) only adds a line."""

    PRESENT = "present"
    DOUBTFUL = "doubtful"


_NUMBERS: dict[DangerKind, tuple[str, ...]] = {
    DangerKind.MEDICAL: ("120",),
    DangerKind.VIOLENCE: ("110",),
    DangerKind.SUICIDE: ("12356", "120", "110"),
    DangerKind.FIRE_GAS: ("119",),
    DangerKind.MISSING_PERSON: ("110",),
}
_KIN = re.compile("娃|孩|妈|爸|爷|奶|老人|婆婆|外公")  # whom a family looks for, not a debtor
# When a text shows several, the one whose number helps with the others is named
_GRAVEST = (
    DangerKind.SUICIDE,
    DangerKind.VIOLENCE,
    DangerKind.FIRE_GAS,
    DangerKind.MEDICAL,
    DangerKind.MISSING_PERSON,
)


@dataclass(frozen=True)
class Danger:
    """A danger found in a text."""

    kind: DangerKind
    tier: Tier

    @property
    def numbers(self) -> tuple[str, ...]:
        """Telephone numbers to call, the most fitting first."""
        return _NUMBERS[self.kind]


LONGEST = 1500  # characters read of one message


def find(text: str) -> Danger | None:
    """The gravest danger the text shows, a present one before a doubtful one; None when it shows none."""
    text = text[:LONGEST]
    tiers: dict[DangerKind, Tier] = {}
    for kind, tier in (*_signs(text), *_heard(text)):
        if tiers.get(kind) is not Tier.PRESENT:
            tiers[kind] = tier
    for tier in Tier:
        for kind in _GRAVEST:
            if tiers.get(kind) is tier:
                return Danger(kind, tier)
    return None


@dataclass(frozen=True)
class _Lexicon:
    harmless: re.Pattern[str]
    signs: Mapping[DangerKind, tuple[re.Pattern[str], ...]]
    alone: Mapping[DangerKind, re.Pattern[str]]
    guards: Mapping[str, re.Pattern[str]]


@cache
def _lexicon() -> _Lexicon:
    data: dict[str, Any] = yaml.load(_SIGNS.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506

    def compiled(expression: str) -> re.Pattern[str]:
        for name, words in data["words"].items():
            expression = expression.replace(f"{{{name}}}", words)
        return re.compile(expression)

    return _Lexicon(
        harmless=compiled("|".join(data["harmless"])),
        signs={DangerKind(kind): tuple(map(compiled, some)) for kind, some in data["signs"].items()},
        alone={DangerKind(kind): compiled(words) for kind, words in data["alone"].items()},
        guards={name: compiled(expression) for name, expression in data["guards"].items()},
    )


def _signs(text: str) -> Iterator[tuple[DangerKind, Tier]]:
    """What the expressions find, each hit weighed by the words around it."""
    lexicon = _lexicon()
    for kind, words in lexicon.alone.items():
        if words.fullmatch(_plain(text).rstrip("了啦啊呀快，│")) or words.fullmatch(_plain(text)):
            yield kind, Tier.PRESENT
    clean = lexicon.harmless.sub(lambda found: "□" * len(found[0]), _plain(text))
    for kind, expressions in lexicon.signs.items():
        hits = [hit for expression in expressions for hit in expression.finditer(clean)]
        several = len({hit.re for hit in hits}) > 1
        for hit in hits:
            if (tier := _weigh(kind, hit, several, lexicon.guards)) is not None:
                yield kind, tier


def _weigh(kind: DangerKind, hit: re.Match[str], several: bool, guards: Mapping[str, re.Pattern[str]]) -> Tier | None:
    """PRESENT unless the words around say otherwise; None when it is no danger at all."""
    text, start, end = hit.string, hit.start(), hit.end()
    first = text.rfind("│", 0, start) + 1
    last = text.find("│", end)
    last = len(text) if last < 0 else last
    before, said, after = text[first:start], hit[0], text[end:last]
    sentence = text[first:last]
    grave = kind in (DangerKind.VIOLENCE, DangerKind.SUICIDE)

    def near(name: str, back: int, ahead: int) -> bool:
        around = before[len(before) - min(back, len(before)) :] + said + after[:ahead]
        return guards[name].search(around) is not None

    def latest(name: str) -> int:
        return max((found.end() for found in guards[name].finditer(text[:end])), default=-1)

    moment = latest("now")
    now = moment > first or guards["now"].search(after[:14]) is not None

    if near("denied", 8, 0) or near("told", 24, 6):
        return None
    if near("feared", 14, 0) and not guards["now"].search(said):
        return None
    if not now and (near("device", 30, 30) or (not grave and near("routine", 30, 30))):
        return None
    if kind in (DangerKind.MEDICAL, DangerKind.SUICIDE) and near("saved", 14, 14):
        return None
    if kind is DangerKind.MISSING_PERSON and guards["owed"].search(sentence):
        return Tier.DOUBTFUL if now and _KIN.search(sentence) else None
    if (old := latest("long_ago")) > moment or near("past_tense", 0, 2):
        return Tier.DOUBTFUL if grave or -1 < old < first else None
    if guards["dead"].search(sentence) and kind is not DangerKind.VIOLENCE:
        return None
    if guards["over"].search(said + after):
        return Tier.DOUBTFUL if grave else None
    if latest("recent") > moment or near("online", 10, 4) and kind is DangerKind.VIOLENCE and not now:
        return Tier.DOUBTFUL
    claimed = guards["claim"].search(sentence) is not None
    if kind is DangerKind.SUICIDE:
        return Tier.DOUBTFUL if claimed and guards["vexed"].search(sentence) else Tier.PRESENT
    if now:
        return Tier.PRESENT
    if near("habit", 12, 4):
        return Tier.DOUBTFUL if grave else None
    if claimed and kind is not DangerKind.MISSING_PERSON:
        return Tier.DOUBTFUL if grave or several else None
    return Tier.DOUBTFUL if near("faint", 14, 12) else Tier.PRESENT


def _heard(text: str) -> Iterator[tuple[DangerKind, Tier]]:
    """What the classifier makes of the text, and of each window of a long one."""
    model = _model()
    kinds = [DangerKind(label) for label in model.labels[:-2]]
    for levels, parts in ((model.facts["whole"], [text] * (len(text) > 5)), (model.facts["parts"], windows(text))):
        for part in parts:
            scores = model.scores(part)[: len(kinds)]
            total = float(scores.sum())
            if total >= levels[1]:
                yield kinds[int(scores.argmax())], Tier.PRESENT if total >= levels[0] else Tier.DOUBTFUL


@cache
def _model() -> Classifier:
    return danger_weights()


def _plain(text: str) -> str:
    """Lower case and half width; sentences end with │, clauses with a comma."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[。!?;！？；…\n]+", "│", text)
    return re.sub(r"[,、，:：~\s\"“”‘’（）()《》【】.\-]+", "，", text).strip("，│")
