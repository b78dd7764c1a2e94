"""What residents say to the desk itself, and ratings in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import Catalogue, Intent
from knowledge.intents import complains, find, judged_in_part, rating, says_unsolved

SAID = {
    Intent.GREETING: ["你好", "您好，请问在吗", "有人吗", "喂", "早上好", "Hello", "在不在", "社区好"],
    Intent.THANKS: ["谢谢", "谢谢你们哈", "好的，谢谢", "感谢社区", "辛苦了", "Thank you very much", "麻烦你们了"],
    Intent.MY_REQUESTS: ["我的诉求", "看一下我的诉求", "查询我的登记", "我都报了哪些", "show my requests"],
    Intent.PROGRESS: [
        "进度",
        "我的低保申请进度怎么样了",
        "上次报的漏水那个事怎么样了",
        "261123-0042-7 办到哪一步了",
        "办好没得",
        "还要多久哦",
        "还要等好久嘛",
        "我的高龄津贴批下来没有",
        "申请交了，有消息没得",
        "what is the status of my request",
        "到哪步了",
        "那个事到哪一步了嘛",
        "我的申请到哪个环节了",
        "status",
        "what's happening with my request?",
    ],
    Intent.URGE: [
        "催办",
        "催一下",
        "能不能搞快点",
        "都一个星期了还没人联系我",
        "搞快点嘛",
        "抓紧办一下",
        "any update?",
    ],
    Intent.WITHDRAW: ["撤回", "我要撤销", "那个申请不用办了", "取消我的登记", "不投诉了", "事情不用管了", "withdraw"],
    Intent.HUMAN: [
        "转人工",
        "人工服务",
        "我要找个真人说话",
        "不想跟机器人说了",
        "喊个工作人员来跟我说",
        "打电话给我嘛",
        "I want to talk to a person",
    ],
    Intent.RATING: [
        "挺好的，满意",
        "不行，没解决",
        "非常不满意",
        "马马虎虎吧",
        "服务态度很好",
        "五星好评",
        "very satisfied",
    ],
    Intent.NOT_SOLVED: ["还没解决", "问题还没解决", "还是老样子", "根本没处理", "not solved"],
    Intent.COMPLAINT: [
        "我要投诉你们",
        "举报工作人员",
        "我要找你们领导",
        "叫你们主任来",
        "我要投诉",
        "对你们很有意见",
        "I want to complain about the worker",
        "let me talk to your manager",
    ],
    Intent.OFFICE: [
        "社区几点上班",
        "你们在哪里",
        "周六上班吗",
        "便民服务中心地址",
        "你们好久下班",
        "街道办怎么走",
        "opening hours",
    ],
    Intent.HELP: ["你能做什么", "有哪些服务", "怎么用", "帮助", "能办些啥子", "what can you do"],
    Intent.CANCEL: ["算了", "取消", "不用了", "不办了", "搞错了", "never mind"],
}


@pytest.mark.parametrize(("intent", "text"), [(intent, text) for intent, some in SAID.items() for text in some])
def test_intents_are_found_however_they_are_said(intent: Intent, text: str) -> None:
    """Plain, polite, dialect and English ways of saying it."""
    assert intent in find(text)


def test_needs_show_no_intent() -> None:
    """Of all the ways residents name a need, hardly one is taken for talk with the desk."""
    phrases = [phrase for service in Catalogue.load().services.values() for phrase in service.phrases]
    assert sum(bool(find(phrase)) for phrase in phrases) / len(phrases) < 0.006


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("非常满意", 5),
        ("很满意，谢谢", 5),
        ("巴适得很", 5),
        ("给你们点赞", 5),
        ("挺好的，满意", 4),
        ("满意", 4),
        ("可以", 4),
        ("得行", 4),
        ("服务态度很好", 4),
        ("一般", 3),
        ("基本满意", 3),
        ("还可以", 3),
        ("马马虎虎吧", 3),
        ("不满意", 2),
        ("不太满意", 2),
        ("不行，没解决", 2),
        ("态度好是好，就是没解决", 2),
        ("不咋样", 2),
        ("非常不满意", 1),
        ("太差了", 1),
        ("差评", 1),
        ("垃圾", 1),
        ("I am very satisfied, thank you", 5),
        ("dissatisfied", 2),
        ("5分", 5),
        ("三星", 3),
        ("一点都不满意", 1),
    ],
)
def test_ratings_in_words_have_their_level(text: str, level: int) -> None:
    """The worst judgement is believed, and a longer saying wins over the one inside it."""
    assert rating(text) == level


@pytest.mark.parametrize(
    "text",
    [
        "",
        "你好",
        "谢谢",
        "我要办老年证",
        "邻居态度差，天天吵",
        "养老院条件好不好",
        "好多钱一个月",
        "服务不好的养老院哪里投诉",
        "物业服务太差了，电梯坏了三天",
        "满意度怎么查",
        "不好意思问一下",
        "好久上班",
        "13800000000",
    ],
)
def test_a_need_or_a_question_is_no_rating(text: str) -> None:
    """Words that judge count only when nothing else is said."""
    assert rating(text) is None


def test_an_agreement_rates_only_where_a_rating_was_asked_for() -> None:
    """「好的」 answers any question; the survey may read it as content, the desk may not."""
    assert rating("好的") == 4
    assert Intent.RATING not in find("好的")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("送是送了 搞了恁个久 撇得很 太不安逸了", 1),
        ("两星嘛 等了半天没得人管", 2),
        ("It took three weeks. Very bad.", 1),
        ("好，明天来嘛", None),
        ("师傅的手套忘在我屋头了", None),
        ("Not bad, they came", None),
    ],
)
def test_a_story_can_judge_in_passing(text: str, level: int | None) -> None:
    """A part of it that is nothing but a judgement tells what it sounds like; an agreement does not."""
    assert judged_in_part(text) == level


def test_not_solved_may_be_part_of_a_message() -> None:
    assert says_unsolved("还没解决得嘛 饭都没看到")
    assert not says_unsolved("饭送来了，没得啥子问题")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("我要投诉李敏 不管事", True),
        ("举报李敏", True),
        ("李敏人很好", False),
        ("我要投诉楼下噪音", False),
        ("村主任贪污", False),
    ],
)
def test_a_complaint_is_about_whoever_works_on_it(text: str, said: bool) -> None:
    """Their name stands for the staff; about others it is a need."""
    assert complains(text, ["李敏"]) is said


def test_a_long_story_keeps_only_what_it_asks_of_the_desk() -> None:
    """Thanks and greetings on the way are not what the story is about."""
    story = (
        "您好，我妈今年八十二了，去年就交了高龄津贴的申请表，后来一直没人管，"
        "麻烦你们帮我催一下，谢谢你们了，辛苦了，感谢"
    )
    assert find(story) == (Intent.URGE,)


@given(st.text(max_size=200))
def test_no_text_fails(text: str) -> None:
    """Whatever is typed, intents and ratings are read without an error."""
    assert set(find(text)) <= set(Intent)
    assert rating(text) in (None, 1, 2, 3, 4, 5)
