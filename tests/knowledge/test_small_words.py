"""What is said on the way is told from what belongs to a need."""

import pytest

from knowledge.small_words import afresh, agrees, easier, refuses, small


@pytest.mark.parametrize(
    "said", ["同意", "我同意。", "要得嘛", "可以", "好", "好的哈", "Yes", "I agree", "OK", "好噻！"]
)
def test_a_short_yes_is_consent(said: str) -> None:
    assert agrees(said) is True


@pytest.mark.parametrize("said", ["不同意", "我不同意嘛", "No", "I do not agree"])
def test_a_short_no_is_none(said: str) -> None:
    assert agrees(said) is False


@pytest.mark.parametrize(
    "said", ["恩", "嗯", "可以吗", "好多钱", "同意书是啥子", "我想问哈低保", "yes but why", "对头", ""]
)
def test_nothing_else_is_consent(said: str) -> None:
    assert agrees(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "字太小了看不清",
        "字太小",
        "看不清",
        "看不见",
        "开长辈模式",
        "打开长辈模式嘛",
        "帮我开大字版",
        "字大点",
        "Easy mode",
        "the text is too small",
        "I can't read it",
        "turn on easy mode",
    ],
)
def test_larger_letters_are_asked_for(said: str) -> None:
    assert easier(said) is True


@pytest.mark.parametrize("said", ["关闭长辈模式", "不要长辈模式了", "easy mode off"])
def test_and_no_longer(said: str) -> None:
    assert easier(said) is False


@pytest.mark.parametrize("said", ["我眼睛看不见，想办残疾证", "字据太小气了", "楼道灯看不清路", "老年证", "小"])
def test_a_need_is_no_wish_for_larger_letters(said: str) -> None:
    assert easier(said) is None


@pytest.mark.parametrize(
    "said",
    [
        "恩",
        "嗯嗯",
        "对头",
        "不换",
        "要得嘛",
        "开长辈模式",
        "都不是",
        "5",
        "５",
        "你好",
        "谢谢",
        "好的",
        "算了",
        "是的。",
        "none of these",
    ],
)
def test_small_words_add_nothing(said: str) -> None:
    assert small(said)


@pytest.mark.parametrize(
    "said",
    [
        "就是助餐",
        "低保",
        "302",
        "13800138000",
        "不是我，是我妈",
        "没得",
        "好多钱",
        "2个人",
        "两个人",
        "换锁",
        "不晓得",
        "我老伴脚杆痛",
        "",
        "😀",
    ],
)
def test_what_may_tell_something_is_not_small(said: str) -> None:
    assert not small(said)


def test_a_refusal_is_told_from_an_assent() -> None:
    assert refuses("都不是")
    assert not refuses("对头")


@pytest.mark.parametrize(
    ("said", "rest"),
    [
        ("算了 不搞那个了 我想喊人送哈饭", "我想喊人送哈饭"),
        ("算了我想喊人送哈饭", "我想喊人送哈饭"),
        ("不搞那个了，帮我问哈低保", "帮我问哈低保"),
        ("换一个，我想找工作", "我想找工作"),
        ("不是这个，我要办老年证", "我要办老年证"),
        ("Never mind, I need a lawyer", "I need a lawyer"),
    ],
)
def test_who_changes_their_mind_is_heard(said: str, rest: str) -> None:
    assert afresh(said) == rest


@pytest.mark.parametrize(
    "said", ["算了", "算了一下差三个月社保", "算了我的工资少了", "换一个灯泡", "不是这个月的", "我想算了"]
)
def test_what_only_begins_alike_is_left_alone(said: str) -> None:
    assert afresh(said) is None
