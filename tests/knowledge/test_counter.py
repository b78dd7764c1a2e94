"""Sentences at the counter: taken apart where it is plain, and otherwise whole."""

import pytest

from knowledge.counter import Told, consented, told
from knowledge.numbers import dialled


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("周婆婆", Told("周婆婆", None, "")),
        ("张素芳", Told("张素芳", None, "")),
        ("王来", Told("王来", None, "")),
        ("李阿姨的女儿", Told("李阿姨的女儿", None, "")),
        ("买买提·艾合买提", Told("买买提·艾合买提", None, "")),
        ("Maria Gonzalez-Lopez", Told("Maria Gonzalez-Lopez", None, "")),
        ("张婆婆想申请高龄津贴", Told("张婆婆", None, "想申请高龄津贴")),
        ("张素芳想办低保", Told("张素芳", None, "想办低保")),
        ("张素芳 电话 139 0000 1111", Told("张素芳", "13900001111", "")),
        ("我是周桂芳，手机号１３９００００１１１１", Told("周桂芳", "13900001111", "")),
        ("王大爷，电话13912345678，家里漏水", Told("王大爷", "13912345678", "家里漏水")),
        ("隔壁王嬢嬢 023-67891234 要送饭", Told("隔壁王嬢嬢", "02367891234", "要送饭")),
        ("13900001111", Told("", "13900001111", "")),
        ("82岁婆婆", Told("", None, "82岁婆婆")),
        ("两个号码 13900001111 13900002222 都打不通", Told("", None, "两个号码 13900001111 13900002222 都打不通")),
    ],
)
def test_what_is_told(said: str, found: Told) -> None:
    """What is plain is taken out, and nothing is lost."""
    assert told(said) == found


@pytest.mark.parametrize(
    ("said", "agrees"),
    [
        *((yes, True) for yes in ("同意了", "同意", "可以", "她同意了", "念了，同意", "没问题", "好的", "行", "ok")),
        *((no, False) for no in ("不同意", "不可以", "没同意", "不愿意的", "no")),
        *((neither, None) for neither in ("", "不太同意", "听不清", "不是", "她说她要先问一下她女儿才可以")),
    ],
)
def test_consent(said: str, agrees: bool | None) -> None:
    """Only what plainly says yes or no is taken for it."""
    assert consented(said) is agrees


@pytest.mark.parametrize(
    ("phone", "can"),
    [
        ("13900001111", True),
        ("+8613900001111", True),
        ("1390000111", False),
        ("139000011112", False),
        ("12345", True),
        ("02367891234", True),
        ("67891234", True),
    ],
)
def test_what_can_be_dialled(phone: str, can: bool) -> None:
    """A mobile number has eleven digits, any other what it has."""
    assert dialled(phone) is can
