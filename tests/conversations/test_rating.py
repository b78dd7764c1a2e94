"""After 办结: the rating, its reason, 还没解决, and what is said in between."""

import pytest
from sqlalchemy import select

from knowledge.lifecycle import Role, Status
from storage.tables import Rating
from tests.conversations.chat import World
from tests.conversations.stories import ALLOWANCE, asked, events, finished, messages, record


async def ratings(world: World) -> list[Rating]:
    async with world.app.database.read() as session:
        return list((await session.execute(select(Rating).order_by(Rating.id))).scalars())


async def test_five_levels_and_not_solved_are_offered(world: World) -> None:
    """Exactly five, best first, and 还没解决."""
    resident, _, _ = await finished(world)
    labels = [words for words, _ in resident.last.buttons]
    assert labels == ["非常满意", "满意", "基本满意", "不满意", "非常不满意", "还没解决"]


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("非常满意", 5),
        ("满意", 4),
        ("1", 5),
        ("５", 1),
        ("第三个", 3),
        ("很满意，谢谢你们", 5),
        ("不满意", 2),
        ("太差了", 1),
        ("一般般", 3),
    ],
)
async def test_a_rating_is_typed(world: World, said: str, level: int) -> None:
    """By the words of the button, by its digit, in words of one's own."""
    resident, worker, _ = await finished(world)
    await resident.says(said)
    resident.sees("您的评价")
    assert [r.level for r in await ratings(world)] == [level]
    assert (await world.requests())[0].status is Status.CLOSED
    worker.sees("评价")


async def test_a_rating_in_words_counts_in_an_open_talk(world: World) -> None:
    """Whoever was talking with the worker just before rates all the same."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await resident.says("要软的")
    await worker.clicks("办结")
    await worker.says("已安排")
    await resident.says("很满意")
    resident.sees("谢谢您的评价")
    assert [r.level for r in await ratings(world)] == [5]


async def test_a_rating_by_quoting_the_outcome(world: World) -> None:
    """With two finished, the quoted one is rated."""
    resident, worker, first = await finished(world)
    outcome = next(m for m in resident.shown if "您满意吗" in m.text)
    await record(world, resident, ALLOWANCE)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("已交材料")
    await resident.says("满意", reply_to=outcome)
    assert [(r.request_id, r.level) for r in await ratings(world)] == [(first.id, 4)]


async def test_a_rating_in_words_asks_which_of_two(world: World) -> None:
    """Nothing is guessed."""
    resident, worker, _ = await finished(world)
    await record(world, resident, ALLOWANCE)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("已交材料")
    await resident.says("服务还可以")
    which = resident.sees("哪一件")
    assert len(which.buttons) == 2
    await resident.clicks("老年助餐")
    await resident.clicks("满意")
    assert len(await ratings(world)) == 1


@pytest.mark.parametrize("word", ["好的", "嗯", "收到", "ok"])
async def test_an_acknowledgement_is_no_rating(world: World, word: str) -> None:
    """好的 to the outcome is asked about, never counted as satisfied."""
    resident, _, _ = await finished(world)
    await resident.says(word)
    assert resident.sees("您对这次办理满意吗").buttons[0][0] == "非常满意"
    assert await ratings(world) == []
    assert (await world.requests())[0].status is Status.RESOLVED


async def test_an_acknowledgement_of_nothing_is_no_need(world: World) -> None:
    """好的 at the end of everything is answered and starts nothing."""
    resident, _, _ = await finished(world)
    await resident.clicks("非常满意")
    await resident.clicks("不用了")
    await resident.says("好的")
    resident.sees("有事随时说")
    resident.sees_not("您要办")


async def test_a_poor_rating_asks_why_and_tells_the_manager(world: World) -> None:
    """Reason by a tap, comment in words; both are kept, the manager hears of it."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await finished(world)
    await resident.clicks("非常不满意")
    asked = resident.sees("对不住", "为什么")
    assert [words for words, _ in asked.buttons] == ["太慢", "态度不好", "没办好", "推来推去", "其他", "不用了"]
    manager.sees("非常不满意")
    await resident.clicks("太慢")
    resident.sees("记下了")
    await resident.says("等了三天")
    resident.sees("会转给负责的人")
    worker.sees("等了三天")
    [rating] = await ratings(world)
    assert (rating.level, rating.reason, rating.comment) == (1, "slow", "等了三天")


@pytest.mark.parametrize("words", ["不用了", "算了", "6"])
async def test_a_reason_is_never_required(world: World, words: str) -> None:
    """不用了 ends it."""
    resident, _, _ = await finished(world)
    await resident.clicks("非常不满意")
    await resident.says(words)
    resident.sees("好的")
    [rating] = await ratings(world)
    assert (rating.reason, rating.comment) == (None, None)


async def test_a_rating_counts_once_and_may_be_changed_once(world: World) -> None:
    """A second press is the one later change (追评), kept beside the first; a third is refused."""
    resident, worker, _ = await finished(world)
    outcome = resident.last
    await resident.clicks("非常满意", outcome)
    await resident.clicks("不用了")
    await resident.says("我的诉求")
    await resident.clicks("改评价")
    await resident.clicks("基本满意")
    worker.sees("改了评价", "追评", "原来非常满意", "现在基本满意")
    await resident.clicks("不满意", outcome)
    resident.sees("只能改一次")
    [rating] = await ratings(world)
    assert (rating.level, rating.revised_level) == (5, 3)


async def test_not_solved_goes_back_to_the_first_responder(world: World) -> None:
    """By a tap; what is said next reaches them, and the promise stays."""
    resident, worker, request = await finished(world)
    await resident.clicks("还没解决")
    resident.sees("退回给首问责任人李敏", "答应的时间不变")
    worker.sees("还没解决")
    await resident.says("今天没送来")
    worker.sees("今天没送来")
    [again] = await world.requests()
    assert (again.status, again.round, again.resolve_by) == (Status.IN_PROGRESS, 2, request.resolve_by)


@pytest.mark.parametrize("said", ["还没解决", "问题还在，没有解决", "根本没解决"])
async def test_not_solved_can_be_said(world: World, said: str) -> None:
    """In words it is the same."""
    resident, _, _ = await finished(world)
    await resident.says(said)
    resident.sees("退回给首问责任人")


async def test_not_solved_of_something_closed_shows_it(world: World) -> None:
    """After the rating, the words open the request, whose button returns it."""
    resident, _, _ = await finished(world)
    await resident.clicks("基本满意")
    await resident.clicks("不用了")
    await resident.says("还没解决")
    await resident.clicks("还没解决")
    resident.sees("退回给首问责任人")
    assert (await events(world))[-1] == "reopen"


async def test_words_between_outcome_and_rating_reach_the_worker(world: World) -> None:
    """Neither lost nor a new need; ratings, 还没解决 and 这是新的事 are one tap away, and a rating in words counts."""
    resident, worker, _ = await finished(world)
    await resident.says("师傅的手套忘在我屋头了")
    passed = resident.sees("您的话转给李敏了", "满意不满意")
    levels = ["非常满意", "满意", "基本满意", "不满意", "非常不满意"]
    assert [words for words, _ in passed.buttons] == [*levels, "还没解决", "这是新的事"]
    worker.sees("手套")
    await resident.says("非常满意")
    assert [r.level for r in await ratings(world)] == [5]


async def test_a_new_need_between_outcome_and_rating_gets_its_card(world: World) -> None:
    """Clearly another service: its card, with the way to the worker beside it."""
    resident, _, _ = await finished(world)
    await resident.says(ALLOWANCE)
    card = resident.sees("您要办的是")
    assert "李敏" in card.buttons[-1][0]


async def test_a_photo_after_the_rating_is_asked_about(world: World) -> None:
    """A comment is in words; the picture is kept and can become a need."""
    resident, _, _ = await finished(world)
    await resident.clicks("非常满意")
    await resident.photo()
    resident.sees("评价请打字")
    await resident.clicks("这是新的事")
    resident.sees("编号")
    assert len((await world.requests())[1].files) == 1


async def test_a_new_need_after_the_rating_is_no_comment(world: World) -> None:
    """Neither at once when it is clear, nor the day after in any words."""
    resident, _, _ = await finished(world)
    await resident.clicks("非常满意")
    await resident.says(ALLOWANCE)
    resident.sees("您要办的是")
    await resident.says("算了")
    await record(world, resident, ALLOWANCE)
    assert (await ratings(world))[0].comment is None


async def test_words_of_the_day_after_are_no_comment(world: World) -> None:
    """An hour later the rating is over."""
    resident, _, _ = await finished(world)
    await resident.clicks("非常满意")
    await world.later(hours=20)
    await resident.says("社区能不能安个路灯")
    resident.sees("综合窗口")
    assert (await ratings(world))[0].comment is None


async def test_words_for_something_closed_are_kept_until_it_is_clear(world: World) -> None:
    """A quote of a closed request: not solved, or something new; nothing is typed again."""
    resident, worker, _ = await finished(world)
    outcome = resident.last
    await resident.clicks("非常满意")
    await resident.clicks("不用了")
    await resident.says("今天又没有送", reply_to=outcome)
    over = resident.sees("已结案", "给您留着")
    assert [words for words, _ in over.buttons] == ["还没解决", "这是新的事", "都不是，算了"]
    await resident.clicks("还没解决")
    resident.sees("退回给首问责任人")
    worker.sees("今天又没有送")
    assert (await messages(world))[-1].text == "今天又没有送"


async def test_nobody_rates_their_own_work(world: World) -> None:
    """A worker who is also the resident is refused (rule 10)."""
    worker = await world.staff("李敏")
    await worker.says("转人工")
    await worker.says("我自己的事")
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("办好了")
    await worker.clicks("非常满意")
    worker.sees("自己办的事")
    assert await ratings(world) == []
