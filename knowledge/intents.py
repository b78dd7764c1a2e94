"""What residents say to the desk itself, beside their needs: greetings, asking for progress, ratings in words.

Rules, not a model: these sayings are short and few, and what they do must be predictable. They are kept as data
in lexicon/intents.yaml.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import yaml

_SAYINGS = Path(__file__).parent / "lexicon" / "intents.yaml"
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_LONGEST_RATING = 40  # characters; who writes more tells a story


class Intent(StrEnum):
    """What the desk is asked to do. OFFICE is the hours and place of the office, HELP is "what can you do", ROBOT
    "are you a robot"."""

    GREETING = "greeting"
    THANKS = "thanks"
    MY_REQUESTS = "my_requests"
    PROGRESS = "progress"
    URGE = "urge"
    WITHDRAW = "withdraw"
    HUMAN = "human"
    RATING = "rating"
    NOT_SOLVED = "not_solved"
    OFFICE = "office"
    HELP = "help"
    ROBOT = "robot"
    CANCEL = "cancel"


@dataclass(frozen=True)
class _Sayings:
    rules: Mapping[Intent, re.Pattern[str]]
    levels: Mapping[str, int]
    assents: frozenset[str]
    word: re.Pattern[str]  # one judging word or filler, the longest that fits
    story_longer_than: int
    story_intents: frozenset[Intent]


@lru_cache(maxsize=32)  # many a filter asks it of the same message
def find(text: str) -> tuple[Intent, ...]:
    """The intents the text shows, in the order of Intent; empty for a need and nothing else."""
    sayings = _sayings()
    plain = _plain(text)
    found = {intent for intent, rule in sayings.rules.items() if rule.search(plain)}
    if len(plain) > sayings.story_longer_than:
        found &= sayings.story_intents
    if any(word not in sayings.assents for word in _judgements(plain)):
        found.add(Intent.RATING)
    return tuple(intent for intent in Intent if intent in found)


def rating(text: str) -> int | None:
    """The level said in words, 5 非常满意 to 1 非常不满意; None when the text is not a rating.

    Of several judgements the worst is believed: who is content does not write that anything was bad.
    """
    return min((_sayings().levels[word] for word in _judgements(_plain(text))), default=None)


def _judgements(plain: str) -> list[str]:
    """The judging words of a text that is nothing but judging words and fillers; else none."""
    sayings = _sayings()
    said: list[str] = []
    place = 0
    while place < len(plain):
        word = sayings.word.match(plain, place)
        if word is None or len(plain) > _LONGEST_RATING:
            return []
        if word[0] in sayings.levels:
            said.append(word[0])
        place = word.end()
    return said


@cache
def _sayings() -> _Sayings:
    data: dict[str, Any] = yaml.load(_SAYINGS.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506
    words: dict[str, str] = data["words"]

    def compiled(rules: list[str]) -> re.Pattern[str]:
        joined = "|".join(f"(?:{rule})" for rule in rules)
        for _ in range(2):  # a word list may name another
            for name, expression in words.items():
                joined = joined.replace(f"{{{name}}}", expression)
        return re.compile(joined)

    levels = {word: int(level) for level, some in data["ratings"].items() for word in some}
    known = sorted({*levels, *data["fillers"]}, key=len, reverse=True)
    return _Sayings(
        rules={Intent(name): compiled(rules) for name, rules in data["intents"].items()},
        levels=levels,
        assents=frozenset(data["assents"]),
        word=re.compile("|".join(map(re.escape, known)) + r"|[\s\W]"),
        story_longer_than=data["story"]["longer_than"],
        story_intents=frozenset(map(Intent, data["story"]["intents"])),
    )


def _plain(text: str) -> str:
    """Half width, lower case, without marks; English keeps single blanks."""
    text = unicodedata.normalize("NFKC", text).lower().strip()
    if text.isascii():
        return re.sub(r"[\s.!,]+", " ", text).strip() or text
    return re.sub(r"[\s,，。.!！~、;；:：…]+", "", text).rstrip("?？")
