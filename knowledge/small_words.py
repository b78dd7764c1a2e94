"""Small words: what people say to the desk itself on the way, and what is therefore no part of their need.

Only whole messages count. Whatever might tell something is left alone: it is better kept once too often than lost.
"""

import re
import unicodedata

from knowledge.intents import Intent, find

_MARKS = re.compile(r"[\s,，。.!！?？~、;；:：…“”\"「」]+")
_SOFT = "吧嘛哈哦哟噻咯啊呀呢嘞撒"
"""What makes a word softer at its end."""
_HUMS = frozenset("嗯恩唔哦噢喔额呃哎欸嘛啊")

_AGREE = frozenset({"同意", "我同意", "同意了", "要得", "可以", "好", "好的", "agree", "iagree", "yes", "ok", "okay"})
_DISAGREE = frozenset({"不同意", "我不同意", "disagree", "no", "idonotagree", "idon'tagree", "idon’tagree"})
_ASSENTS = frozenset(
    {*_AGREE, "行", "得行", "对", "对头", "对的", "是", "是的", "就是", "没错", "没问题", "晓得", "晓得了", "知道了"}
    | {"明白", "明白了", "收到", "好好", "好好好", "yeah", "right", "sure"}
)
_REFUSALS = frozenset(
    {*_DISAGREE, "不", "不是", "不是的", "不对", "都不是", "都不对", "不是这个", "不是那个", "不换", "不换了", "错了"}
    | {"换一个", "nope", "noneofthese", "notthese", "notthis"}
)
_DIGITS = re.compile(r"[0-9]{1,2}|[一二两三四五六七八九十]")

_MODE = r"(?:长辈|老年人?|老人|大字|适老|关怀)(?:模式|版)"
_ON = re.compile(
    rf"(?:我?[要想]|请|麻烦|帮我|给我|把)?(?:打开|开启|开一下|开哈儿?|开|换成|换到|用|进入|切换到?)?{_MODE}(?:打开|开起|开)?|"
    r"(?:这个?|上面的?|你们的?)?(?:字|字体)(?:太|好|有点|恁个|那么)?小(?:了|很了|得很)?(?:我?看不(?:清楚?|见))?了?|"
    r"(?:我)?看不(?:清楚?|见)(?:字|这个字|上面的字)?了?|(?:字)看不(?:清楚?|见)了?|字?(?:放|调|弄)?大(?:一?点|一?些)儿?|"
    r"(?:turnon|switchon)?easymode(?:on|please)?|(?:the)?(?:text|letters|words|print|font)(?:is|are)toosmall|"
    r"ican(?:not|'t|’t)(?:read|see)(?:it|this)|(?:bigger|larger)(?:text|letters|print)(?:please)?"
)
_OFF = re.compile(
    rf"(?:我?[要想]|请|麻烦|帮我|给我|把)?(?:关闭|关掉|关了|关|退出|取消|不要|不用){_MODE}了?|把?{_MODE}(?:关闭|关掉|关了|关)|"
    r"(?:turnoff|switchoff|leave)easymode|easymodeoff"
)

_STOP = (
    r"(?:算了(?!一?[下哈命账])|算哒|不(?:搞|办|弄|要|说)(?:那个|这个|那件事?|这件事?)?了|换一?[个件](?:事情?)?|都不是|"
    r"不是(?:这个|那个)|(?:搞|说|点)错了|never ?mind|forget it|not this)"
)
_GAP = r"[\s,，。.!！、;；]"
_AFRESH = re.compile(
    rf"(?:那就?|还是)?{_STOP}[{_SOFT}]?(?:{_GAP}{{0,3}}{_STOP}[{_SOFT}]?)?(?:{_GAP}{{1,8}}|(?=我[想要们]|帮我|给我|想|还是|请))",
    re.IGNORECASE,
)


def agrees(text: str) -> bool | None:
    """The answer to whether anything may be kept: yes or no in a word of their own, None when it is neither."""
    word = _word(text)
    return True if word in _AGREE else False if word in _DISAGREE else None


def easier(text: str) -> bool | None:
    """Whether 长辈模式 is asked for (also by 「字太小了看不清」), or its end; None when it is neither."""
    word = _word(text)
    return True if _ON.fullmatch(word) else False if _OFF.fullmatch(word) else None


def refuses(text: str) -> bool:
    """Whether it only says that something is not it."""
    return _word(text) in _REFUSALS


def small(text: str) -> bool:
    """Whether it adds nothing to a need: assent, refusal, a digit, a greeting, thanks, a wish about the desk."""
    word = _word(text)
    if not word:
        return False
    if word in _ASSENTS or word in _REFUSALS or set(word) <= _HUMS or _DIGITS.fullmatch(word):
        return True
    if easier(text) is not None:
        return True
    return not {Intent.GREETING, Intent.THANKS, Intent.CANCEL}.isdisjoint(find(text))


def afresh(text: str) -> str | None:
    """What is wanted instead, of words that first let go of something: 「算了 不搞那个了 我想喊人送哈饭」."""
    begun = _AFRESH.match(text)
    rest = text[begun.end() :].strip() if begun else ""
    return rest or None


def _word(text: str) -> str:
    """Half width, lower case, without marks and blanks and without what softens it; a hum stays."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKC", text).lower())
    return plain.rstrip(_SOFT) or plain
