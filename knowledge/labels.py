"""What somebody means who types the name of a button: 「受理」, 「0006-3 受理」, 「把 0008-2 转办一下」.

A message is the name of a button only when it is nothing more: the name, a request number or the end of one, and
small words around them. A sentence that holds the name (「受理了没有」) is a sentence."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

_LONGEST = 40
_EDGES = " \t\n.,;:!~。，、；：！…—()[]【】「」『』《》\"'“”‘’*#"
_DIGITS = frozenset("0123456789")
_GAPS = frozenset(" -‐‑‒–—−")
_BEFORE = (
    "please", "编号", "单号", "我来", "我要", "我想", "帮我", "给我", "这个", "那个", "把", "请", "先", "点", "按",
    "要", "我", "的", "号", "第", "件", "这", "那", "no", "#",
)  # fmt: skip
_AFTER = (
    "please", "编号", "单号", "一下", "按钮", "这件", "那件", "这个", "那个", "it", "吧", "嘛", "哈", "哦", "噻", "嘞",
    "啊", "呀", "咯", "呢", "的",
)  # fmt: skip
_DONE = "了"
"""「受理了」 may tell that it is done already, and not ask for it."""


@dataclass(frozen=True)
class Named:
    """A button by its name.

    :ivar act: what the button does
    :ivar digits: the number that was typed with it, with its hyphens; empty when there was none
    :ivar told: whether it may also be told as done
    """

    act: str
    digits: str
    told: bool


def plain(text: str) -> str:
    """Half width, lower case, without marks at the edges."""
    return unicodedata.normalize("NFKC", text).casefold().strip(_EDGES)


def read(text: str, labels: Mapping[str, str]) -> Named | None:
    """The button that a message names and nothing else; None when it says more, or names none.

    :param labels: acts by the names of their buttons, each as `plain` makes it
    """
    said = plain(text)
    if not said or len(said) > _LONGEST:
        return None
    places = [place for place, sign in enumerate(said) if sign in _DIGITS]
    if not places:
        core, told = _core(said, labels)
        return Named(labels[core], "", told) if core in labels else None
    first, end = places[0], places[-1] + 1
    number = said[first:end]
    if not set(number) <= _DIGITS | _GAPS:
        return None
    before, told_before = _core(said[:first], labels)
    after, told_after = _core(said[end:], labels)
    if bool(before) == bool(after) or (before or after) not in labels:
        return None
    digits = "".join(sign if sign in _DIGITS else "-" for sign in number if sign != " ")
    return Named(labels[before or after], digits, told_before or told_after)


def _core(words: str, labels: Mapping[str, str]) -> tuple[str, bool]:
    """What is left without small words, and whether a 「了」 was among them."""
    told = False
    words = words.strip(_EDGES)
    while words and words not in labels:
        shorter = next((words.removeprefix(small) for small in _BEFORE if words.startswith(small)), None)
        if shorter is None:
            shorter = next((words.removesuffix(small) for small in _AFTER if words.endswith(small)), None)
        if shorter is None and words.endswith(_DONE):
            shorter, told = words.removesuffix(_DONE), True
        if shorter is None:
            break
        words = shorter.strip(_EDGES)
    return words, told
