"""Numbers of identity cards are found, and nothing else is taken for one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_2

from knowledge.identity import holds, mask

RIGHT = "51021219441105223" + mod_11_2.calc_check_digit("51021219441105223")


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (f"我是{RIGHT}帮我办高龄津贴", "我是510212************帮我办高龄津贴"),
        (RIGHT, "510212************"),
        ("我的身份证号是510212194411052233 帮我办", "我的身份证号是510212************ 帮我办"),  # a digit is wrong
        (f"{RIGHT[:6]} {RIGHT[6:14]} {RIGHT[14:]}", "510212************"),
        (f"电话13800138000 {RIGHT}", "电话13800138000 510212************"),
        (f"80 {RIGHT}，80", "80 510212************，80"),
        ("５１０２１２１９４４１１０５２２３０", "510212************"),
        ("11010519491231002x", "110105************"),
        ("1101 0519 4912 3100 2Ｘ", "110105************"),
        ("老身份证 510212441105223", "老身份证 510212*********"),
        (f"{RIGHT}\n{RIGHT}", "510212************\n510212************"),
    ],
)
def test_neither_birthday_nor_serial_stays(said: str, kept: str) -> None:
    assert mask(said) == kept
    assert mask(kept) == kept
    assert holds(said)
    assert holds(kept)


@pytest.mark.parametrize(
    "said",
    [
        "510212194411052233",  # a wrong check digit, and nobody says what it is
        "510212194413052230",  # no such month
        "510212441105223",  # fifteen digits of anything
        "13800138000，13900139000",
        "6222021234567890128",
        "261123-0042-4",
        f"订单{RIGHT}9",
        "身份证忘带了，电话 13800138000，编号 26112300424",
        "**********",
    ],
)
def test_other_numbers_are_left_alone(said: str) -> None:
    assert mask(said) == said
    assert not holds(said)


@given(st.text(st.sampled_from("0123456789 -xX*号身份证０５"), max_size=60))
def test_hiding_twice_changes_nothing_more(text: str) -> None:
    assert mask(mask(text)) == mask(text)
    assert len(mask(text)) <= len(text)
