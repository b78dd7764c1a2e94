"""A name is told from a need."""

import pytest

from knowledge.naming import called


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("罗桂芳", "罗桂芳"),
        ("我叫罗桂芳", "罗桂芳"),
        ("叫我罗婆婆嘛", "罗婆婆"),
        ("王大爷就行", "王大爷"),
        ("老周", "老周"),
        ("我姓覃", "覃"),
        ("欧阳文", "欧阳文"),
        ("My name is Mary Smith", "Mary Smith"),
        ("call me Mary", "Mary"),
    ],
)
def test_a_name_is_heard(said: str, name: str) -> None:
    assert called(said, sure=False) == name


@pytest.mark.parametrize(
    "said",
    [
        "周三来",
        "马上",
        "高血压",
        "方便",
        "低保",
        "我是低保户",
        "我叫人来修",
        "要软的",
        "不说",
        "好的",
        "谢谢",
        "5",
        "13800138000",
        "",
        "水管坏了",
        "我要办老年证",
        "thanks",
        "I need a lawyer",
    ],
)
def test_other_words_are_none(said: str) -> None:
    assert called(said, sure=False) is None


@pytest.mark.parametrize(
    ("said", "name"), [("幺妹", "幺妹"), ("Mary", "Mary"), ("周三", "周三"), ("古丽·买买提", "古丽·买买提")]
)
def test_whoever_wanted_to_be_asked_may_say_anything_short(said: str, name: str) -> None:
    assert called(said, sure=True) == name


@pytest.mark.parametrize("said", ["不说", "算了", "我家楼上漏水漏了两个月没得人管", "302"])
def test_but_not_everything(said: str) -> None:
    assert called(said, sure=True) is None
