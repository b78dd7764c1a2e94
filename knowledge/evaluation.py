"""Measures the matcher on labelled utterances, with 95 % intervals, so that a change can be judged.

A row is one JSON object a line: `text`; `items`, the ids that are all acceptable answers; `domain`; `danger`, the
kind of a danger that is happening, or null; `style`, how it is written.
"""

import json
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

from knowledge.catalogue import GENERAL, Catalogue
from knowledge.danger import DangerKind, Tier
from knowledge.matching import Band, Match, Matcher

_Z = 1.959964  # two-sided 95 %


class RowError(Exception):
    """A file of utterances cannot be used; the text names file, line and what was expected."""


@dataclass(frozen=True)
class Row:
    """One labelled utterance."""

    text: str
    items: tuple[str, ...]
    domain: str
    danger: DangerKind | None
    style: str


@dataclass(frozen=True)
class Answer:
    """What the matcher said to a row, and how long it took in milliseconds."""

    row: Row
    match: Match
    milliseconds: float

    @property
    def right(self) -> bool:
        """The first service is an acceptable one."""
        return self.match.ranked[0].id in self.row.items

    @property
    def straight(self) -> bool:
        """The text would be sent on without asking."""
        return self.match.band is Band.STRAIGHT


def read(file: Path, catalogue: Catalogue) -> list[Row]:
    """The rows of a JSON-lines file; RowError for the first line that is not as expected."""
    rows = []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if line.strip():
            rows.append(_row(line, f"{file}:{number}", catalogue))
    if not rows:
        raise RowError(f"{file}:1: expected at least one row")
    return rows


def _row(line: str, place: str, catalogue: Catalogue) -> Row:
    try:
        raw = json.loads(line)
    except ValueError:
        raise RowError(f"{place}: expected a JSON object") from None
    if not isinstance(raw, dict) or not isinstance(raw.get("text"), str):
        raise RowError(f"{place}: text: expected text")
    items = raw.get("items")
    if not isinstance(items, list) or not items:
        raise RowError(f"{place}: items: expected a list of service ids")
    for id in items:
        if id not in catalogue.services:
            raise RowError(f"{place}: items: expected ids of the service lists, found {id}")
    danger = raw.get("danger")
    if danger is not None and danger not in tuple(DangerKind):
        raise RowError(f"{place}: danger: expected null or one of {', '.join(DangerKind)}, found {danger}")
    return Row(
        text=raw["text"],
        items=tuple(items),
        domain=str(raw.get("domain") or catalogue.service(items[0]).domain),
        danger=None if danger is None else DangerKind(danger),
        style=str(raw.get("style") or "none"),
    )


def answers(matcher: Matcher, rows: Iterable[Row], progress: Callable[[int], None]) -> list[Answer]:
    """Match every row, telling `progress` how many are done."""
    found = []
    for number, row in enumerate(rows, 1):
        start = perf_counter()
        match = matcher.match(row.text)
        found.append(Answer(row, match, (perf_counter() - start) * 1000))
        progress(number)
    return found


def report(matcher: Matcher, found: Sequence[Answer]) -> dict[str, Any]:
    """All measures of the answers, ready for JSON; a share is value, low and high of the interval, and n."""
    catalogue = matcher.catalogue
    straight = [answer for answer in found if answer.straight]
    outside = [answer for answer in found if answer.row.items == (GENERAL,)]
    by_domain, by_style = defaultdict(list), defaultdict(list)
    for answer in found:
        by_domain[answer.row.domain].append(answer)
        by_style[answer.row.style].append(answer)
    times = sorted(answer.milliseconds for answer in found)
    return {
        "rows": len(found),
        **_routing(found, catalogue),
        "straight": {
            "precision": share(sum(answer.right for answer in straight), len(straight)),
            "share": share(len(straight), len(found)),
        },
        "out_of_scope_sent_wrong": share(sum(answer.straight and not answer.right for answer in outside), len(outside)),
        "danger": _danger(found),
        "by_domain": {name: _routing(some, catalogue) for name, some in sorted(by_domain.items())},
        "by_style": {name: _routing(some, catalogue) for name, some in sorted(by_style.items())},
        "confusions": _confusions(found),
        "latency_ms": {
            name: round(times[min(len(times) - 1, int(len(times) * part))], 3)
            for name, part in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99), ("max", 1.0))
        },
    }


def _routing(found: Sequence[Answer], catalogue: Catalogue) -> dict[str, Any]:
    def in_domain(answer: Answer) -> bool:
        wanted = {catalogue.service(id).domain for id in answer.row.items} | {answer.row.domain}
        return catalogue.service(answer.match.ranked[0].id).domain in wanted

    def in_three(answer: Answer) -> bool:
        return any(candidate.id in answer.row.items for candidate in answer.match.ranked[:3])

    return {
        "top1": share(sum(answer.right for answer in found), len(found)),
        "top3": share(sum(map(in_three, found)), len(found)),
        "domain": share(sum(map(in_domain, found)), len(found)),
    }


def _danger(found: Sequence[Answer]) -> dict[str, Any]:
    real = [answer for answer in found if answer.row.danger is not None]
    harmless = [answer.match.danger for answer in found if answer.row.danger is None]

    def seen(some: Sequence[Answer]) -> dict[str, Any]:
        dangers = [answer.match.danger for answer in some]
        return {
            "found": share(sum(danger is not None for danger in dangers), len(some)),
            "interrupts": share(sum(d is not None and d.tier is Tier.PRESENT for d in dangers), len(some)),
            "right_kind": share(
                sum(a.match.danger is not None and a.match.danger.kind is a.row.danger for a in some), len(some)
            ),
        }

    return {
        **seen(real),
        "false_interrupt": share(sum(d is not None and d.tier is Tier.PRESENT for d in harmless), len(harmless)),
        "false_line": share(sum(d is not None and d.tier is Tier.DOUBTFUL for d in harmless), len(harmless)),
        "by_kind": {
            str(kind): seen(some)
            for kind in DangerKind
            if (some := [answer for answer in real if answer.row.danger is kind])
        },
    }


def _confusions(found: Sequence[Answer], most: int = 25) -> list[dict[str, Any]]:
    pairs = Counter((answer.row.items[0], answer.match.ranked[0].id) for answer in found if not answer.right)
    ordered = sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0]))
    return [{"wanted": wanted, "said": said, "times": times} for (wanted, said), times in ordered[:most]]


def share(part: int, whole: int) -> dict[str, Any]:
    """A share with its 95 % interval (Wilson 1927, sound for small counts); value None of nothing."""
    if whole == 0:
        return {"value": None, "low": None, "high": None, "n": 0}
    p = part / whole
    spread = 1 + _Z * _Z / whole
    middle = (p + _Z * _Z / (2 * whole)) / spread
    half = _Z * math.sqrt(p * (1 - p) / whole + _Z * _Z / (4 * whole * whole)) / spread
    return {
        "value": round(p, 4),
        "low": round(max(0.0, middle - half), 4),
        "high": round(min(1.0, middle + half), 4),
        "n": whole,
    }


def table(measures: dict[str, Any]) -> str:
    """The same measures as lines for reading."""

    def line(name: str, some: dict[str, Any]) -> str:
        if some["value"] is None:
            return f"{name:<34} –"
        return f"{name:<34} {some['value']:6.3f}  [{some['low']:.3f}, {some['high']:.3f}]  n={some['n']}"

    danger = measures["danger"]
    lines = [
        *(line(name, measures[name]) for name in ("top1", "top3", "domain")),
        line("straight on: precision", measures["straight"]["precision"]),
        line("straight on: share", measures["straight"]["share"]),
        line("out of scope sent wrong", measures["out_of_scope_sent_wrong"]),
        *(
            line(f"danger: {name}", danger[name])
            for name in ("found", "interrupts", "right_kind", "false_interrupt", "false_line")
        ),
        *(line(f"danger found: {kind}", some["found"]) for kind, some in danger["by_kind"].items()),
    ]
    for group in ("by_domain", "by_style"):
        for name, some in measures[group].items():
            lines += [line(f"{name}: {measure}", some[measure]) for measure in ("top1", "top3")]
    lines += [f"{c['times']:>3} × {c['wanted']} taken for {c['said']}" for c in measures["confusions"]]
    lines.append("milliseconds  " + "  ".join(f"{k} {v:.2f}" for k, v in measures["latency_ms"].items()))
    return "\n".join(lines)
