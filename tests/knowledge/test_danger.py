"""Danger to life: found when it is there, quiet when it only sounds like it."""

from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from knowledge import Catalogue, Danger, DangerKind, Tier
from knowledge.danger import find
from knowledge.training import EXAMPLES

UTTERANCES: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parent / "danger_utterances.yaml").read_text(encoding="utf-8")
)

AWAITED: dict[str, list[str]] = yaml.safe_load(
    (Path(__file__).parent / "danger_awaited.yaml").read_text(encoding="utf-8")
)


def labelled(group: str) -> list[tuple[str, str]]:
    """The utterances of a group with their kinds."""
    return [(kind, text) for kind, some in UTTERANCES[group].items() for text in some]


@pytest.mark.parametrize(("kind", "text"), labelled("explicit"))
def test_explicit_danger_interrupts(kind: str, text: str) -> None:
    """What names the danger, in any style, is answered at once."""
    found = find(text)
    assert found is not None, kind
    assert found.tier is Tier.PRESENT


def test_explicit_danger_has_the_number_of_its_kind() -> None:
    """Nine in ten get the number that fits best; the rest one that still helps."""
    right = [find(text) for kind, text in labelled("explicit") if (d := find(text)) and d.kind == kind]
    assert len(right) >= 0.9 * len(labelled("explicit"))


def test_oblique_danger_is_found() -> None:
    """Farewells, gifts, and doors that stay shut: at least nine in ten are heard."""
    texts = [text for _, text in labelled("oblique")]
    assert sum(find(text) is not None for text in texts) >= 0.9 * len(texts)
    assert sum((d := find(text)) is not None and d.tier is Tier.PRESENT for text in texts) >= 0.8 * len(texts)


def test_what_only_sounds_like_danger_is_let_through() -> None:
    """The past, films, devices and figures of speech never interrupt; a line is added to few."""
    found = [find(text) for text in UTTERANCES["harmless"]]
    assert not [danger for danger in found if danger is not None and danger.tier is Tier.PRESENT]
    assert sum(danger is not None for danger in found) <= 0.1 * len(found)


def test_utterances_are_kept_apart_from_what_the_classifier_is_trained_on() -> None:
    """A measure on trained examples would say nothing."""
    trained = EXAMPLES.read_text(encoding="utf-8").splitlines()
    known = {line.strip().removeprefix("- ").strip('"') for line in trained}
    tested = {text for _, text in (*labelled("explicit"), *labelled("oblique"))} | set(UTTERANCES["harmless"])
    tested |= {text for texts in AWAITED.values() for text in texts}
    assert not known & tested


def test_needs_of_services_hardly_ever_stop_at_danger() -> None:
    """Over all phrases of the lists, which the classifier has seen as harmless: at most 0.5 % and 3 %."""
    phrases = [phrase for service in Catalogue.load().services.values() for phrase in service.phrases]
    found = [find(phrase) for phrase in phrases]
    assert sum(d is not None and d.tier is Tier.PRESENT for d in found) <= 0.005 * len(phrases)
    assert sum(d is not None and d.tier is Tier.DOUBTFUL for d in found) <= 0.03 * len(phrases)


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("我老公正在打我", Tier.PRESENT),
        ("我老公昨天又打了我一顿，把我按到地上打", Tier.DOUBTFUL),
        ("去年他在家里拿刀砍人，我还报了警", Tier.DOUBTFUL),
        ("电影里有个人要跳楼", None),
        ("我以前想过跳楼，现在好多了，想找个心理医生", Tier.DOUBTFUL),
        ("我站在楼顶，马上就跳", Tier.PRESENT),
        ("楼上着火了", Tier.PRESENT),
        ("楼上去年着火了，现在想要赔偿", None),
        ("楼道堆纸箱，怕着火", None),
        ("烟感报警器在哪里领", None),
        ("热死了", None),
        ("这是救命钱", None),
        ("打死都不去", None),
        ("我妈晕倒了", Tier.PRESENT),
        ("我妈前年晕倒过一次，现在想装个呼叫器", None),
        ("老板跑了找不到人", None),
        ("我娃儿找不到了", Tier.PRESENT),
        ("电梯坏了，我们被堵在一楼上不去", None),
        ("电梯停了，娃儿一个人关在里头哭", Tier.PRESENT),
        ("隔壁两口子天天吵架，吵得睡不着", None),
        ("楼下有人打起来了，有一个拿着钢管", Tier.PRESENT),
        ("想死我老家的腊肉了，食堂有没有", None),
        ("他以前打过我，现在离了，想要抚养费", None),
        ("活着真累，两个老人要照顾，有没有喘息服务", Tier.DOUBTFUL),
        ("活着真累，我不想再撑了", Tier.PRESENT),
        ("我不想再麻烦你们了，这个诉求撤回", None),
        ("我不想再麻烦任何人了，明天就清静了", Tier.PRESENT),
    ],
)
def test_tense_person_and_figure_of_speech_decide_the_tier(text: str, tier: Tier | None) -> None:
    """The same words are an emergency, a worry or nothing, by what stands around them."""
    found = find(text)
    assert (found.tier if found else None) is tier


@pytest.mark.parametrize(
    "said",
    ["我妈突然昏倒了喊不答应", "他现在拿刀在砍我家的门", "我不想活了，药都买好了", "厨房着火了", "我娃儿刚才走丢了"],
)
def test_danger_in_a_long_story_is_found(said: str) -> None:
    """A need told at length does not drown the danger in its middle or at its end."""
    story = (
        "我是渝中这边的居民，今年六十八了，退休前在厂里上班，老伴身体也不好。本来今天是想问一下高龄津贴的事情，"
        "去年就满了岁数，材料都交给楼长了，一直没得消息。{}。另外还想问社区食堂中午几点开门，一顿饭好多钱，远不远。"
    )
    found = find(story.format(said))
    assert found is not None
    assert found.tier is Tier.PRESENT


@pytest.mark.parametrize(
    ("kind", "numbers"),
    [
        (DangerKind.MEDICAL, ("120",)),
        (DangerKind.VIOLENCE, ("110",)),
        (DangerKind.SUICIDE, ("12356", "120", "110")),
        (DangerKind.FIRE_GAS, ("119",)),
        (DangerKind.MISSING_PERSON, ("110",)),
    ],
)
def test_every_kind_has_its_numbers(kind: DangerKind, numbers: tuple[str, ...]) -> None:
    """The number that fits best is named first."""
    assert Danger(kind, Tier.PRESENT).numbers == numbers


def test_self_harm_comes_before_other_kinds() -> None:
    """Gas opened to die is self-harm first."""
    found = find("我把煤气打开了，不想活了")
    assert found is not None
    assert found.kind is DangerKind.SUICIDE


@given(st.text(max_size=300))
def test_no_text_fails(text: str) -> None:
    """Whatever is typed, the finder answers."""
    found = find(text)
    assert found is None or found.kind in DangerKind


@pytest.mark.parametrize("filler", ["字", "啊哈", "字字字 好"])
def test_one_thing_said_on_end_is_no_danger(filler: str) -> None:
    """A finger that stays on a key, or a filler, sounds like no fire; a danger behind it is still heard."""
    assert find("我要办低保" + filler * 5000) is None
    found = find(filler * 2000 + "屋头着火了，快来人")
    assert found is not None
    assert found.kind is DangerKind.FIRE_GAS


@pytest.mark.parametrize(
    "text", ["材料我都放在门卫那里了", "复印件我都放在你们窗口了", "都等了一天了还没人来", "等了半天社区的人还没来"]
)
def test_papers_left_and_staff_that_do_not_come_are_no_danger(text: str) -> None:
    """A farewell and a missing person sound much the same."""
    assert find(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "说好今天来 到现在都没看到人",
        "还没解决得嘛 饭都没看到",
        "一个人在屋头好无聊 没得人说话",
        "工作人员找不到人",
        "人都没看到一个",
        "到现在都没看到人",
        "昨天问的，今天到现在没回",
        "我要找人",
    ],
)
def test_the_commonest_complaints_are_no_danger(text: str) -> None:
    """Somebody did not come, something was not seen, a day is long."""
    assert find(text) is None


def test_who_or_what_was_to_come_is_not_missing() -> None:
    """Workers, repairmen, officials, meals, parcels and a wish for company: one alarm in fifty may be wrong."""
    found = [danger for text in AWAITED["harmless"] if (danger := find(text))]
    assert sum(danger.tier is Tier.PRESENT for danger in found) <= 0.02 * len(AWAITED["harmless"])
    assert len(found) <= 0.05 * len(AWAITED["harmless"])


@pytest.mark.parametrize("text", AWAITED["missing"])
def test_who_is_missed_by_their_own_is_heard(text: str) -> None:
    """In the same words, and in dialect: it interrupts."""
    found = find(text)
    assert found is not None
    assert found.tier is Tier.PRESENT


@pytest.mark.parametrize("text", ["我吞了四十片安定", "我今晚就去死", "药我已经攒够了", "好想去死，天天都想"])
def test_a_few_words_are_enough(text: str) -> None:
    """A short message may be all that comes."""
    assert find(text) is not None


@pytest.mark.parametrize(
    "text", ["我住在三栋二单元", "明天下午三点", "没有别的了", "那我再等等吧", "三楼左手边", "等哈我找一下"]
)
def test_short_answers_are_no_danger(text: str) -> None:
    """What is answered to the desk's questions says too little to sound like anything."""
    assert find(text) is None


def test_very_long_texts_are_read_in_bounded_time() -> None:
    """Ten thousand characters of anything do not hold up the desk."""
    find("你好")
    for text in ("我不想" * 4000, "打" * 10000, "，" * 10000, "昨天他拿着刀" * 2000):
        start = perf_counter()
        find(text)
        assert perf_counter() - start < 1.0
