"""The satisfaction figures against examples worked by hand and an independent count."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.satisfaction import FEW, POOR, ClosedCase, Counts, Rating, summarise


def case(
    level: int | None = None,
    revised: int | None = None,
    *,
    closed: bool = True,
    surveyed: bool = True,
    staff_taken: bool = False,
    conflict: bool = False,
) -> ClosedCase:
    """A closure, surveyed and unrated unless said otherwise."""
    return ClosedCase(closed, surveyed, level, revised, staff_taken, conflict)


@st.composite
def cases(draw: st.DrawFn) -> ClosedCase:
    """Any closure or open request that does not contradict itself."""
    closed = draw(st.booleans())
    level = draw(st.none() | st.integers(1, 5)) if closed else None
    revised = None if level is None else draw(st.none() | st.integers(1, 5))
    return ClosedCase(closed, draw(st.booleans()), level, revised, draw(st.booleans()), draw(st.booleans()))


def test_the_last_two_of_the_five_ratings_are_poor() -> None:
    """不满意 and 非常不满意, with the lowest values."""
    assert [(rating.value, rating.key) for rating in Rating] == [
        (5, "very_satisfied"),
        (4, "satisfied"),
        (3, "fairly_satisfied"),
        (2, "dissatisfied"),
        (1, "very_dissatisfied"),
    ]
    assert {rating.value for rating in POOR} == {1, 2}
    assert [rating.poor for rating in Rating] == [False, False, False, True, True]


def test_the_figures_of_ten_requests_are_those_worked_by_hand() -> None:
    """Nine are closed: six rated 5 5 4 3 2 1 by residents, one by staff, one in conflict, one silent."""
    summary = summarise(
        [
            *(case(level) for level in (5, 5, 4, 3, 2)),
            case(1, 4),
            case(5, staff_taken=True),
            case(5, conflict=True, staff_taken=True),
            case(surveyed=False),
            case(closed=False, surveyed=False),
        ]
    )
    assert (summary.requests, summary.closed, summary.surveyed) == (10, 9, 8)
    assert summary.counts == Counts(2, 1, 1, 1, 1)
    assert (summary.rated, summary.unrated, summary.few) == (6, 1, False)
    assert summary.coverage == pytest.approx(6 / 9)
    assert summary.satisfaction == pytest.approx(4 / 6)
    assert summary.good_rate == pytest.approx(3 / 6)
    assert summary.mean == pytest.approx(20 / 6)
    assert summary.counts.poor == 2
    assert (summary.staff_taken.total, summary.conflict.total) == (1, 1)
    assert (summary.changed_up, summary.changed_down) == (1, 0)
    assert summary.after_changes.satisfaction == pytest.approx(5 / 6)


def test_nothing_rated_has_no_rate() -> None:
    """None, never 0 % and never 100 %; silence is not satisfaction."""
    summary = summarise([case(), case()])
    assert (summary.satisfaction, summary.good_rate, summary.mean) == (None, None, None)
    assert (summary.coverage, summary.unrated) == (0, 2)
    assert summarise([]).coverage is None
    assert summarise([case(closed=False)]).coverage is None


def test_praise_taken_by_staff_or_in_conflict_lifts_nothing() -> None:
    """A hundred of them beside one poor rating leave the rate at nought."""
    praise = [case(5, staff_taken=True)] * 50 + [case(5, conflict=True)] * 50
    summary = summarise([case(1), *praise])
    assert (summary.satisfaction, summary.mean, summary.rated) == (0, 1, 1)
    assert (summary.staff_taken.very_satisfied, summary.conflict.very_satisfied) == (50, 50)


def test_a_later_change_is_kept_beside_the_first() -> None:
    """The rate is that of the first ratings; the changes show apart, those that change nothing in neither."""
    summary = summarise([case(2, 5), case(5, 1), case(4, 4)])
    assert summary.counts == Counts(1, 1, 0, 1, 0)
    assert summary.after_changes == Counts(1, 1, 0, 0, 1)
    assert (summary.changed_up, summary.changed_down) == (1, 1)


def test_few_ratings_are_said_to_be_few() -> None:
    """Under five, the count is shown and no rate."""
    assert summarise([case(5)] * (FEW - 1)).few
    assert not summarise([case(5)] * FEW).few


@pytest.mark.parametrize(
    ("wrong", "expected"),
    [
        ({"level": 0}, "from 1 to 5"),
        ({"level": 6}, "from 1 to 5"),
        ({"level": 3, "revised": 9}, "from 1 to 5"),
        ({"revised": 3}, "a first rating"),
        ({"level": 3, "closed": False}, "a closure"),
    ],
)
def test_a_row_that_contradicts_itself_is_refused(wrong: dict[str, int], expected: str) -> None:
    """A figure made of it would be wrong without showing it."""
    with pytest.raises(ValueError, match=expected):
        case(**wrong)  # type: ignore[arg-type]


@given(st.lists(cases(), max_size=40))
def test_the_figures_agree_with_counting_row_by_row(rows: list[ClosedCase]) -> None:
    """The definitions, spelled out over the rows with exact fractions."""
    summary = summarise(iter(rows))
    own = [row.level for row in rows if row.level is not None and not row.staff_taken and not row.conflict]
    closed = [row for row in rows if row.closed]
    assert summary.requests == len(rows)
    assert summary.coverage == (float(Fraction(len(own), len(closed))) if closed else None)
    if own:
        assert summary.satisfaction == float(Fraction(sum(level >= 3 for level in own), len(own)))
        assert summary.good_rate == float(Fraction(sum(level >= 4 for level in own), len(own)))
        assert summary.mean == float(Fraction(sum(own), len(own)))
    assert summary.unrated == sum(row.level is None for row in closed)
    assert summary.rated == summary.after_changes.total == len(own)


@given(st.lists(cases(), max_size=20), st.lists(cases(), max_size=20))
def test_two_areas_add_up(one: list[ClosedCase], other: list[ClosedCase]) -> None:
    """Counts of a whole are the sums of its parts, so a street's table adds up to its district's."""
    both, first, second = summarise(one + other), summarise(one), summarise(other)
    for rating in Rating:
        assert both.counts[rating] == first.counts[rating] + second.counts[rating]
    assert both.unrated == first.unrated + second.unrated
