"""By when: examples worked by hand with the 2026 calendar, and properties that hold for any request."""

from datetime import UTC, date, datetime, time, timedelta
from typing import TypedDict, Unpack
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from knowledge import deadlines
from knowledge.calendar import Calendar
from knowledge.deadlines import Duration, DurationError, Promises, ServiceHours, Stage, WorkingTime

CALENDAR = Calendar.load()
BEIJING = ZoneInfo("Asia/Shanghai")
OFFICE = WorkingTime(CALENDAR, BEIJING)
FIVE = Duration.parse("5wd")

moments = st.datetimes(
    datetime(2024, 1, 1), datetime(2028, 12, 31), timezones=st.just(UTC)  # noqa: DTZ001 - the zone is given beside
)  # fmt: skip
pauses = st.timedeltas(timedelta(), timedelta(days=40))
lengths = st.builds(Duration, st.integers(1, 40), st.sampled_from(deadlines.Unit))
kinds = st.sampled_from(list(deadlines.RESOLVE))


class Told(TypedDict, total=False):
    """What a test says about a request beside its kind."""

    acknowledge: str | None
    contact: str | None
    resolve: str | None
    statutory_limit: str | None
    urgent: bool


requests: st.SearchStrategy[Told] = st.builds(
    Told,
    **dict.fromkeys(("acknowledge", "contact", "resolve", "statutory_limit"), st.none() | lengths.map(str)),
    urgent=st.booleans(),
)


def at(text: str) -> datetime:
    """ "2026-11-23 10:00" or "11-23 10:00" (of 2026) on a clock in Chongqing, as UTC."""
    text = text if text.startswith("20") else f"2026-{text}"
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING).astimezone(UTC)


def told(now: datetime, kind: str = "help", **request: Unpack[Told]) -> Promises:
    """The promises in an office with ordinary hours."""
    return deadlines.promise(
        now,
        kind=kind,
        acknowledge=request.get("acknowledge"),
        contact=request.get("contact"),
        resolve=request.get("resolve"),
        statutory_limit=request.get("statutory_limit"),
        urgent=request.get("urgent", False),
        calendar=CALENDAR,
        zone=BEIJING,
        hours=ServiceHours(),
        area=None,
    )


@pytest.mark.parametrize(
    ("now", "acknowledge", "contact"),
    [
        ("11-23 10:00", "11-23 10:30", "11-24 18:00"),  # an ordinary Monday
        ("11-23 11:30", "11-23 12:00", "11-24 18:00"),  # just before lunch is over by lunch
        ("11-23 11:40", "11-23 13:10", "11-24 18:00"),  # the lunch break does not count
        ("11-23 12:15", "11-23 13:30", "11-24 18:00"),
        ("11-23 17:30", "11-23 18:00", "11-24 18:00"),
        ("11-23 17:50", "11-24 09:20", "11-24 18:00"),  # ten minutes today, twenty tomorrow
        ("11-23 18:00", "11-24 09:30", "11-24 18:00"),
        ("11-23 03:00", "11-23 09:30", "11-24 18:00"),
        ("11-20 22:00", "11-23 09:30", "11-23 18:00"),  # Friday night
        ("11-21 10:00", "11-23 09:30", "11-23 18:00"),  # Saturday
        ("02-13 20:00", "02-14 09:30", "02-14 18:00"),  # Friday before a make-up Saturday
        ("02-14 17:50", "02-24 09:20", "02-24 18:00"),  # the last minutes before Spring Festival
        ("02-18 10:00", "02-24 09:30", "02-24 18:00"),  # within it
        ("09-20 10:00", "09-20 10:30", "09-21 18:00"),  # a make-up Sunday
    ],
)
def test_acknowledge_and_first_contact_by_hand(now: str, acknowledge: str, contact: str) -> None:
    """Thirty minutes of service hours; the end of the next working day."""
    promises = told(at(now))
    assert (promises.acknowledge, promises.contact) == (at(acknowledge), at(contact))


@pytest.mark.parametrize(
    ("now", "kind", "resolve"),
    [
        ("11-23 10:00", "consulting", "11-26 18:00"),
        ("11-23 10:00", "help", "12-02 18:00"),
        ("11-23 10:00", "complaint", "12-14 18:00"),
        ("11-23 10:00", "mediation", "12-23 23:59:59"),
        ("11-23 10:00", "legal_aid", "11-30 23:59:59"),
        ("11-20 22:00", "consulting", "11-25 18:00"),  # Friday night
        ("02-13 09:00", "consulting", "02-25 18:00"),  # make-up Saturday is the 1st, then Spring Festival
        ("02-13 09:00", "help", "03-02 18:00"),  # 14, 24, 25, 26, 27, make-up Saturday 28, Monday
        ("09-30 10:00", "consulting", "10-10 18:00"),  # 8, 9, and Saturday the 10th
        ("2024-02-09 10:00", "consulting", "2024-02-20 18:00"),  # Sunday 18, 19, 20
        ("2025-01-27 10:00", "consulting", "2025-02-07 18:00"),
    ],
)
def test_resolve_by_hand(now: str, kind: str, resolve: str) -> None:
    """Working days end with service hours, calendar days with the day."""
    assert told(at(now), kind).resolve == at(resolve)


def test_an_urgent_request_is_answered_around_the_clock() -> None:
    """Two hours, and two more to first contact, in the night and on a holiday; resolve stays as it is."""
    now = at("02-16 23:30")
    promises = told(now, urgent=True)
    assert promises.acknowledge == now + timedelta(hours=2)
    assert promises.contact == now + timedelta(hours=4)
    assert promises.resolve == told(now).resolve


def test_what_a_service_states_replaces_the_default() -> None:
    """Minutes and hours run in service hours."""
    promises = told(at("11-23 17:00"), acknowledge="2h", contact="2wd", resolve="20d")
    assert promises.acknowledge == at("11-24 10:00")
    assert promises.contact == at("11-25 18:00")
    assert promises.resolve == at("12-13 23:59:59")


def test_no_stage_is_due_after_a_later_one_or_the_law() -> None:
    """A two-hour service on Friday night, and a 7-day limit across Spring Festival."""
    short = told(at("11-20 22:00"), resolve="1d")
    assert short.acknowledge == short.contact == short.resolve == at("11-21 23:59:59")
    capped = told(at("02-13 09:00"), "complaint", statutory_limit="7d")
    assert capped.resolve == at("02-20 23:59:59")
    assert told(at("11-23 10:00"), statutory_limit="2wd").resolve == at("11-25 18:00")
    assert told(at("11-23 20:00"), statutory_limit="24h").resolve == at("11-24 20:00")


def test_a_promise_on_a_year_not_announced_is_provisional() -> None:
    """Only when a moment told rests on its working days; calendar days are the same under any notice."""
    now = at("12-23 10:00")
    assert told(now, "help").resolve == at("2027-01-04 18:00")
    assert told(now, "help").provisional
    assert not told(now, "consulting").provisional
    assert not told(now, "mediation").provisional
    assert told(now, "mediation", statutory_limit="15wd").provisional
    assert not told(now, "help", statutory_limit="7d").provisional
    assert told(at("12-31 17:50"), "mediation").provisional
    assert not told(at("12-31 22:00"), "mediation", urgent=True).provisional
    assert told(now).calendar_version == CALENDAR.version


def test_an_office_has_its_own_hours_zone_and_days_off() -> None:
    """A street with late hours, two hours west, on its county's anniversary."""
    hours, urumqi = ServiceHours.parse("10:00-14:00,15:30-19:30"), ZoneInfo("Asia/Urumqi")
    calendar = Calendar("test", CALENDAR.announced, frozenset(), frozenset(), {"A1": frozenset({date(2026, 11, 24)})})
    office = WorkingTime(calendar, urumqi, hours, "A1")
    monday = datetime(2026, 11, 23, 19, 20, tzinfo=urumqi)
    assert office.after(monday, timedelta(minutes=30)) == datetime(2026, 11, 25, 10, 20, tzinfo=urumqi)
    end = deadlines.due(monday, Duration.parse("1wd"), office)
    assert end == datetime(2026, 11, 25, 19, 30, tzinfo=urumqi)
    assert end.tzinfo is UTC


def test_legal_aid_is_assigned_three_days_after_the_decision() -> None:
    """The end of the third day, weekends included."""
    assert deadlines.legal_aid_assignment(at("11-20 15:00"), OFFICE) == at("11-23 23:59:59")


@pytest.mark.parametrize(
    ("length", "due_at", "start", "end", "moved"),
    [
        ("5wd", "11-30 18:00", "11-24 10:00", "11-26 15:00", "12-03 14:00"),  # 7 + 8 + 5 hours of service
        ("5wd", "11-30 18:00", "11-24 10:00", "11-24 15:00", "12-01 14:00"),  # brought the same day: 4 hours
        ("5wd", "11-30 18:00", "11-24 18:00", "11-25 09:00", "11-30 18:00"),  # over a night: nothing
        ("5wd", "11-30 18:00", "11-27 10:00", "11-29 15:00", "12-01 17:00"),  # Friday's 7 hours, not the weekend
        ("5wd", "02-25 18:00", "02-13 10:00", "02-24 09:10", "02-27 17:10"),  # over Spring Festival: 13, 14 and 24
        ("7d", "11-30 23:59:59", "11-24 10:00", "11-26 15:00", "12-03 04:59:59"),  # the whole 2 days 5 hours
        ("2h", "11-24 10:00", "11-23 17:30", "11-24 09:10", "11-24 10:40"),  # forty minutes of service
        ("5wd", "11-30 18:00", "12-01 10:00", "12-09 15:00", "11-30 18:00"),  # broken before the pause
    ],
)
def test_a_pause_by_hand(length: str, due_at: str, start: str, end: str, moved: str) -> None:
    """Waiting for the resident's papers moves the promise by what was lost to it."""
    office, parsed = OFFICE, Duration.parse(length)
    assert deadlines.shifted(at(due_at), at(start), at(end), length=parsed, office=office) == at(moved)


def test_a_pause_that_ends_before_it_begins_is_refused() -> None:
    """It would bring the promise forward."""
    with pytest.raises(ValueError, match="ends after it begins"):
        deadlines.shifted(at("11-30 18:00"), at("11-26 10:00"), at("11-24 10:00"), length=FIVE, office=OFFICE)


def test_an_extension_by_hand() -> None:
    """Days on, never past the law; minutes are no extension."""
    end = at("11-27 18:00")
    ten = Duration.parse("10d")
    assert deadlines.extended(end, FIVE, limit=None, office=OFFICE) == at("12-04 18:00")
    assert deadlines.extended(end, ten, limit=None, office=OFFICE) == at("12-07 18:00")
    assert deadlines.extended(end, ten, limit=at("12-01 18:00"), office=OFFICE) == at("12-01 18:00")
    assert deadlines.extended(end, ten, limit=at("11-20 18:00"), office=OFFICE) == end
    with pytest.raises(DurationError, match="in days or working days"):
        deadlines.extended(end, Duration.parse("2h"), limit=None, office=OFFICE)


@pytest.mark.parametrize(
    ("stage", "created", "due_at", "warned"),
    [
        ("acknowledge", "11-23 10:00", "11-23 10:30", "11-23 10:20"),
        ("acknowledge", "11-23 11:45", "11-23 13:15", "11-23 13:05"),
        ("acknowledge", "11-23 17:40", "11-24 09:10", "11-24 09:00"),
        ("acknowledge", "11-23 17:35", "11-24 09:05", "11-23 17:55"),  # ten minutes of service before
        ("acknowledge", "11-23 10:00", "11-23 10:05", "11-23 10:00"),  # never before it was recorded
        ("contact", "11-23 10:00", "11-24 18:00", "11-24 16:00"),
        ("resolve", "11-23 10:00", "12-02 18:00", "12-01 09:00"),
        ("resolve", "11-20 10:00", "11-30 18:00", "11-27 09:00"),  # due on Monday: Friday
        ("resolve", "11-20 22:00", "11-23 18:00", "11-23 09:00"),  # recorded late: waits for service hours
        ("resolve", "02-01 10:00", "02-24 18:00", "02-14 09:00"),  # the make-up Saturday before the festival
        ("resolve", "11-20 22:00", "11-21 23:59:59", "11-20 22:00"),  # waiting would be too late
    ],
)
def test_warnings_by_hand(stage: Stage, created: str, due_at: str, warned: str) -> None:
    """The handler hears of it in service hours, in time."""
    moment = deadlines.warn_at(at(created), at(due_at), stage=Stage(stage), urgent=False, office=OFFICE)
    assert moment == at(warned)


def test_urgent_warnings_wait_for_nobody() -> None:
    """In the night, by the clock."""
    created, due_at = at("11-21 23:00"), at("11-22 01:00")
    for stage, warned in ((Stage.ACKNOWLEDGE, "11-22 00:50"), (Stage.CONTACT, "11-21 23:00")):
        assert deadlines.warn_at(created, due_at, stage=stage, urgent=True, office=OFFICE) == at(warned)
    assert deadlines.escalate_at(due_at, urgent=True, office=OFFICE) == at("11-23 01:00")


@pytest.mark.parametrize(
    ("due_at", "heard", "escalated"),
    [
        ("11-23 10:30", "11-23 10:30", "11-24 10:30"),
        ("11-23 18:00", "11-24 09:00", "11-25 09:00"),
        ("11-20 18:00", "11-23 09:00", "11-24 09:00"),  # Friday evening
        ("11-21 23:59:59", "11-23 09:00", "11-24 09:00"),
        ("02-14 18:00", "02-24 09:00", "02-25 09:00"),  # Spring Festival
        ("11-23 12:30", "11-23 13:00", "11-24 13:00"),
    ],
)
def test_breaches_and_escalation_by_hand(due_at: str, heard: str, escalated: str) -> None:
    """Said when service hours come, and passed up a working day after that."""
    assert deadlines.next_service_moment(at(due_at), OFFICE) == at(heard)
    assert deadlines.escalate_at(at(due_at), urgent=False, office=OFFICE) == at(escalated)


@pytest.mark.parametrize("text", ["30m", "2h", "7d", "5wd", "999d"])
def test_lengths_are_read_and_written_the_same(text: str) -> None:
    """As service lists write them."""
    assert str(Duration.parse(text)) == text


@pytest.mark.parametrize("text", ["", "30", "0d", "-1d", "1.5h", "5 wd", "5WD", "1000d", "５wd", "7天", "5wd\n"])
def test_a_length_written_otherwise_is_refused(text: str) -> None:
    """The error says how it is written."""
    with pytest.raises(DurationError, match="30m, 2h, 7d or 5wd"):
        Duration.parse(text)


def test_working_days_have_no_length_on_a_clock() -> None:
    """They depend on the calendar."""
    assert Duration.parse("2h").clock == timedelta(hours=2)
    with pytest.raises(DurationError, match="minutes, hours or days"):
        _ = Duration.parse("2wd").clock


@pytest.mark.parametrize("text", ["09:00-12:00,13:00-18:00", "9:00–12:00，13:00–18:00", "09：00-12：00、13：00-18：00"])
def test_service_hours_are_read_with_chinese_punctuation(text: str) -> None:
    """As people type them."""
    assert ServiceHours.parse(text) == ServiceHours()
    assert ServiceHours.parse("08:30-17:00").spans == ((time(8, 30), time(17)),)


@pytest.mark.parametrize(
    "text",
    ["", "9-12", "09:00-24:00", "12:00-09:00", "09:00-13:00,12:00-18:00", "09:00-12:00,12:00-18:00", "09:00"],
)
def test_wrong_service_hours_are_refused(text: str) -> None:
    """The error shows how they are written."""
    with pytest.raises(ValueError, match="09:00-12:00,13:00-18:00"):
        ServiceHours.parse(text)


def test_an_unknown_kind_and_a_time_without_a_zone_are_refused() -> None:
    """Both are mistakes of the caller, told at once."""
    with pytest.raises(ValueError, match="consulting, help, complaint, mediation, legal_aid"):
        told(at("11-23 10:00"), "praise")
    with pytest.raises(ValueError, match="zone"):
        told(datetime(2026, 11, 23, 10))  # noqa: DTZ001 - the mistake in question


@given(moments, kinds, requests)
def test_promises_are_in_order_and_within_the_law(now: datetime, kind: str, request: Told) -> None:
    """Acknowledge, contact, resolve, statutory limit: each after now, none after the next."""
    promises = told(now, kind, **request)
    assert now < promises.acknowledge <= promises.contact <= promises.resolve
    if limit := request["statutory_limit"]:
        assert promises.resolve <= deadlines.statutory_end(now, limit, OFFICE)


@given(moments, moments, kinds, st.booleans())
def test_who_comes_later_is_never_promised_earlier(one: datetime, other: datetime, kind: str, urgent: bool) -> None:
    """For every stage."""
    first, second = (told(now, kind, urgent=urgent) for now in sorted((one, other)))
    assert first.acknowledge <= second.acknowledge
    assert first.contact <= second.contact
    assert first.resolve <= second.resolve


@given(moments, st.integers(1, 40))
def test_a_promise_of_n_working_days_holds_exactly_n(now: datetime, n: int) -> None:
    """Counted from the day after, ending in the last one's last service minute."""
    end = OFFICE.local(deadlines.due(now, Duration(n, deadlines.Unit.WORKING_DAY), OFFICE))
    assert CALENDAR.working_days(OFFICE.local(now).date(), end.date()) == n
    assert end.time() == time(18)


@given(moments, st.timedeltas(timedelta(minutes=1), timedelta(hours=60)))
def test_service_time_added_is_service_time_passed(now: datetime, length: timedelta) -> None:
    """On and back are each other's inverse, and what lies between is the length."""
    later = OFFICE.after(now, length)
    assert OFFICE.between(now, later) == length
    assert OFFICE.before(later, length) == deadlines.next_service_moment(now, OFFICE)


@given(moments, lengths, st.timedeltas(timedelta(), timedelta(days=60)), pauses, pauses)
def test_a_longer_pause_never_brings_a_promise_forward(
    now: datetime, length: Duration, begun: timedelta, pause: timedelta, longer: timedelta
) -> None:
    """Not before the due moment it had, and later with every hour more of waiting or not at all."""
    end, start = deadlines.due(now, length, OFFICE), now + begun
    once, more = (
        deadlines.shifted(end, start, start + time_paused, length=length, office=OFFICE)
        for time_paused in (pause, pause + longer)
    )
    assert end <= once <= more
    if start >= end:
        assert more == end


@given(moments, lengths, st.integers(1, 20), st.sampled_from(["d", "wd"]), st.none() | moments)
def test_an_extension_is_later_and_within_the_law(
    now: datetime, length: Duration, count: int, unit: str, limit: datetime | None
) -> None:
    """It never shortens; and never goes past a limit that was kept before."""
    end = deadlines.due(now, length, OFFICE)
    later = deadlines.extended(end, Duration.parse(f"{count}{unit}"), limit=limit, office=OFFICE)
    assert later > end or (limit is not None and limit <= end)
    assert limit is None or later <= max(limit, end)


@given(moments, lengths, st.sampled_from(Stage), st.booleans())
def test_the_handler_is_warned_between_recording_and_due(
    now: datetime, length: Duration, stage: Stage, urgent: bool
) -> None:
    """And, if not urgent and there are service hours left before it is due, in them."""
    end = deadlines.due(now, length, OFFICE)
    warned = deadlines.warn_at(now, end, stage=stage, urgent=urgent, office=OFFICE)
    assert now <= warned <= end
    assume(not urgent)
    if deadlines.next_service_moment(now, OFFICE) < end:
        assert warned == deadlines.next_service_moment(warned, OFFICE)


@given(moments)
def test_escalation_leaves_those_below_a_working_day(broken: datetime) -> None:
    """Between hearing of a breach and escalating it one working day passes, and both are in service hours."""
    heard = deadlines.next_service_moment(broken, OFFICE)
    escalated = deadlines.escalate_at(broken, urgent=False, office=OFFICE)
    assert CALENDAR.working_days(OFFICE.local(heard).date(), OFFICE.local(escalated).date()) == 1
    assert escalated == deadlines.next_service_moment(escalated, OFFICE)
