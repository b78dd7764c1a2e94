"""Times of meetings as people type them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.appointments import Trouble, read_day, read_moment

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
"""A Monday, 10:30 in Chongqing."""


def read(text: str) -> str | Trouble:
    """The moment on the clock of Chongqing, or what is wrong."""
    found = read_moment(text, NOW, ZONE)
    return found if isinstance(found, Trouble) else found.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("11月30日 14:30", "2026-11-30 14:30"),
        ("１１月３０日　１４：３０", "2026-11-30 14:30"),
        ("11-30 9:05", "2026-11-30 09:05"),
        ("11/30 14:30", "2026-11-30 14:30"),
        ("11.30 14:30", "2026-11-30 14:30"),
        ("2026-12-01 10:00", "2026-12-01 10:00"),
        ("2026年12月1日上午10点", "2026-12-01 10:00"),
        ("十一月三十日下午两点半", "2026-11-30 14:30"),
        ("12月十五号上午十点四十", "2026-12-15 10:40"),
        ("30号下午2点", "2026-11-30 14:00"),
        ("5号上午9点", "2026-12-05 09:00"),
        ("1月5日 9:30", "2027-01-05 09:30"),
        ("明天下午3点", "2026-11-24 15:00"),
        ("tomorrow 下午3点", "2026-11-24 15:00"),
        ("明天3点", "2026-11-24 15:00"),
        ("明天9点", "2026-11-24 09:00"),
        ("明天十二点", "2026-11-24 12:00"),
        ("明天中午1点", "2026-11-24 13:00"),
        ("明晚8点", "2026-11-24 20:00"),
        ("后天三点一刻", "2026-11-25 15:15"),
        ("大后天 15时", "2026-11-26 15:00"),
        ("今天下午4点", "2026-11-23 16:00"),
        ("周六上午9点", "2026-11-28 09:00"),
        ("下周三上午十点", "2026-12-02 10:00"),
        ("本周五15:00", "2026-11-27 15:00"),
        ("星期天晚上7点半", "2026-11-29 19:30"),
        ("周一 11:20", "2026-11-23 11:20"),
        ("30 Nov 2:30pm", "2026-11-30 14:30"),
        ("Nov 30, 14:30", "2026-11-30 14:30"),
        ("next Wednesday 10am", "2026-12-02 10:00"),
        ("Friday 12pm", "2026-11-27 12:00"),
        ("约在11月30日下午2点，社区调解室", "2026-11-30 14:00"),
    ],
)
def test_a_time_is_read(text: str, moment: str) -> None:
    """Ways in which people write a day and a time."""
    assert read(text) == moment


@pytest.mark.parametrize(
    ("text", "trouble"),
    [
        ("", Trouble.DAY),
        ("随便", Trouble.DAY),
        ("14:30", Trouble.DAY),
        ("11月31日 9点", Trouble.DAY),
        ("2月29日 9点", Trouble.DAY),
        ("13月1日 9点", Trouble.DAY),
        ("明天", Trouble.TIME),
        ("11月30日", Trouble.TIME),
        ("明天25点", Trouble.TIME),
        ("明天 9:75", Trouble.TIME),
        ("明天晚上12点", Trouble.TIME),
        ("今天 9:00", Trouble.PAST),
        ("11月20日 9点", Trouble.PAST),
        ("今天 10:30", Trouble.PAST),
        ("2028年1月1日 9点", Trouble.FAR),
    ],
)
def test_what_cannot_be_taken_is_named(text: str, trouble: Trouble) -> None:
    """What is missing or wrong, so that the sentence can say it."""
    assert read(text) is trouble


@given(
    st.integers(1, 360),
    st.integers(7 * 60, 24 * 60 - 1),
    st.sampled_from(["%Y-%m-%d %H:%M", "%Y年%m月%d日 %H点%M分", "%Y/%m/%d %H:%M"]),
)
def test_what_is_written_out_is_read_back(days: int, minutes: int, pattern: str) -> None:
    """Every moment of the coming year from 07:00 on, written out in full, is read as itself."""
    moment = datetime(2026, 11, 23, tzinfo=ZONE) + timedelta(days=days, minutes=minutes)
    assert read(moment.strftime(pattern)) == moment.strftime("%Y-%m-%d %H:%M")


@given(st.text(max_size=60))
def test_anything_at_all_is_answered(text: str) -> None:
    """Whatever is typed ends in a moment that is still to come, within a year, or in a named trouble."""
    found = read_moment(text, NOW, ZONE)
    assert isinstance(found, Trouble) or NOW < found <= NOW + timedelta(days=366)
    read_day(text, NOW.date())


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("今天", date(2026, 11, 23)),
        ("昨天", date(2026, 11, 22)),
        ("11月20日", date(2026, 11, 20)),
        ("2026-11-01", date(2026, 11, 1)),
        ("20 Nov", date(2026, 11, 20)),
        ("明天下午", None),
        ("11月20日签的", None),
        ("那天", None),
    ],
)
def test_a_day_alone(text: str, day: date | None) -> None:
    """A day and nothing else."""
    assert read_day(text, date(2026, 11, 23)) == day
