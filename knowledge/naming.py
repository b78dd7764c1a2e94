"""Tells a name from other words: somebody who was asked what to call them may as well go on with their need."""

import re

from knowledge.small_words import small

_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔"
    "钟谭陆汪范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤冉"
)
"""The families that nine in ten people of the country belong to."""
_TITLES = (
    "婆婆|爷爷|奶奶|大爷|大妈|大娘|大姐|大哥|孃孃|嬢嬢|阿姨|叔叔|伯伯|老师|师傅|医生|先生|女士|同志|老汉|姐|哥|嬢|孃"
)
_NAME = re.compile(
    rf"(?:我叫|叫我|喊我|我是|我姓)?(?P<name>[{_SURNAMES}](?:{_TITLES})|[老小阿][{_SURNAMES}]|"
    rf"(?:[{_SURNAMES}]|欧阳|上官|司马|诸葛|夏侯)(?P<given>[\u4e00-\u9fff]{{1,2}}))"
)
_FAMILY = re.compile(r"(?:我|免贵)姓(?P<name>[\u4e00-\u9fff]{1,2})")
_ENGLISH = re.compile(r"(?:my name is |call me )(?P<name>[a-z][a-z'. -]{0,30})", re.IGNORECASE)
_NOT_GIVEN = frozenset(
    "一二三四五六七八九十日末上下来去不没有在是的了时候点号楼桶病压便重务事样到要可以好行谁么什啥哪里人家房水电灯门路桥铺州津北"
)
"""What follows a family's sign in other words (周三, 马上, 方便, 高血压) and seldom in a name."""
_ENDS = re.compile(r"(?:就行|就好|就是了|就可以|就可以了)?[吧嘛哈。.！!]{0,3}$")
_LONGEST = 12


def called(text: str, *, sure: bool) -> str | None:
    """The name in a message that is nothing more than one; None when it is, or may be, something else.

    :param sure: they wanted to be asked, so that whatever is short is taken for a name
    """
    said = _ENDS.sub("", text.strip(), count=1)
    if not said or small(said) or any(character.isdigit() for character in said):
        return None
    if (found := _NAME.fullmatch(said)) and (sure or not _NOT_GIVEN.intersection(found["given"] or "")):
        return found["name"]
    if found := _FAMILY.fullmatch(said) or _ENGLISH.fullmatch(said):
        return found["name"].strip()
    return said if sure and len(said) <= _LONGEST and all(c.isalpha() or c in "·. " for c in said) else None
