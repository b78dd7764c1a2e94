"""No expression that reads what people type can read it in two ways again and again: such a one takes twice as long
with every word more, and one message of sixty characters would stop the desk."""

import importlib
import pkgutil
import re
from collections.abc import Iterator, Sequence
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser  # type: ignore[attr-defined]
from types import ModuleType
from typing import Any

import pytest

import bot
import handlers
import knowledge
import storage
from knowledge import danger, intents

_MANY = 20_000
_ONE = {code.ANY, code.GROUPREF, code.LITERAL, code.NOT_LITERAL, code.IN, code.CATEGORY}
_LOOKS = {code.AT, code.ASSERT, code.ASSERT_NOT}


class Endless(Exception):  # noqa: N818 - it says what is the case
    """Not a list of words."""


def words(parts: Any) -> list[str]:
    """Every text that a part without endless repeats matches, once for each way it does."""
    found = [""]
    for op, about in parts:
        found = [before + word for before in found for word in _words(op, about)]
        if len(found) > _MANY:
            raise Endless("too many words")
    return found


def _words(op: Any, about: Any) -> list[str]:
    if op is code.LITERAL:
        return [chr(about)]
    if op is code.IN:
        return [word for kind, one in about for word in _of_a_set(kind, one)]
    if op is code.SUBPATTERN:
        return words(about[3])
    if op is code.BRANCH:
        return [word for branch in about[1] for word in words(branch)]
    if op is code.MAX_REPEAT and about[1] is not code.MAXREPEAT:
        least, most, body = about
        return [word for times in range(least, most + 1) for word in words(list(body) * times)]
    if op in _LOOKS:
        return [""]
    raise Endless(str(op))


def _of_a_set(kind: Any, one: Any) -> list[str]:
    if kind is code.LITERAL:
        return [chr(one)]
    if kind is code.RANGE:
        return [chr(char) for char in range(one[0], one[1] + 1)]
    if kind is code.CATEGORY:
        return [f"<{one}>"]  # as one character that is none of the others
    raise Endless(str(kind))


def two_ways(some: Sequence[str]) -> str | None:
    """A sign that a text can be put together from these words in two ways (the test of Sardinas and Patterson)."""
    if "" in some:
        return "nothing at all"
    if twice := {word for word in some if some.count(word) > 1}:
        return " ".join(sorted(twice))
    rest = {long[len(short) :] for long in some for short in some if long != short and long.startswith(short)}
    seen: set[str] = set()
    while rest:
        seen |= rest
        if met := rest & set(some):
            return f"…{min(met)}"
        tails = {word[len(tail) :] for tail in rest for word in some if word.startswith(tail)}
        tails |= {tail[len(word) :] for tail in rest for word in some if tail.startswith(word)}
        rest = tails - seen
    return None


def faults(parts: Any) -> Iterator[str]:
    """What is wrong with the repeats of a parsed expression."""
    for op, about in parts:
        if op in (code.MAX_REPEAT, code.MIN_REPEAT):
            _, most, body = about
            inside = [step for step in body if step[0] not in _LOOKS]
            if (most is code.MAXREPEAT or most > 8) and not (len(inside) == 1 and inside[0][0] in _ONE):
                try:
                    wrong = two_ways(words(body))
                except Endless as why:
                    wrong = f"a repeat of {why}"
                if wrong is not None:
                    yield wrong
            yield from faults(body)
        elif op is code.SUBPATTERN:
            yield from faults(about[3])
        elif op is code.BRANCH:
            for branch in about[1]:
                yield from faults(branch)
        elif op in (code.ASSERT, code.ASSERT_NOT):
            yield from faults(about[1])


def _modules() -> Iterator[ModuleType]:
    for package in (knowledge, storage, handlers, bot):
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not found.name.endswith("__main__"):
                yield importlib.import_module(found.name)


def _expressions() -> dict[str, re.Pattern[str]]:
    found = {
        f"{module.__name__}.{name}": value
        for module in _modules()
        for name, value in vars(module).items()
        if isinstance(value, re.Pattern) and isinstance(value.pattern, str)
    }
    sayings, signs = intents._sayings(), danger._lexicon()
    found |= {f"intent {intent}": rule for intent, rule in sayings.rules.items()} | {"rating": sayings.word}
    found |= {f"sign {kind} {n}": sign for kind, some in signs.signs.items() for n, sign in enumerate(some)}
    found |= {f"alone {kind}": sign for kind, sign in signs.alone.items()} | {"harmless": signs.harmless}
    return found | {f"guard {name}": guard for name, guard in signs.guards.items()}


EXPRESSIONS = _expressions()


@pytest.mark.parametrize("name", EXPRESSIONS)
def test_nothing_is_read_in_two_ways(name: str) -> None:
    """No endless repeat over words that can be cut in two ways, and none within another."""
    assert list(faults(_parser.parse(EXPRESSIONS[name].pattern))) == []


def test_what_the_check_finds() -> None:
    """It sees the faults it is made for, and lets their mended forms pass."""
    for wrong in ("(?:好|嗯+)*", "(?:想|要|想要)*", "(?:想要?|要)*", "(?:你们|你们?)*", "(?:个?)*", "(?:a(?:b|c)*)+"):
        assert list(faults(_parser.parse(wrong))), wrong
    for right in ("(?:好|嗯)*", "(?:想|要)*", "(?:你们?|您)*", "嗯+", "(?:(?!天).){0,30}", "(?:在|起在)*", r"[\d，]+"):
        assert not list(faults(_parser.parse(right))), right


@pytest.mark.parametrize("word", ["嗯", "想要", "你们", "那就", "一个", "我家家", "可能要要", "起在在", "中午你们"])
def test_somebody_who_leans_on_a_key(word: str) -> None:
    """A whole message of one word is read like any other."""
    text = (word * 4096)[:4096]
    assert intents.find(text) is not None
    danger.find(text)
