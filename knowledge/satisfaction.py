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
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
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
        return sum(self[rating] for rating in Rating)

    @property
    def poor(self) -> int:
        """差评."""
        return sum(self[rating] for rating in POOR)

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


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
