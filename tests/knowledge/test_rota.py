"""The duty rota: who is on duty at a moment, and where nobody is."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.calendar import Calendar
from knowledge.deadlines import ServiceHours, WorkingTime
from knowledge.rota import Duty, Hole, Leave, Member, Rota, Shift, holes, on_duty, shifts

OFFICE = WorkingTime(Calendar.load(None), ZoneInfo("Asia/Shanghai"), ServiceHours())
MONDAY = date(2026, 11, 23)
LI, WANG, ZHAO = 1, 2, 3
CARE, LAW = frozenset({"elderly_care"}), frozenset({"legal_aid"})
DOMAINS = ["elderly_care", "legal_aid"]
NINE, NOON, ONE, SIX = time(9), time(12), time(13), time(18)
ALL: frozenset[str] = frozenset()


def at(day: date, clock: str) -> datetime:
    """A local time of the office as the aware UTC that everything is asked with."""
    return datetime.combine(day, time.fromisoformat(clock), OFFICE.zone).astimezone(UTC)


def weekly(person: int, *days: int, start: time = NINE, end: time = SIX, domains: frozenset[str] = ALL) -> list[Duty]:
    return [Duty(person, day, start, end, domains) for day in days]


def rota(*duties: Duty, leaves: tuple[Leave, ...] = (), members: tuple[Member, ...] | None = None) -> Rota:
    return Rota(members or (Member(LI), Member(WANG, CARE)), duties, leaves)


MORNINGS_LI_AFTERNOONS_WANG = rota(
    *weekly(LI, 0, 1, 2, 3, 4, end=NOON), *weekly(WANG, 0, 1, 2, 3, 4, start=ONE, domains=CARE | LAW)
)


@pytest.mark.parametrize(
    ("clock", "expected"),
    [
        ("09:00", {LI: ALL}),
        ("11:59", {LI: ALL}),
        ("12:00", {WANG: CARE | LAW}),  # the break: whoever is on duty when service begins again
        ("13:00", {WANG: CARE | LAW}),
        ("17:59", {WANG: CARE | LAW}),
        ("18:00", {LI: ALL}),  # the evening: tomorrow morning's
        ("08:59", {LI: ALL}),
    ],
)
def test_on_duty_by_the_clock(clock: str, expected: dict[int, frozenset[str]]) -> None:
    """Within service hours it is those on duty, outside them those who are on duty when they begin again."""
    assert on_duty(MORNINGS_LI_AFTERNOONS_WANG, at(MONDAY, clock), OFFICE) == expected


@pytest.mark.parametrize("clock", ["12:30", "03:00", "22:00"])
def test_what_is_urgent_does_not_wait_for_the_next_duty(clock: str) -> None:
    """An urgent request finds only those who are on duty at this moment; at night that is nobody."""
    assert on_duty(MORNINGS_LI_AFTERNOONS_WANG, at(MONDAY, clock), OFFICE, urgent=True) == {}


def test_friday_evening_goes_to_mondays_duty() -> None:
    """The next duty span is the next working day's, not tomorrow's."""
    friday = MONDAY + timedelta(days=4)
    planned = rota(*weekly(LI, 1, 2, 3, 4), *weekly(WANG, 0))
    assert on_duty(planned, at(friday, "20:00"), OFFICE) == {WANG: CARE}


def test_weekend_duty_answers_on_the_weekend() -> None:
    """Whoever is written down for a moment outside service hours answers then, urgent or not."""
    saturday = MONDAY + timedelta(days=5)
    planned = rota(*weekly(LI, 0, 1, 2, 3, 4), *weekly(WANG, 5, end=NOON))
    assert on_duty(planned, at(saturday, "10:00"), OFFICE) == {WANG: CARE}
    assert on_duty(planned, at(saturday, "10:00"), OFFICE, urgent=True) == {WANG: CARE}
    assert on_duty(planned, at(saturday, "13:00"), OFFICE) == {LI: ALL}


def test_without_any_rota_everybody_is_on_duty_always() -> None:
    """No rota yet: on duty always, with the domains of the post; somebody who only manages is not."""
    none = Rota((Member(LI), Member(WANG, CARE), Member(ZHAO, manager=True)))
    assert on_duty(none, at(MONDAY, "03:00"), OFFICE, urgent=True) == {LI: ALL, WANG: CARE}
    assert not none.written


def test_somebody_without_a_rota_is_on_duty_beside_those_with_one() -> None:
    """A rota of one colleague takes nobody else off duty."""
    assert on_duty(rota(*weekly(LI, 1)), at(MONDAY, "10:00"), OFFICE) == {WANG: CARE}
    assert on_duty(rota(*weekly(LI, 1)), at(MONDAY + timedelta(days=1), "10:00"), OFFICE) == {LI: ALL, WANG: CARE}


def test_a_date_holds_instead_of_the_weeks_pattern() -> None:
    """An exception replaces that person's pattern of that date, and only there."""
    planned = rota(*weekly(LI, 0), *weekly(WANG, 0), Duty(LI, MONDAY, ONE, SIX, LAW), Duty(WANG, MONDAY, None, None))
    assert on_duty(planned, at(MONDAY, "10:00"), OFFICE) == {}
    assert on_duty(planned, at(MONDAY, "14:00"), OFFICE) == {LI: LAW}
    assert on_duty(planned, at(MONDAY + timedelta(days=7), "10:00"), OFFICE) == {LI: ALL, WANG: CARE}


def test_a_day_off_alone_is_no_rota() -> None:
    """One day off leaves somebody without a rota on duty on all other days."""
    planned = rota(Duty(LI, MONDAY, None, None), members=(Member(LI),))
    assert on_duty(planned, at(MONDAY, "10:00"), OFFICE) == {}
    assert on_duty(planned, at(MONDAY + timedelta(days=1), "10:00"), OFFICE) == {LI: ALL}


def test_several_duties_at_once_add_up() -> None:
    """一人多岗: the domains of duties that meet are taken together; one without domains takes the post's."""
    planned = rota(*weekly(LI, 0, domains=CARE), Duty(LI, 0, time(10), NOON, LAW), members=(Member(LI),))
    assert on_duty(planned, at(MONDAY, "09:30"), OFFICE) == {LI: CARE}
    assert on_duty(planned, at(MONDAY, "10:30"), OFFICE) == {LI: CARE | LAW}
    everything = rota(*weekly(LI, 0, domains=CARE), Duty(LI, 0, time(10), NOON), members=(Member(LI),))
    assert on_duty(everything, at(MONDAY, "10:30"), OFFICE) == {LI: ALL}


def test_the_substitute_takes_over_the_leavers_duty() -> None:
    """AB岗: on leave, the duty passes on with the leaver's domains; before and after it does not."""
    away = Leave(WANG, MONDAY, MONDAY + timedelta(days=1), substitute=LI)
    planned = rota(*weekly(LI, 4), *weekly(WANG, 0, 1, 2), leaves=(away,))
    assert on_duty(planned, at(MONDAY, "10:00"), OFFICE) == {LI: CARE}
    assert shifts(planned, MONDAY, OFFICE) == [Shift(LI, 540, 1080, CARE, instead_of=WANG)]
    assert on_duty(planned, at(MONDAY + timedelta(days=2), "10:00"), OFFICE) == {WANG: CARE}


def test_leave_of_somebody_who_is_on_duty_always_passes_on_too() -> None:
    """The substitute of somebody without a rota is on duty in their place, whatever their own rota says."""
    planned = rota(*weekly(LI, 4), leaves=(Leave(WANG, MONDAY, MONDAY, substitute=LI),))
    assert on_duty(planned, at(MONDAY, "10:00"), OFFICE) == {LI: CARE}


@pytest.mark.parametrize(
    ("leaves", "expected"),
    [
        ((Leave(LI, MONDAY, MONDAY),), {}),
        ((Leave(LI, MONDAY, MONDAY, WANG), Leave(WANG, MONDAY, MONDAY, ZHAO)), {ZHAO: ALL}),
        ((Leave(LI, MONDAY, MONDAY, WANG), Leave(WANG, MONDAY, MONDAY, LI)), {}),
        ((Leave(LI, MONDAY, MONDAY, 99),), {}),
    ],
    ids=["nobody", "the substitute's substitute", "each for the other", "who left"],
)
def test_substitutes_who_are_away(leaves: tuple[Leave, ...], expected: dict[int, frozenset[str]]) -> None:
    """A substitute on leave passes the duty on; where that leads to nobody, nobody is on duty."""
    planned = Rota(
        (Member(LI), Member(WANG), Member(ZHAO)), (*weekly(LI, 0), *weekly(WANG, 4), *weekly(ZHAO, 4)), leaves
    )
    assert on_duty(planned, at(MONDAY, "10:00"), OFFICE) == expected


def test_the_weeks_pattern_rests_on_holidays_and_make_up_days_need_a_word() -> None:
    """国庆 2026 begins on a Thursday; the make-up Saturday of 10 October is a hole until somebody is put down."""
    planned = rota(*weekly(LI, 0, 1, 2, 3, 4), members=(Member(LI),))
    assert shifts(planned, date(2026, 10, 1), OFFICE) == []
    made_up = date(2026, 10, 10)
    assert OFFICE.calendar.is_working_day(made_up)
    assert [hole.day for hole in holes(planned, date(2026, 10, 1), OFFICE, DOMAINS)] == [made_up, made_up]
    filled = rota(*planned.duties, Duty(LI, made_up, NINE, SIX), members=(Member(LI),))
    assert holes(filled, date(2026, 10, 1), OFFICE, DOMAINS) == []


def test_holes_by_a_hand_worked_day() -> None:
    """Nobody before ten, legal aid missing until noon, and again nobody in the last hour."""
    planned = rota(Duty(WANG, 0, time(10), NOON), Duty(LI, 0, ONE, time(17)))
    assert holes(planned, MONDAY, OFFICE, DOMAINS, days=1) == [
        Hole(MONDAY, NINE, time(10), None),
        Hole(MONDAY, time(10), NOON, "legal_aid"),
        Hole(MONDAY, time(17), SIX, None),
    ]


def test_only_domains_that_somebody_works_on_can_be_missed() -> None:
    """A community without anybody for legal aid is not told of it every morning; one rota line for it counts."""
    assert Rota((Member(WANG, CARE),)).covered(DOMAINS) == ["elderly_care"]
    assert Rota((Member(WANG, CARE),), tuple(weekly(WANG, 0, domains=LAW))).covered(DOMAINS) == DOMAINS
    assert Rota((Member(WANG, CARE), Member(ZHAO, manager=True))).covered(DOMAINS) == ["elderly_care"]
    assert Rota((Member(LI),)).covered(DOMAINS) == DOMAINS


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [(7, NINE, NOON), (-1, NINE, NOON), (0, NOON, NINE), (0, NINE, NINE), (0, None, None), (MONDAY, NINE, None)],
)
def test_a_duty_that_makes_no_sense_is_refused(day: int | date, start: time | None, end: time | None) -> None:
    """A wrong weekday, a span that ends before it begins, a weekly day off, half a span."""
    with pytest.raises(ValueError, match="expected"):
        Duty(LI, day, start, end)


def test_midnight_is_the_end_of_the_day() -> None:
    """A night duty up to 24:00 is one line; what comes after midnight is the next day's."""
    planned = rota(Duty(LI, MONDAY, time(18), time(0)), *weekly(LI, 4), *weekly(WANG, 4))
    assert on_duty(planned, at(MONDAY, "23:59"), OFFICE, urgent=True) == {LI: ALL}
    assert on_duty(planned, at(MONDAY + timedelta(days=1), "00:00"), OFFICE, urgent=True) == {}


# -- any rota

people = st.integers(1, 3)
quarters = st.integers(0, 96).map(lambda n: n * 15)
spans = st.tuples(quarters, quarters).filter(lambda s: s[0] < s[1] and s[0] < 1440)
days = st.one_of(st.integers(0, 6), st.dates(MONDAY, MONDAY + timedelta(days=13)))
some_domains = st.frozensets(st.sampled_from(DOMAINS))


def _clock(minute: int) -> time:
    return time(minute % 1440 // 60, minute % 60)


duties = st.builds(lambda p, d, s, dom: Duty(p, d, _clock(s[0]), _clock(s[1]), dom), people, days, spans, some_domains)
leave = st.builds(
    lambda p, first, length, substitute: Leave(p, first, first + timedelta(days=length), substitute),
    people,
    st.dates(MONDAY - timedelta(days=3), MONDAY + timedelta(days=13)),
    st.integers(0, 6),
    st.none() | people,
)
rotas = st.builds(
    Rota,
    st.lists(st.builds(Member, people, some_domains, st.booleans()), max_size=3, unique_by=lambda m: m.person_id).map(
        tuple
    ),
    st.lists(duties, max_size=8).map(tuple),
    st.lists(leave, max_size=3).map(tuple),
)


@settings(max_examples=150, deadline=None)
@given(rotas, st.integers(0, 13), st.integers(0, 95))
def test_a_moment_of_service_is_a_hole_or_a_duty_and_never_both(planned: Rota, day: int, quarter: int) -> None:
    """Whatever the rota: a hole never meets a duty for its domain, and no moment of service is neither."""
    found = holes(planned, MONDAY, OFFICE, DOMAINS)
    today, clock = MONDAY + timedelta(days=day), _clock(quarter * 15)
    moment = datetime.combine(today, clock, OFFICE.zone).astimezone(UTC)
    here = [hole for hole in found if hole.day == today and hole.start <= clock < hole.end]
    serving = OFFICE.calendar.is_working_day(today) and any(a <= clock < b for a, b in OFFICE.hours.spans)
    if not serving:
        assert here == []
        return
    present = on_duty(planned, moment, OFFICE)
    missed = {hole.domain for hole in here}
    assert missed == {None} if not present else None not in missed
    for domain in DOMAINS:
        covered = any(not taken or domain in taken for taken in present.values())
        assert covered == (not missed & {None, domain})


@settings(max_examples=100, deadline=None)
@given(rotas, st.integers(0, 14 * 96))
def test_only_members_who_are_not_away_are_on_duty(planned: Rota, quarters_later: int) -> None:
    """Nobody without a post answers, and nobody who is on leave on the day that counts."""
    moment = at(MONDAY, "00:00") + timedelta(minutes=15 * quarters_later)
    local = OFFICE.local(moment).date()
    away = {gone.person_id for gone in planned.leaves if gone.holds(local)}
    now = on_duty(planned, moment, OFFICE, urgent=True)
    assert set(now) <= {member.person_id for member in planned.members} - away
