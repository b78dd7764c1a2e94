"""Numbered choices: every way to type one is read, and nothing that is more than a choice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import choices


@pytest.mark.parametrize(
    ("text", "index"),
    [
        ("1", 0),
        ("１", 0),
        ("一", 0),
        ("1.", 0),
        ("2。", 1),
        ("(2)", 1),
        ("（２）", 1),
        ("2️⃣", 1),
        ("②", 1),
        ("两", 1),
        ("二号", 1),
        ("第二个", 1),
        ("第 3 个", 2),
        ("选3", 2),
        ("我选二", 1),
        ("就第一个吧", 0),
        ("三号", 2),
        ("贰", 1),
        ("幺", 0),
        ("要2", 1),
        ("我要2", 1),
        ("2 谢谢", 1),
        ("最后一个", 2),
        ("the second one", 1),
        ("one", 0),
        ("no. 2", 1),
        ("按1", 0),
        ("第三项", 2),
    ],
)
def test_every_way_to_name_a_choice_is_read(text: str, index: int) -> None:
    """Old people, dictation and other keyboards write a number in many ways."""
    assert choices.read(text, 3) == index


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0",
        "4",
        "第四个",
        "13800000000",
        "3月2日",
        "2个老人",
        "2个",
        "两个",
        "两条",
        "一样",
        "二楼漏水",
        "2024",
        "1,2",
        "12345",
        "no",
        "什么",
        "80岁",
        "2号楼",
        "一个人住",
        "三轮车",
        "120",
        "1-2",
        "二婚",
        "十",
        "一百",
        "1栋1单元",
        "2点钟来",
    ],
)
def test_a_text_that_is_more_than_a_choice_is_none(text: str) -> None:
    """Telephone numbers, dates, counts and sentences are never taken for a button."""
    assert choices.read(text, 3) is None


def test_two_digit_choices_are_read_when_there_are_as_many() -> None:
    """Long lists have tens."""
    assert choices.read("12", 12) == 11
    assert choices.read("十一", 12) == 10
    assert choices.read("第十个", 12) == 9
    assert choices.read("12", 11) is None


@given(st.text(max_size=30), st.integers(min_value=0, max_value=20))
def test_whatever_is_written_the_answer_is_a_button_or_none(text: str, count: int) -> None:
    """No text fails, and no answer points past the buttons."""
    found = choices.read(text, count)
    assert found is None or 0 <= found < count


@given(st.integers(min_value=1, max_value=20))
def test_the_number_itself_always_chooses(number: int) -> None:
    """A typed number means its button."""
    assert choices.read(str(number), 20) == number - 1
