"""Request numbers: made, read back however they are written, and never mistaken for another."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import numbers

DAY = date(2026, 11, 23)
NUMBER = "26112300424"

made = st.builds(
    numbers.make,
    st.dates(date(2020, 1, 1), date(2099, 12, 31)),
    st.one_of(st.integers(1, 9999), st.integers(10_000, numbers.LARGEST_SERIAL)),
)


def test_a_number_tells_its_day_and_serial() -> None:
    """Six digits of date, at least four of serial, one check digit."""
    assert numbers.make(DAY, 42) == NUMBER
    assert numbers.spoken(NUMBER) == "261123-0042-4"
    assert numbers.make(DAY, 12_345)[:-1] == "26112312345"
    assert numbers.spoken(numbers.make(DAY, 12_345))[:13] == "261123-12345-"


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "261123-0042-4",
        " 261123 0042 4\n",
        "２６１１２３００４２４",
        "261123－0042－4",
        "261123—0042—4",
        "2 6 1 1 2 3 0 0 4 2 4",
        "261123\u30000042\u30004",
    ],
)
def test_a_number_is_read_however_it_is_written(text: str) -> None:
    """Spaces, hyphens and full-width digits are one number."""
    assert numbers.read(text) == NUMBER
    assert numbers.find(f"我的诉求{text}到哪一步了") == NUMBER


@pytest.mark.parametrize(
    "text",
    ["", "26112300425", "2611230042", "261123004240", "我的26112300424", "26112300424x", "-", "一二三"],
)
def test_what_is_no_number_is_none(text: str) -> None:
    """A wrong check digit, a digit too few or too many, or words around it."""
    assert numbers.read(text) is None


@pytest.mark.parametrize(("day", "serial"), [("261323", 42), ("260230", 42), ("000101", 42), ("261123", 0)])
def test_a_right_check_digit_on_a_day_that_is_none_is_refused(day: str, serial: int) -> None:
    """Only what could have been made is a number."""
    body = f"{day}{serial:04d}"
    assert all(numbers.read(body + check) is None for check in "0123456789")


@given(made)
def test_made_numbers_are_read_back(number: str) -> None:
    """Making, saying and reading again is the same number."""
    assert numbers.read(number) == number
    assert numbers.read(numbers.spoken(number)) == number


@given(made)
def test_one_wrong_digit_is_always_caught(number: str) -> None:
    """All nine wrong digits at every place."""
    for place, right in enumerate(number):
        for digit in set("0123456789") - {right}:
            assert numbers.read(number[:place] + digit + number[place + 1 :]) is None


@given(made)
def test_two_neighbours_swapped_are_always_caught(number: str) -> None:
    """At every place where the two differ."""
    for place in range(len(number) - 1):
        one, other = number[place], number[place + 1]
        if one != other:
            assert numbers.read(number[:place] + other + one + number[place + 2 :]) is None


@given(st.integers(1, 999))
def test_a_zero_put_behind_is_no_other_number(serial: int) -> None:
    """The check digit alone would let it pass; a long serial never begins with 0."""
    assert numbers.read(numbers.make(DAY, serial) + "0") is None


@pytest.mark.parametrize(
    "text",
    [
        f"编号{NUMBER}，麻烦催一下",
        "电话 13812345678，编号 261123-0042-4",
        "13812345678 26112300424",
        "我今年82 编号261123 0042 4 谢谢",
        f"26112300425不对，是{NUMBER}",
        f"{NUMBER}。",
    ],
)
def test_a_number_is_found_inside_a_sentence(text: str) -> None:
    """Phone numbers, ages and wrong attempts around it do not hide it."""
    assert numbers.find(text) == NUMBER


@pytest.mark.parametrize(
    "text",
    ["", "没有编号", f"9{NUMBER}", f"{NUMBER}5", "500101199001011234", "261123，0042，4", "2026年11月23日"],
)
def test_nothing_is_found_where_there_is_no_number(text: str) -> None:
    """A number is never cut out of a longer one, nor put together across words."""
    assert numbers.find(text) is None


@given(st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True))
def test_a_mobile_phone_number_is_never_a_request(phone: str) -> None:
    """Their first two digits are years before there were requests."""
    assert numbers.find(phone) is None
    assert numbers.find(f"{phone[:3]} {phone[3:7]} {phone[7:]}") is None


@given(st.text(alphabet="0123456789０９ -－—一二x，", max_size=60))
def test_whatever_is_found_is_a_number(text: str) -> None:
    """Any text gives a number that reads back, or nothing; never an error."""
    found = numbers.find(text)
    assert found is None or numbers.read(found) == found
    whole = numbers.read(text)
    assert whole is None or numbers.read(whole) == whole


@pytest.mark.parametrize("serial", [0, -1, numbers.LARGEST_SERIAL + 1])
def test_a_serial_without_room_is_refused(serial: int) -> None:
    """From 1 to 999,999 a day."""
    with pytest.raises(ValueError, match="serial from 1"):
        numbers.make(DAY, serial)


def test_a_day_without_room_is_refused() -> None:
    """A year outside 2020 to 2099, or a moment in place of a local date."""
    for day in (date(2019, 12, 31), date(2100, 1, 1), datetime(2026, 11, 23, tzinfo=UTC)):
        with pytest.raises(ValueError, match="date from 2020 to 2099"):
            numbers.make(day, 1)


def test_what_is_no_number_is_not_spoken() -> None:
    """A typing error is not dressed up as a number."""
    with pytest.raises(ValueError, match="check digit"):
        numbers.spoken("26112300425")


@pytest.mark.parametrize(
    "text", ["261123-0042-5", "26112300425", "２６１１２３００４２５", "261123-042-4", "261123 0042 5"]
)
def test_a_number_with_a_digit_wrong_is_known_as_one(text: str) -> None:
    """Whoever types a number with a slip in it hears so, instead of having it taken for words."""
    assert numbers.read(text) is None
    assert numbers.mistyped(text)


@pytest.mark.parametrize(
    "text",
    ["261123-0042-4", "13812345678", "138 1234 5678", "023-12345678", "02312345678", "2026-11-26", "20261126", "110",
     "500112194501011234", "400-800-1234", "5001234567890", "编号261123-0042-5", ""],
)  # fmt: skip
def test_other_numbers_are_not_taken_for_a_mistyped_one(text: str) -> None:
    assert not numbers.mistyped(text)
