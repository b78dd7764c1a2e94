"""Hides numbers of identity cards in what people write: the desk never asks for one and keeps none.

公民身份号码 by GB 11643-1999: six digits of the place, eight of the day of birth, three of a serial, and a check
digit by ISO 7064 MOD 11-2, whose X stands for ten. Cards from before 1999 have fifteen: two digits of the year, no
check digit.
外国人永久居留身份证 of 2023 are built alike and begin with 9.

Numbers of bank cards are left as they are: an allowance is paid to one, and what is hidden cannot be had back.
"""

import re
from collections.abc import Callable
from datetime import date

from stdnum.iso7064 import mod_11_2

_PLACES = frozenset(
    str(code)
    for first, last in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(first, last + 1)
)
"""The provinces by GB/T 2260."""

_SAME = str.maketrans("０１２３４５６７８９Ｘｘx", "0123456789XXX")
_GAP = r"[ \u00a0\u3000\t\-－]{0,2}"
_EIGHTEEN = re.compile(rf"(?<![0-9])(?=([0-9](?:{_GAP}[0-9]){{16}}{_GAP}[0-9X])(?![0-9]))")
_FIFTEEN = re.compile(rf"(?<![0-9])(?=([0-9](?:{_GAP}[0-9]){{14}})(?![0-9X]))")
_SPOKEN_OF = re.compile(r"身份证|身份号码|身分证|证件号|\bid\b|\bidentity\b", re.IGNORECASE)
_HIDDEN = re.compile(r"(?<![0-9])[0-9]{6}\*{9}(?:\*{3})?(?!\*)")


def mask(text: str) -> str:
    """The text with all but the place taken out of such numbers: 510212************. A number counts when its check
    digit and day of birth are right, or when the words say what it is and it looks like one."""
    if sum(character.isdigit() for character in text) < 15:
        return text
    told = _SPOKEN_OF.search(text) is not None
    text = _hide(text, _EIGHTEEN, lambda number: _is_new(number, told=told))
    return _hide(text, _FIFTEEN, _is_old) if told else text


def holds(text: str) -> bool:
    """Whether there is such a number in the text, or was one that is hidden now."""
    return _HIDDEN.search(text) is not None or mask(text) != text


def _hide(text: str, number: re.Pattern[str], sure: Callable[[str], bool]) -> str:
    parts, place = [], 0
    for found in number.finditer(text.translate(_SAME)):
        start, end = found.span(1)
        plain = "".join(character for character in found[1] if character in "0123456789X")
        if start >= place and sure(plain):
            parts += [text[place:start], plain[:6], "*" * (len(plain) - 6)]
            place = end
    return "".join([*parts, text[place:]])


def _is_new(number: str, *, told: bool) -> bool:
    if number[:2] not in _PLACES and number[0] != "9":
        return False
    return told or (_is_day(number[6:14]) and bool(mod_11_2.is_valid(number)))


def _is_old(number: str) -> bool:
    return number[:2] in _PLACES and _is_day(f"19{number[6:12]}")


def _is_day(digits: str) -> bool:
    try:
        day = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return 1900 <= day.year < 2100
