"""How satisfied people are: the five ratings, and the figures made of them.

The formulas, each over the closures of one period and area:

- coverage = rated / closed. Closing without a word (7 days of silence) is unrated, never satisfied.
- satisfaction 满意度 = (非常满意 + 满意 + 基本满意) / rated.
- good rate 好评率 = (非常满意 + 满意) / rated.
- mean = sum of values (5 to 1) / rated.

``rated`` holds the ratings residents gave themselves. A rating taken down by staff, and one under a conflict
of interest (the rater handled the request), is counted apart and enters none of the four. A later change
(追评) is kept beside the first rating: the figures are those of the first, and `Summary` says what the
changes would make of them.

Beside them stand the figures of the way a request went (`Figures`): whether promises were kept, how long it took, and
what shows that work was pushed around (推诿). A satisfied resident of a closed request says nothing of the one that
nobody took.
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum, StrEnum
from typing import Self


class Rating(IntEnum):
    """The five ratings; the value is the points, ``key`` the neutral name (for texts and exports)."""

    VERY_SATISFIED = 5
    SATISFIED = 4
    FAIRLY_SATISFIED = 3
    DISSATISFIED = 2
    VERY_DISSATISFIED = 1

    @property
    def key(self) -> str:
        """very_satisfied, satisfied, fairly_satisfied, dissatisfied or very_dissatisfied."""
        return self.name.lower()

    @property
    def poor(self) -> bool:
        """Whether this is a 差评, which opens a rectification."""
        return self in POOR


POOR = frozenset({Rating.DISSATISFIED, Rating.VERY_DISSATISFIED})
"""差评: the last two."""

CALLS = 3
"""How often somebody who cannot be asked in chat is called at most; then silence closes it unrated."""

CALLED_AFTER = timedelta(days=4)
"""After so long without a rating, a day after the reminder in chat, somebody calls; before silence closes it."""

FEW = 5
"""With fewer ratings than this a rate says nothing: show the counts instead."""


@dataclass(frozen=True)
class ClosedCase:
    """One closure as the summary sees it (a request not closed yet counts too, with ``closed`` False).

    ``level`` is the first rating's value (1 to 5) or None; ``revised_level`` that of the 追评. ValueError if
    they contradict each other or the closure: a figure made of such a row would be wrong without showing it.
    """

    closed: bool
    surveyed: bool
    level: int | None
    revised_level: int | None
    staff_taken: bool
    conflict: bool

    def __post_init__(self) -> None:
        for level in (self.level, self.revised_level):
            if level is not None and not 1 <= level <= 5:
                raise ValueError(f"expected a rating from 1 to 5, not {level}")
        if self.level is not None and not self.closed:
            raise ValueError("expected a closure for every rating")
        if self.revised_level is not None and self.level is None:
            raise ValueError("expected a first rating before a changed one")


@dataclass(frozen=True)
class Counts:
    """How often each rating was given."""

    very_satisfied: int = 0
    satisfied: int = 0
    fairly_satisfied: int = 0
    dissatisfied: int = 0
    very_dissatisfied: int = 0

    @classmethod
    def of(cls, levels: Iterable[int]) -> Self:
        """Count rating values (1 to 5)."""
        tally = dict.fromkeys(Rating, 0)
        for level in levels:
            tally[Rating(level)] += 1
        return cls(**{rating.key: count for rating, count in tally.items()})

    def __getitem__(self, rating: Rating) -> int:
        return int(getattr(self, rating.key))

    @property
    def total(self) -> int:
        return self.very_satisfied + self.satisfied + self.fairly_satisfied + self.poor

    @property
    def poor(self) -> int:
        """差评."""
        return self.dissatisfied + self.very_dissatisfied

    @property
    def satisfaction(self) -> float | None:
        """满意度, 0 to 1; None when nothing is rated."""
        return _share(self.total - self.poor, self.total)

    @property
    def good_rate(self) -> float | None:
        """好评率, 0 to 1; None when nothing is rated."""
        return _share(self.very_satisfied + self.satisfied, self.total)

    @property
    def mean(self) -> float | None:
        """Mean of the values, 1 to 5; None when nothing is rated."""
        return _share(sum(rating * self[rating] for rating in Rating), self.total)


@dataclass(frozen=True)
class Summary:
    """The figures of a set of requests. Only counts are kept; rates are worked out of them, exactly once."""

    requests: int
    closed: int
    surveyed: int
    counts: Counts
    """First ratings given by residents themselves: what every rate is made of."""
    after_changes: Counts
    """The same ratings with each 追评 in place of its first."""
    staff_taken: Counts
    """Apart: taken down by staff."""
    conflict: Counts
    """Apart: under a conflict of interest (also when staff took it down)."""
    changed_up: int
    changed_down: int
    """追评 better or worse than the first rating."""

    @property
    def rated(self) -> int:
        return self.counts.total

    @property
    def unrated(self) -> int:
        """Closed without any rating at all."""
        return self.closed - self.rated - self.staff_taken.total - self.conflict.total

    @property
    def few(self) -> bool:
        """Too few ratings for a rate: show the counts."""
        return self.rated < FEW

    @property
    def coverage(self) -> float | None:
        """rated / closed, 0 to 1; None when nothing is closed."""
        return _share(self.rated, self.closed)

    @property
    def satisfaction(self) -> float | None:
        return self.counts.satisfaction

    @property
    def good_rate(self) -> float | None:
        return self.counts.good_rate

    @property
    def mean(self) -> float | None:
        return self.counts.mean


def summarise(rows: Iterable[ClosedCase]) -> Summary:
    """Count ``rows`` (one a closure, or a request still open) in one pass, keeping none of them."""
    requests = closed = surveyed = 0
    own: Counter[tuple[int, int]] = Counter()
    staff: Counter[int] = Counter()
    conflict: Counter[int] = Counter()
    for row in rows:
        requests += 1
        closed += row.closed
        surveyed += row.closed and row.surveyed
        if row.level is None:
            continue
        if row.conflict:
            conflict[row.level] += 1
        elif row.staff_taken:
            staff[row.level] += 1
        else:
            own[row.level, row.level if row.revised_level is None else row.revised_level] += 1
    return Summary(
        requests=requests,
        closed=closed,
        surveyed=surveyed,
        counts=Counts.of(first for first, _ in own.elements()),
        after_changes=Counts.of(last for _, last in own.elements()),
        staff_taken=Counts.of(staff.elements()),
        conflict=Counts.of(conflict.elements()),
        changed_up=sum(last > first for first, last in own.elements()),
        changed_down=sum(last < first for first, last in own.elements()),
    )


def together(summaries: Iterable[Summary]) -> Summary:
    """The summary of all of them: counts are added, rates are worked out of the sums."""
    found = list(summaries)

    def added(which: Callable[[Summary], Counts]) -> Counts:
        return Counts(**{r.key: sum(which(s)[r] for s in found) for r in Rating})

    return Summary(
        requests=sum(s.requests for s in found),
        closed=sum(s.closed for s in found),
        surveyed=sum(s.surveyed for s in found),
        counts=added(lambda s: s.counts),
        after_changes=added(lambda s: s.after_changes),
        staff_taken=added(lambda s: s.staff_taken),
        conflict=added(lambda s: s.conflict),
        changed_up=sum(s.changed_up for s in found),
        changed_down=sum(s.changed_down for s in found),
    )


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


@dataclass(frozen=True)
class Stage:
    """One promised stage (受理, 联系, 办结, 整改) of a set of requests: whether it was kept, and how long it took.

    :ivar due: those where the stage was done, or its promise has passed
    :ivar in_time: those of them where it was done no later than promised
    :ivar median: seconds it took, by nearest rank (the ⌈n/2⌉-th of n); None when none was done
    :ivar p90: the ⌈0.9 n⌉-th
    """

    due: int = 0
    in_time: int = 0
    median: int | None = None
    p90: int | None = None

    @property
    def rate(self) -> float | None:
        """in_time / due, 0 to 1."""
        return _share(self.in_time, self.due)


@dataclass(frozen=True)
class Figures:
    """Everything a report says of one set of requests. `MEASURES` lists what is shown, with its formula.

    :ivar requests: recorded in the period; `acknowledge`, `contact` and `resolve` are over these
    :ivar closures: the ratings, over what was closed in the period
    :ivar reasons: of each 差评 that residents gave themselves, the reason chosen (`""`: none) and how often
    :ivar rectify: 整改 of the period's 差评 (its times are not kept)
    :ivar transfers: 转办 that happened in the period, to colleagues and to bodies outside
    :ivar second_asks: documents asked for a second time in the period
    :ivar idle: seconds in which nobody had the work in hand: from recording to the first 受理, and while a transfer
        was on offer
    """

    requests: int
    closures: Summary
    reasons: dict[str, int]
    rectify: Stage
    acknowledge: Stage
    contact: Stage
    resolve: Stage
    transfers: int
    second_asks: int
    idle: int

    def value(self, key: str) -> float | int | None:
        """One of `MEASURES`; None where there is nothing to measure (or too few ratings for a rate)."""
        return _VALUES[key](self)


class Sort(StrEnum):
    """How a figure is written."""

    COUNT = "count"
    SHARE = "share"
    """0 to 1, shown in per cent."""
    SCORE = "score"
    HOURS = "hours"
    RATIO = "ratio"


@dataclass(frozen=True)
class Measure:
    """One figure of a report; its name and formula are texts (`measure-…`, `formula-…`)."""

    key: str
    sort: Sort


_C, _S, _H = Sort.COUNT, Sort.SHARE, Sort.HOURS
MEASURES: tuple[Measure, ...] = tuple(
    Measure(key, sort)
    for key, sort in (
        ("requests", _C), ("closed", _C), ("surveyed", _C), ("rated", _C), ("unrated", _C), ("coverage", _S),
        *((rating.key, _C) for rating in sorted(Rating, reverse=True)),
        ("satisfaction", _S), ("good_rate", _S), ("mean", Sort.SCORE), ("poor", _C), ("rectified", _S),
        ("changed_up", _C), ("changed_down", _C), ("staff_taken", _C), ("conflict", _C),
        ("acknowledged", _S), ("acknowledge_median", _H), ("acknowledge_p90", _H),
        ("contacted", _S), ("contact_median", _H), ("contact_p90", _H),
        ("resolved", _S), ("resolve_median", _H), ("resolve_p90", _H),
        ("transfers", _C), ("transfers_each", Sort.RATIO), ("idle_hours", _H), ("second_asks", _C),
    )
)  # fmt: skip
"""Every figure of a report, in the order of its columns."""


def _hours(seconds: int | None) -> float | None:
    return None if seconds is None else seconds / 3600


def _unless_few(figures: Figures, value: float | None) -> float | None:
    return None if figures.closures.few else value


_VALUES: dict[str, Callable[[Figures], float | int | None]] = {
    "requests": lambda f: f.requests,
    "closed": lambda f: f.closures.closed,
    "surveyed": lambda f: f.closures.surveyed,
    "rated": lambda f: f.closures.rated,
    "unrated": lambda f: f.closures.unrated,
    "coverage": lambda f: f.closures.coverage,
    "very_satisfied": lambda f: f.closures.counts.very_satisfied,
    "satisfied": lambda f: f.closures.counts.satisfied,
    "fairly_satisfied": lambda f: f.closures.counts.fairly_satisfied,
    "dissatisfied": lambda f: f.closures.counts.dissatisfied,
    "very_dissatisfied": lambda f: f.closures.counts.very_dissatisfied,
    "satisfaction": lambda f: _unless_few(f, f.closures.satisfaction),
    "good_rate": lambda f: _unless_few(f, f.closures.good_rate),
    "mean": lambda f: _unless_few(f, f.closures.mean),
    "poor": lambda f: f.closures.counts.poor,
    "rectified": lambda f: f.rectify.rate,
    "changed_up": lambda f: f.closures.changed_up,
    "changed_down": lambda f: f.closures.changed_down,
    "staff_taken": lambda f: f.closures.staff_taken.total,
    "conflict": lambda f: f.closures.conflict.total,
    "acknowledged": lambda f: f.acknowledge.rate,
    "acknowledge_median": lambda f: _hours(f.acknowledge.median),
    "acknowledge_p90": lambda f: _hours(f.acknowledge.p90),
    "contacted": lambda f: f.contact.rate,
    "contact_median": lambda f: _hours(f.contact.median),
    "contact_p90": lambda f: _hours(f.contact.p90),
    "resolved": lambda f: f.resolve.rate,
    "resolve_median": lambda f: _hours(f.resolve.median),
    "resolve_p90": lambda f: _hours(f.resolve.p90),
    "transfers": lambda f: f.transfers,
    "transfers_each": lambda f: _share(f.transfers, f.requests),
    "idle_hours": lambda f: _hours(f.idle),
    "second_asks": lambda f: f.second_asks,
}
