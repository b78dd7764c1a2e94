"""What was found of one group of requests, piece by piece, until it is put together as `Figures`."""

from array import array
from collections import Counter

from knowledge.satisfaction import Counts, Figures, Stage, Summary

LEVEL, STAFF, CONFLICT, ASKED_FOR, REVISED = 7, 64, 128, 256, 512
"""A closure in one number: the level of its rating in the lowest bits, its 追评 above all the others."""
STAGES = ("acknowledge", "contact", "resolve")


class Tally:
    """What the queries found of one group."""

    def __init__(self) -> None:
        self.codes: Counter[tuple[int, int]] = Counter()
        self.closed = self.surveyed = 0
        self.reasons: Counter[str] = Counter()
        self.counts: Counter[str] = Counter()
        self.took = {name: array("q") for name in STAGES}

    def add(self, other: "Tally") -> None:
        """Take in what was found of a part of this group."""
        self.codes.update(other.codes)
        self.closed += other.closed
        self.surveyed += other.surveyed
        self.reasons.update(other.reasons)
        self.counts.update(other.counts)
        for name, seconds in other.took.items():
            self.took[name].extend(seconds)

    def closures(self) -> Summary:
        def counts(wanted: int, *, last: bool = False) -> Counts:
            given = [0] * 6
            for (code, revised), count in self.codes.items():
                if code & (STAFF | CONFLICT) == wanted or (wanted == CONFLICT and code & CONFLICT):
                    given[(revised if last and revised else code) & LEVEL] += count
            return Counts(*given[:0:-1])

        changed = [
            (revised - (code & LEVEL), count)
            for (code, revised), count in self.codes.items()
            if revised and not code & (STAFF | CONFLICT)
        ]
        return Summary(
            requests=self.closed,
            closed=self.closed,
            surveyed=self.surveyed,
            counts=counts(0),
            after_changes=counts(0, last=True),
            staff_taken=counts(STAFF),
            conflict=counts(CONFLICT),
            changed_up=sum(count for by, count in changed if by > 0),
            changed_down=sum(count for by, count in changed if by < 0),
        )

    def figures(self) -> Figures:
        def stage(name: str) -> Stage:
            ordered = sorted(self.took.get(name, ()))
            n = len(ordered)
            ranks = (ordered[(n + 1) // 2 - 1], ordered[(9 * n + 9) // 10 - 1]) if n else (None, None)
            return Stage(self.counts[f"{name}_due"], self.counts[f"{name}_in_time"], *ranks)

        return Figures(
            requests=self.counts["requests"],
            closures=self.closures(),
            reasons=dict(self.reasons),
            rectify=stage("rectify"),
            acknowledge=stage("acknowledge"),
            contact=stage("contact"),
            resolve=stage("resolve"),
            transfers=self.counts["transfers"],
            second_asks=self.counts["second_asks"],
            idle=self.counts["idle"],
        )
