"""Turns what residents write into the marks a matcher can weigh: characters, pairs, and how they sound.

Dictation and pinyin keyboards put the wrong character with the right sound (低包 for 低保), and Chongqing
speech does not tell n from l, zh from z, or eng from en. Sounds are therefore a second view of the same text.
"""

import re
import unicodedata
from bisect import bisect_right
from functools import lru_cache
from pathlib import Path

# GB 2312 orders its 3755 everyday characters by pinyin, so the first character of each syllable is
# enough to know the sound of all of them (a character with several readings has one here).
_FIRST = (Path(__file__).parent / "lexicon" / "syllables.txt").read_text(encoding="utf-8")
_STARTS = sorted((entry[-1].encode("gb2312"), entry[:-1]) for entry in _FIRST.split())
_CODES = [code for code, _ in _STARTS]
_LAST_CODE = "座".encode("gb2312")

_NUMBER = re.compile(r"[0-9][0-9\- ]{5,}[0-9]")
_REPEATED = re.compile(r"(.{1,12}?)\1{7,}", re.DOTALL)
_MARKS = re.compile(r"[^0-9a-z\u3400-\u9fff]+")


def plain(text: str) -> str:
    """One form for full-width, upper-case and spaced writing; runs of marks and spaces become one blank."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = _NUMBER.sub(" ", text)  # telephone and request numbers say nothing about the need
    return _MARKS.sub(" ", text).strip()


def squeezed(text: str) -> str:
    """Without the tail of what is said eight times and more on end: it says no more than three times."""
    return _REPEATED.sub(r"\1\1\1", text)


@lru_cache(maxsize=8192)
def sound(character: str) -> str:
    """The syllable of an everyday character as spoken in the south-west; others are themselves."""
    try:
        code = character.encode("gb2312")
    except UnicodeEncodeError:
        return character
    if len(code) != 2 or not _CODES[0] <= code <= _LAST_CODE:
        return character
    return _merged(_STARTS[bisect_right(_CODES, code) - 1][1])


def _merged(syllable: str) -> str:
    """Sounds that speakers here, or their keyboards, do not tell apart."""
    if syllable[:2] in ("zh", "ch", "sh"):
        syllable = syllable[0] + syllable[2:]
    if syllable[0] == "l":
        syllable = "n" + syllable[1:]
    if syllable.endswith(("eng", "ing")):
        syllable = syllable[:-1]
    return syllable


def marks(text: str) -> list[str]:
    """The features of a text: characters, pairs of neighbours, pairs one apart, and pairs of sounds."""
    found: list[str] = []
    for word in plain(text).split(" "):
        heard = [sound(character) for character in word]
        found.extend(word)
        found.extend(word[n : n + 2] for n in range(len(word) - 1))
        found.extend(f"{word[n]} {word[n + 2]}" for n in range(len(word) - 2))
        found.extend(f"{heard[n]}-{heard[n + 1]}" for n in range(len(heard) - 1))
    return found


def windows(text: str, width: int = 32) -> list[str]:
    """Overlapping parts of a text longer than one and a half windows; none of a shorter one."""
    clean = plain(text)
    if len(clean) <= width * 3 // 2:
        return []
    return [clean[start : start + width] for start in range(0, len(clean) - width // 2, width // 2)]
