"""What moves a promise, and by how much: by hand with the 2026 calendar, and for anything."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import deadlines, pauses
from knowledge.calendar import Calendar
from knowledge.catalogue import GENERAL, Catalogue
from knowledge.deadlines import Duration, Promises, WorkingTime
from knowledge.pauses import EXTENSIONS, Extra, Pause, Terms
from tests.knowledge.test_deadlines import BEIJING, OFFICE, at, moments

CATALOGUE = Catalogue.load()
MEALS = CATALOGUE.service("elderly.meals")


def terms(
    resolve: str = "7wd",
    *,
    limit: str | None = None,
    contact: str = "1wd",
    urgent: bool = False,
    created: str = "11-23 10:30",
    office: WorkingTime = OFFICE,
) -> Terms:
    law = None if limit is None else Duration.parse(limit)
    return Terms(at(created), Duration.parse(contact), Duration.parse(resolve), law, urgent, office)


@pytest.mark.parametrize(
    ("told", "asked_before", "broken", "reason"),
    [
        (True, False, False, None),
        (True, True, False, "again"),
        (False, False, False, "told"),
        (False, True, False, "again"),
        (True, False, True, "late"),
    ],
)
def test_the_clock_stops_once_and_only_when_all_was_told(
    told: bool, asked_before: bool, broken: bool, reason: str | None
) -> None:
    """Rule 5; and a promise that is broken is not put to sleep."""
    assert pauses.why_not(told=told, asked_before=asked_before, broken=broken) == reason


def test_a_notice_has_the_list_and_the_local_facts() -> None:
    """What this community knows stands before what the list says; what nobody knows is left out."""
    told = pauses.notice(
        MEALS, {"address": "黄桷路1号", "contact": "刘师傅", "phone": "023-1", "hours": "11:00"}, more=" 带上碗 "
    )
    assert told["materials"] == list(MEALS.materials)
    assert told["steps"] == list(MEALS.steps)
    assert (told["where"], told["hours"], told["more"]) == ("黄桷路1号，刘师傅", "11:00", "带上碗")
    assert told["phone"].startswith("023-1")
    assert None not in told.values()
    assert "" not in told.values()


def test_a_notice_is_complete_when_it_tells_all_of_the_list() -> None:
    """Without the steps (the short card of 长辈模式) it is not; a service without a list needs words."""
    assert pauses.complete(pauses.notice(MEALS, {}), MEALS)
    assert not pauses.complete(pauses.notice(MEALS, {}, steps=False), MEALS)
    assert not pauses.complete({**pauses.notice(MEALS, {}), "materials": []}, MEALS)
    general = CATALOGUE.service(GENERAL)
    assert not pauses.complete(pauses.notice(general, {}), general)
    assert pauses.complete(pauses.notice(general, {}, more="带上发票"), general)


def test_every_service_can_be_told_completely() -> None:
    """Of each service of the lists; of those that list nothing, in words."""
    for item in CATALOGUE.services.values():
        assert pauses.complete(pauses.notice(item, {}, more="说明"), item), item.id


def test_the_days_of_a_supplement_by_hand() -> None:
    """Ten working days, and a reminder as the second before begins; over National Day too."""
    assert pauses.supplement_due(at("11-24 15:00"), OFFICE) == at("12-08 18:00")
    assert pauses.remind_at(at("12-08 18:00"), OFFICE) == at("12-04 09:00")
    assert pauses.supplement_due(at("09-28 15:00"), OFFICE) == at("10-16 18:00")
    assert pauses.remind_at(at("10-16 18:00"), OFFICE) == at("10-14 09:00")


@given(moments)
def test_the_reminder_lies_between_asking_and_its_day(asked: datetime) -> None:
    """And no longer before it than a sweep looks ahead."""
    end = pauses.supplement_due(asked, OFFICE)
    reminded = pauses.remind_at(end, OFFICE)
    assert asked < reminded < end
    assert end - reminded <= pauses.LOOK_AHEAD


@pytest.mark.parametrize(
    ("resolve", "limit", "resolve_by", "start", "end", "moved"),
    [
        ("7wd", None, "12-02 18:00", "11-24 10:00", "11-26 15:00", "12-07 14:00"),  # 20 hours of service
        ("30d", "30d", "12-23 23:59:59", "11-24 10:00", "11-26 10:00", "12-25 23:59:59"),  # the law waits as long
        ("7wd", "9wd", "12-04 18:00", "11-24 09:00", "11-24 18:00", "12-07 18:00"),  # a working day, within the law
        ("5wd", None, "11-23 18:00", "11-24 09:00", "11-30 18:00", "11-23 18:00"),  # broken before
    ],
)
def test_after_a_pause_by_hand(
    resolve: str, limit: str | None, resolve_by: str, start: str, end: str, moved: str
) -> None:
    """What is promised, and what the law allows, both wait."""
    assert terms(resolve, limit=limit).resumed(at(resolve_by), Pause(at(start), at(end))) == at(moved)


def test_a_law_in_hours_runs_day_and_night() -> None:
    """It waits by the clock as well."""
    counted = terms("2h", limit="24h")
    assert counted.last(Pause(at("11-23 12:00"), at("11-24 12:00"))) == at("11-25 10:30")


def test_an_urgent_contact_waits_by_the_clock() -> None:
    """An ordinary one by service time."""
    night = Pause(at("11-23 17:00"), at("11-24 10:00"))
    assert terms(urgent=True).contacted_by(at("11-23 18:00"), night) == at("11-24 11:00")
    assert terms().contacted_by(at("11-24 18:00"), night) == at("11-25 11:00")


@pytest.mark.parametrize(
    ("resolve", "limit", "offered"),
    [
        ("15wd", None, (3, 5, 7, 10)),
        ("7wd", None, (3, 5, 7)),
        ("3wd", None, (3,)),
        ("2wd", None, (2,)),
        ("30d", None, (3, 5, 7, 10)),
        ("7d", None, (3, 5)),
        ("2h", None, ()),
        ("7wd", "10wd", (3,)),
        ("7wd", "7wd", ()),
        ("30d", "30d", ()),
    ],
)
def test_the_extensions_that_are_offered(resolve: str, limit: str | None, offered: tuple[int, ...]) -> None:
    """Never longer than the promise was at first, never past the law."""
    counted = terms(resolve, limit=limit)
    due = deadlines.due(at("11-23 10:30"), counted.resolve, OFFICE)
    assert counted.choices(due) == offered
    for days in offered:
        assert counted.extended(due, days) > due


@given(moments, st.sampled_from(EXTENSIONS), st.timedeltas(timedelta(), timedelta(days=20)))
def test_with_the_same_calendar_nothing_changes(created: datetime, days: int, waited: timedelta) -> None:
    """Promised again with the same pause and the same extension, it is what it was, in either order."""
    counted = Terms(created, Duration.parse("1wd"), Duration.parse("7wd"), None, False, OFFICE)
    resolve = OFFICE.closing(OFFICE.calendar.add_working_days(OFFICE.local(created).date(), 7))
    promised = Promises(created, resolve, resolve, "v", False)
    pause = Pause(created + timedelta(hours=1), created + timedelta(hours=1) + waited)
    paused_first = counted.extended(counted.resumed(resolve, pause), days, pause)
    assert counted.again(promised, [pause, Extra(days)])[1] == paused_first
    extended_first = counted.resumed(counted.extended(resolve, days), pause)
    assert counted.again(promised, [Extra(days), pause])[1] == extended_first


def test_an_announced_year_moves_what_was_provisional(tmp_path: Path) -> None:
    """2027 announced with longer days off: a promise over Spring Festival is what it would have been."""
    extra = tmp_path / "2027.yaml"
    extra.write_text(ANNOUNCED_2027, "utf-8")
    announced = WorkingTime(Calendar.load(extra), BEIJING)
    before, after = terms(created="2027-02-01 10:00"), terms(created="2027-02-01 10:00", office=announced)
    computed = deadlines.due(before.created_at, before.resolve, OFFICE)
    told = deadlines.due(after.created_at, after.resolve, announced)
    assert (computed, told) == (at("2027-02-16 18:00"), at("2027-02-18 18:00"))
    assert before.provisional(computed)
    assert not after.provisional(told)


ANNOUNCED_2027 = """
holidays:
  - {date: 2027-01-01, name: 元旦}
  - {from: 2027-02-05, to: 2027-02-12, name: 春节}
  - {from: 2027-04-03, to: 2027-04-05, name: 清明节}
  - {from: 2027-05-01, to: 2027-05-05, name: 劳动节}
  - {from: 2027-06-09, to: 2027-06-09, name: 端午节}
  - {from: 2027-09-15, to: 2027-09-15, name: 中秋节}
  - {from: 2027-10-01, to: 2027-10-07, name: 国庆节}
working: [2027-01-31, 2027-02-20]
"""


@pytest.mark.parametrize(
    ("old", "new", "now", "kept"),
    [
        ("2027-02-12 18:00", "2027-02-19 18:00", "2027-02-01 10:00", "2027-02-19 18:00"),
        ("2027-02-12 18:00", "2027-02-10 18:00", "2027-02-01 10:00", "2027-02-10 18:00"),
        ("2027-02-12 18:00", "2027-02-10 18:00", "2027-02-11 10:00", "2027-02-12 18:00"),  # it would be broken at once
        ("2027-02-12 18:00", "2027-02-19 18:00", "2027-02-13 10:00", "2027-02-12 18:00"),  # it is broken
    ],
)
def test_a_calendar_neither_breaks_nor_mends_a_promise(old: str, new: str, now: str, kept: str) -> None:
    """Only what is still to come follows it, and only to a day that is still to come."""
    assert pauses.reckoned(at(old), at(new), at(now)) == at(kept)
