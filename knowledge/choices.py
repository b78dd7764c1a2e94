"""Reads which of the numbered choices a resident means.

Where a channel has no buttons, choices are numbered and a digit or a short word for it is typed. A text
is a choice only when it is nothing more: telephone numbers, dates and sentences that hold a number are not.
"""

import re
import unicodedata

_DIGITS = {"零": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_SPOKEN = {"幺": 1, "壹": 1, "贰": 2, "叁": 3, "肆": 4, "伍": 5, "陆": 6, "柒": 7, "捌": 8, "玖": 9, "拾": 10}
_WORDS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "first": 1, "second": 2, "third": 3}
_EDGES = " \t\r\n.,;:!?~。，、；：！？…—-()（）[]【】<>《》「」\"'“”‘’*#"
_LEAD = r"(?:(?:我|就是?|那|要|想)*(?:选择?|按|点|要|是|挑|办|来|回复?|输入?)?(?:这个|的是|了)?)"
_TAIL = r"(?:个|号|项|条|种|样|键|那个|个选项|的那个)?(?:吧|嘛|哈|哦|呢|了|啊|噻|嘞|咯|呀|谢谢|可以|就行|就好|就是)*"
_CHOICE = re.compile(rf"{_LEAD}第?([0-9]{{1,2}}|[零一二两三四五六七八九十幺壹贰叁肆伍陆柒捌玖拾]{{1,3}}){_TAIL}")
_COUNTED = re.compile(r"(?:两|[0-9]{1,2}|[一二三四五六七八九十]{1,3})(?:个|条|种|样|项)")
_ENGLISH = re.compile(r"(?:the |no\.? ?|number |option )?([a-z]+|[0-9]{1,2})(?: one)?")
_LAST = re.compile(r"(?:选|要|就)?(?:最后|最末|末尾)(?:面|头)?(?:那|这|一)?(?:一)?(?:个|项|条)(?:吧|嘛|哈)*")


def read(text: str, count: int) -> int | None:
    """The 0-based place of the choice meant among `count`; None when the text is not only a choice."""
    word = _plain(text)
    if not word or len(word) > 16 or count < 1:
        return None
    if _LAST.fullmatch(word):
        return count - 1
    number = _number(word)
    return number - 1 if number is not None and 1 <= number <= count else None


def _number(word: str) -> int | None:
    if english := _ENGLISH.fullmatch(word):
        said = english[1]
        return _WORDS.get(said) if not said.isdigit() else int(said)
    if not (chosen := _CHOICE.fullmatch(word)):
        return None
    # 「2个」 and 「两条」 count things; 「第二个」 and 「选2」 point at one
    if _COUNTED.fullmatch(word) and "第" not in word and not word.endswith(("号", "项")):
        return None
    return _value(chosen[1])


def _value(said: str) -> int | None:
    if said.isdigit():
        return int(said)
    if said in _SPOKEN:
        return _SPOKEN[said]
    if said in _DIGITS:
        return _DIGITS[said]
    before, ten, after = said.partition("十")
    if not ten or len(before) > 1 or len(after) > 1:
        return None
    return _DIGITS.get(before, 1) * 10 + _DIGITS.get(after, 0)


def _plain(text: str) -> str:
    """Full-width, circled (②) and keycap (2️⃣) digits become plain ones; marks around are dropped."""
    text = unicodedata.normalize("NFKC", text).replace("\ufe0f", "").replace("\u20e3", "")
    text = text.strip(_EDGES).lower()
    return re.sub(r"\s+", " ", text) if text.isascii() else re.sub(r"[\s,，、.。:：]+", "", text)
