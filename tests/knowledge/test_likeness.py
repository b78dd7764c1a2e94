"""Needs without a service: scrubbed of names and numbers, put together by likeness."""

import pytest

from knowledge.likeness import groups, scrub


@pytest.mark.parametrize(
    ("words", "scrubbed"),
    [
        ("我叫张秀英，电话13812345678", "我叫某，电话×"),
        ("3栋2单元 501 楼道灯不亮", "×栋×单元 × 楼道灯不亮"),
        ("隔壁王婆婆家漏水", "隔壁某婆婆家漏水"),
        ("陈光明想要长椅", "某想要长椅"),
        ("请老师傅修门", "请老师傅修门"),
    ],
)
def test_names_and_numbers_go(words: str, scrubbed: str) -> None:
    """Who asked and where exactly they live is not told."""
    assert scrub(words, ["陈光明"]) == scrubbed


def test_alike_needs_stand_together() -> None:
    """By what they say; named by what they share; the largest first."""
    said = ["楼道灯不亮了", "我家楼道灯不亮", "楼道灯又不亮了", "想学跳广场舞", "广场舞哪里学"]
    first, *others = groups(said)
    assert (first.members, first.name) == ((0, 1, 2), "楼道灯不亮")
    assert sorted(place for group in others for place in group.members) == [3, 4]


def test_a_single_need_has_no_name() -> None:
    """What one person said never becomes the name of anything."""
    [alone] = groups(["我要一只会飞的猪"])
    assert (alone.name, alone.example) == ("", "我要一只会飞的猪")
    assert groups([]) == []
