"""Names of buttons that somebody types, with a number or the end of one; and days that are counted."""

import pytest

from knowledge.appointments import read_count
from knowledge.labels import Named, read
from knowledge.numbers import endings

LABELS = {"受理": "acknowledge", "一次性告知": "notify", "转办": "transfer", "acknowledge": "acknowledge"}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ("受理", Named("acknowledge", "", False)),
        ("受理吧。", Named("acknowledge", "", False)),
        ("我来受理", Named("acknowledge", "", False)),
        ("受理了", Named("acknowledge", "", True)),
        ("0006-3 受理", Named("acknowledge", "0006-3", False)),
        ("受理 ０００８－２", Named("acknowledge", "0008-2", False)),
        ("261123-0006-3一次性告知", Named("notify", "261123-0006-3", False)),
        ("把第6号转办一下", Named("transfer", "6", False)),
        ("Please acknowledge 0006-3", Named("acknowledge", "0006-3", False)),
    ],
)
def test_a_name_and_nothing_else(said: str, named: Named) -> None:
    """The number may stand in front or behind, with small words around."""
    assert read(said, LABELS) == named


@pytest.mark.parametrize(
    "said",
    [
        "",
        "了",
        "0006-3",
        "受理了没有",
        "受理了吗",
        "明天受理",
        "12月3号受理",
        "张婆婆受理",
        "受理 转办",
        "受理5天",
        "受" * 50,
    ],
)
def test_what_is_a_sentence(said: str) -> None:
    """Anything more is words."""
    assert read(said, LABELS) is None


@pytest.mark.parametrize(
    ("typed", "patterns"),
    [
        ("0006-3", ["00063"]),
        ("6-3", ["00063"]),
        ("0006", ["0006_"]),
        ("6", ["0006_"]),
        ("00063", ["0063_", "00063"]),
        ("12345-6", ["123456"]),
        ("6-33", []),
        ("-3", []),
        ("261123-0006-3", []),
        ("123456789", []),
    ],
)
def test_the_end_of_a_number(typed: str, patterns: list[str]) -> None:
    """With its check digit, without it, or the bare serial."""
    assert set(patterns) <= set(endings(typed))
    assert bool(patterns) == bool(endings(typed))


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("5", (5, False)),
        ("5天", (5, False)),
        ("延五个工作日", (5, False)),
        ("延长到５天吧", (5, False)),
        ("两个工作日。", (2, False)),
        ("5 working days", (5, False)),
        ("5天，材料还没到", (5, True)),
        ("要等3天，延5天", None),
        ("材料还没到", None),
        ("12月5日", None),
        ("3个", None),
    ],
)
def test_days_that_are_counted(said: str, counted: tuple[int, bool] | None) -> None:
    """A number of days, and whether more was said than that."""
    assert read_count(said) == counted
