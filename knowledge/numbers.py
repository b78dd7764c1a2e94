"""Request numbers: short enough to be read out on the phone, safe against a digit heard or typed wrong.

Digits only: ``YYMMDD`` (the local day of recording), the day's serial (four digits at least), a check digit.
26112300424, spoken and shown as 261123-0042-4.

The check digit is Damm's (python-stdnum): of the one-digit schemes it catches *every* wrong digit and *every*
swap of two neighbours, the two slips people make; ISO 7064 Mod 11,10 lets some swaps through.
"""

import re
from datetime import date, datetime

from stdnum import damm

FIRST_YEAR, LAST_YEAR = 2020, 2099
"""Two digits of year. Starting at 20 keeps mobile phone numbers (they begin with 13 to 19) out of `find`."""

LARGEST_SERIAL = 999_999
_LENGTHS = range(11, 14)

_FULL_WIDTH = str.maketrans("０１２３４５６７８９", "0123456789")
_GAP = re.compile(r"[ \t\u00a0\u2002-\u200b\u3000\u2010-\u2015\u2212\uff0d\ufe63-]+")
_LONGEST_GAP = 3
_LONGEST_END = 7
_RUN = re.compile(r"[0-9]+")
_MOBILE = re.compile(r"1[3-9]")
_MOBILE_DIGITS = 11
_COUNTRY = re.compile(r"^(?:\+86|0086|86(?=1[0-9]{10}$))")
_GROUPED = re.compile(rf"[0-9]{{5,7}}{_GAP.pattern}[0-9]{{3,7}}{_GAP.pattern}[0-9]{{1,2}}")
"""A number as it is shown, give or take a digit in each group."""


def make(day: date, serial: int) -> str:
    """The number of the ``serial``-th request (from 1) recorded on the local date ``day``.

    Raises ValueError for a day or serial the form has no room for.
    """
    if isinstance(day, datetime) or not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError(f"expected a date from {FIRST_YEAR} to {LAST_YEAR}, not {day}")
    if not 1 <= serial <= LARGEST_SERIAL:
        raise ValueError(f"expected a serial from 1 to {LARGEST_SERIAL}, not {serial}")
    body = f"{day:%y%m%d}{serial:04d}"
    return body + damm.calc_check_digit(body)


def read(text: str) -> str | None:
    """The clean number when ``text`` is one and nothing else, its check digit right; otherwise None.

    Spaces, hyphens and full-width digits (０-９) are accepted, as dictation and Chinese keyboards write them.
    """
    digits = _GAP.sub("", text.strip().translate(_FULL_WIDTH))
    return _valid(digits) if _RUN.fullmatch(digits) else None


def mistyped(text: str) -> bool:
    """Whether ``text`` was meant to be a number and nothing else, with a digit wrong, missing or too many.

    Telephone numbers are not: a mobile begins with 13 to 19, a landline with 0. Of bare digits only those count that
    could be of these decades; in the groups in which it is shown, any do.
    """
    plain = text.strip().translate(_FULL_WIDTH)
    digits = _GAP.sub("", plain)
    if _RUN.fullmatch(digits) is None or _valid(digits) is not None:
        return False
    grouped = _GROUPED.fullmatch(plain) is not None
    return grouped or (len(digits) in _LENGTHS and digits[0] in "23")


def find(text: str) -> str | None:
    """The first valid number inside a sentence, clean; None when there is none.

    Other numbers may stand around it (a phone number, an age): every group of digits is tried as its
    beginning, and a number never starts or ends in the middle of a group.
    """
    text = text.translate(_FULL_WIDTH)
    runs = list(_RUN.finditer(text))
    for index, first in enumerate(runs):
        digits, end = first.group(), first.end()
        if number := _valid(digits):
            return number
        for run in runs[index + 1 :]:
            near = run.start() - end <= _LONGEST_GAP and _GAP.fullmatch(text, end, run.start())
            digits, end = digits + run.group(), run.end()
            if not near or len(digits) >= _LENGTHS.stop:
                break
            if number := _valid(digits):
                return number
    return None


def spoken(number: str) -> str:
    """``number`` in the groups it is said and shown in: 261123-0042-4. ValueError when it is not a number."""
    clean = read(number)
    if clean is None:
        raise ValueError("expected a request number with a right check digit")
    return f"{clean[:6]}-{clean[6:-1]}-{clean[-1]}"


def endings(typed: str) -> list[str]:
    """How a number may go on after its day when somebody typed its end: 「0006-3」, 「00063」, 「0006」 or 「6」.

    Patterns of SQL's LIKE, in which `_` is the check digit that was left out.
    """
    serial, hyphen, check = typed.partition("-")
    if not serial or "-" in check or not (serial + check).isdecimal() or len(serial + check) > _LONGEST_END:
        return []
    if hyphen:
        return [f"{serial.zfill(4)}{check}"] if len(check) == 1 else []
    found = [f"{serial.lstrip('0').zfill(4)}_"]
    return [*found, f"{serial[:-1].lstrip('0').zfill(4)}{serial[-1]}"] if len(serial) > 1 else found


def phone_forms(phone: str) -> frozenset[str]:
    """Every way in which the same Chinese phone number may have been written down: with the country or without."""
    plain = _COUNTRY.sub("", phone)
    return frozenset({phone, plain, f"86{plain}", f"+86{plain}", f"0086{plain}"})


def dialled(phone: str) -> bool:
    """Whether a number in plain digits can be dialled: a mobile, which begins with 13 to 19, has eleven digits."""
    plain = _COUNTRY.sub("", phone)
    return not _MOBILE.match(plain) or len(plain) == _MOBILE_DIGITS


def _valid(digits: str) -> str | None:
    """``digits`` if `make` could have made them."""
    if len(digits) not in _LENGTHS or not damm.is_valid(digits):
        return None
    serial = digits[6:-1]
    # Damm does not see a 0 put behind; that mostly makes a long serial beginning with 0, never given.
    if (len(serial) > 4 and serial[0] == "0") or int(serial) == 0:
        return None
    try:
        day = date(2000 + int(digits[:2]), int(digits[2:4]), int(digits[4:6]))
    except ValueError:
        return None
    return digits if FIRST_YEAR <= day.year <= LAST_YEAR else None
