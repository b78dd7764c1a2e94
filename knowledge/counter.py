"""What a worker types while somebody stands at the counter or is on the phone: a name, or a whole sentence with the
number and the matter in it; and whether consent was given.

Only what is plain is taken apart, and it is shown before anything rests on it; the rest stays the matter."""

import re
import unicodedata
from dataclasses import dataclass

_LONGEST_NAME = 12
_LONGEST_LATIN = 40
_SHORT_NAME = 4
"""So few signs are a name, whatever they also mean."""
_TITLES = (
    "婆婆|老奶奶|奶奶|爷爷|外婆|外公|大爷|大妈|大娘|大叔|大伯|大姐|大哥|阿姨|阿婆|阿公|叔叔|伯伯|伯父|伯母|嬢嬢|孃孃|婶婶|先生|女士|"
    "小姐|太太|老师|师傅|医生|老人|老伯|老太|婆|爷|叔|姨|嬢|孃|姐|哥"
)
_BEGINS = (
    "想|要|来|说|问|办|反映|申请|咨询|需要|希望|打听|投诉|求助|今年|现在|刚刚|刚才|家里|家头|屋头|屋里|住|"
    "腿|生病|摔|没得|没有|不会|不能"
)
_TITLED = re.compile(rf"[\u4e00-\u9fff·]{{1,6}}?(?:{_TITLES})(?!的|家)")
_BARE = re.compile(rf"([\u4e00-\u9fff]{{2,4}}?)(?:{_BEGINS})")
_WORD = re.compile(r"[\u4e00-\u9fff·]{2,4}(?=[ ,，、。;；:：\n])")
_PHONE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?(1[3-9]\d[- ]?\d{4}[- ]?\d{4}|0\d{2,3}[- ]?\d{7,8})(?!\d)")
_BESIDE_PHONE = ("联系电话", "联系方式", "手机号", "手机", "电话号码", "电话", "号码", "是", "为")
_BEFORE_NAME = ("我是", "我叫", "姓名", "名字", "居民", "叫", "是")
_FULL_WIDTH = str.maketrans("０１２３４５６７８９－＋　", "0123456789-+ ")
_EDGES = " \t\n,，、。.;；:：!！()（）"
_YES = ("同意", "可以", "愿意", "行", "好", "要得", "没问题", "是", "对", "yes", "ok", "okay")
_NO = ("不同意", "不愿意", "不可以", "不行", "不要", "没同意", "没有同意", "不肯", "不干", "no")


@dataclass(frozen=True)
class Told:
    """:ivar name: how somebody is called; empty when that was not plain"""

    name: str
    phone: str | None
    matter: str


def told(text: str) -> Told:
    """A name, or a sentence taken apart into name, number and matter. Nothing of it is lost: what is neither a plain
    name nor the one number in it is the matter."""
    said = text.strip()
    plain = said.translate(_FULL_WIDTH)
    if _is_name(plain):
        return Told(said, None, "")
    phones = list(_PHONE.finditer(plain))
    phone, rest = None, plain
    if len(phones) == 1:
        phone = "".join(sign for sign in phones[0][1] if sign.isdecimal())
        rest = f"{_shorn(plain[: phones[0].start()], _BESIDE_PHONE)} {plain[phones[0].end() :].strip(_EDGES)}".strip()
    head = rest.strip(_EDGES)
    head = next((head.removeprefix(word).strip(_EDGES) for word in _BEFORE_NAME if head.startswith(word)), head)
    if _is_name(head):
        return Told(head, phone, "")
    name = _name_in(head)
    if len(phones) > 1 and not _TITLED.match(head):
        name = ""
    return Told(name, phone, head[len(name) :].strip(_EDGES) if name else rest)


def _is_name(plain: str) -> bool:
    """Whether it is a name and nothing else: short, without a digit, and no beginning of a sentence in it."""
    if not plain or any(sign.isdigit() for sign in plain):
        return False
    if plain.isascii():
        return len(plain) <= _LONGEST_LATIN
    return len(plain) <= _SHORT_NAME or (len(plain) <= _LONGEST_NAME and not _name_in(plain))


def _name_in(said: str) -> str:
    """The name with which a sentence begins, when it goes on behind it; empty when that is not plain."""
    titled = _TITLED.match(said)
    if titled is not None and titled.end() < len(said):
        return titled[0]
    bare = _WORD.match(said) or _BARE.match(said)
    return (bare[1] if bare.re is _BARE else bare[0]) if bare is not None else ""


def _shorn(words: str, small: tuple[str, ...]) -> str:
    """Without the words that only say what stands behind them."""
    words = words.rstrip(_EDGES)
    while found := next((word for word in small if words.endswith(word)), None):
        words = words.removesuffix(found).rstrip(_EDGES)
    return words


def consented(text: str) -> bool | None:
    """Whether these words say that somebody agrees, or does not; None when they say neither."""
    said = unicodedata.normalize("NFKC", text).casefold().strip(_EDGES).rstrip("了的啊嘛哈呀吧")
    if not said or len(said) > _LONGEST_NAME:
        return None
    if said.endswith(_NO):
        return False
    refuses = "不" in said or "没" in said.replace("没问题", "")
    return True if said.endswith(_YES) and not refuses else None
