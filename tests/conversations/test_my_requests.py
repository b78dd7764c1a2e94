"""我的诉求: what a resident sees of several requests, and may do to each."""

import pytest

from knowledge.lifecycle import Status
from tests.conversations.chat import World
from tests.conversations.stories import ALLOWANCE, JOBS, MEALS, asked, events, finished, record, stand


async def test_nothing_yet_is_said_so(world: World) -> None:
    """With a way to begin."""
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says("我的诉求")
    assert resident.sees("没有在办的诉求").buttons[0][0] == "看全部事项"


async def test_the_only_request_is_opened_at_once(world: World) -> None:
    """Who answers, where it stands, when it is due, and what may be done (rule 14)."""
    resident, _, request = await asked(world)
    await resident.says("我的诉求")
    card = resident.sees("老年助餐", "首问责任人：李敏", "待受理", "前受理", MEALS)
    assert [words for words, _ in card.buttons] == ["补充说明", "催办", "撤回", "经过"]


async def test_several_requests_are_listed_with_state_and_date(world: World) -> None:
    """Open ones first, each on a button that opens it."""
    resident, worker, _ = await asked(world)
    await record(world, resident, ALLOWANCE)
    await record(world, resident, JOBS)
    await resident.says("撤回")
    await resident.clicks("老年助餐")
    await resident.clicks("是，撤回")
    await resident.says("我的诉求")
    listed = resident.sees("您有 3 件诉求，2 件还在办", "前办结")
    assert [words.split(" · ")[1] for words, _ in listed.buttons] == ["待受理", "待受理", "已撤回"]
    await resident.clicks("已撤回")
    resident.sees("老年助餐", "已撤回")


async def test_a_long_list_has_a_next_page(world: World) -> None:
    """Every request can be reached, however many there are."""
    resident, _, _ = await asked(world)
    for _ in range(9):
        await resident.says("转人工")
        await resident.says("楼道灯坏了")
    await resident.says("我的诉求")
    first = resident.sees("您有 10 件诉求，10 件还在办")
    assert len(first.buttons) == 9
    await resident.clicks("下一页")
    assert "老年助餐" in resident.sees("您有 10 件").buttons[-1][0]


@pytest.mark.parametrize("words", ["办得怎么样了", "进度", "我的诉求", "/requests"])
async def test_progress_can_be_asked_in_words(world: World, words: str) -> None:
    """Asking how it goes shows the request."""
    resident, _, _ = await asked(world)
    await resident.says(words)
    resident.sees("老年助餐", "待受理")


async def test_a_number_typed_opens_the_request(world: World) -> None:
    """As it stands on the slip, or only the digits; a wrong digit is no number, somebody else's is not shown."""
    resident, _, request = await asked(world)
    stranger = await world.resident("陌生人")
    await resident.says(f"{request.number[:6]}-{request.number[6:10]}-{request.number[10:]}")
    resident.sees("老年助餐", "李敏")
    await stranger.says(request.number)
    stranger.sees("没有找到这件诉求")
    stranger.sees_not("老年助餐")


async def test_urging_works_once_a_day(world: World) -> None:
    """The handler hears of it with the count; the second time today is refused with a reason."""
    resident, worker, request = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("催办")
    resident.sees("已经催了李敏", "一天可以催一次")
    worker.sees("催办", "第 1 次")
    await resident.says("催一下")
    resident.sees("今天已经催过了")
    await world.later(days=1)
    await resident.says("催办")
    worker.sees("第 2 次")


async def test_urging_asks_which_of_several(world: World) -> None:
    """One tap says which."""
    resident, worker, _ = await asked(world)
    await record(world, resident, ALLOWANCE)
    await resident.says("怎么还没有人来，催一下")
    which = resident.sees("催哪一件")
    assert len(which.buttons) == 2
    await resident.clicks("老年助餐")
    worker.sees("催办", "老年助餐")


@pytest.mark.parametrize("state", [None, "confirm", "talk", "comment", "whose", "human", "area"])
async def test_the_words_of_the_buttons_work_in_every_state(world: World, state: str | None) -> None:
    """催办, 撤回, 补充说明 and 我的诉求 typed are what the buttons are."""
    resident, worker, request = await asked(world)
    for words, answer in (
        ("我的诉求", "首问责任人"),
        ("催办", "已经催了"),
        ("补充说明", "会转给李敏"),
        ("撤回", "真的要撤回"),
    ):
        if state is not None:
            await stand(world, resident, f"Step:{state}", request=request.id)
        resident.shown.clear()
        await resident.says(words)
        resident.seen = 0
        resident.sees(answer)


async def test_withdrawing_asks_once_more_and_tells_the_worker(world: World) -> None:
    """After it nothing is owed, and the worker knows."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("撤回")
    await resident.clicks("不，接着办")
    resident.sees("待受理")
    await resident.clicks("撤回")
    await resident.clicks("是，撤回")
    resident.sees("已经撤回", "261123-0001")
    worker.sees("撤回", "不用再办")
    assert (await world.requests())[0].status is Status.WITHDRAWN
    await resident.says("催办")
    resident.sees("没有在办的诉求")


async def test_more_words_reach_the_worker(world: World) -> None:
    """补充说明, then words; they are part of the history."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    resident.sees("李敏")
    await resident.says("要软的")
    worker.sees("张秀英", "要软的")
    assert (await events(world))[-1] == "supply"


async def test_the_history_is_plain(world: World) -> None:
    """Every act with its time and name, without what only staff need."""
    resident, worker, _ = await finished(world)
    await resident.clicks("非常满意")
    await resident.says("我的诉求")
    await resident.clicks("经过")
    told = resident.sees("老年助餐的经过", "登记了诉求", "受理了", "办结，结果", "已安排送饭到家", "作了评价")
    assert "查看了电话" not in told.text
    await resident.clicks("返回")
    resident.sees("已结案", "您的评价：非常满意")


async def test_a_request_closed_in_silence_offers_no_change_of_a_rating(world: World) -> None:
    """There is none to change; 还没解决 is there."""
    resident, _, _ = await finished(world)
    await world.later(days=8)
    await world.app.clock.close_silent()
    await world.later(minutes=2)
    resident.sees("未评价")
    await resident.says("我的诉求")
    assert [words for words, _ in resident.sees("已结案").buttons] == ["还没解决", "经过"]


async def test_a_slip_in_a_number_is_said_so(world: World) -> None:
    """The check digit is there for this: the number is neither passed on nor taken for a need."""
    resident, worker, request = await asked(world)
    wrong = f"{request.number[:-1]}{(int(request.number[-1]) + 1) % 10}"
    await resident.says(wrong)
    await resident.clicks("我的诉求", resident.sees("编号对不上"))
    resident.sees("老年助餐", "编号")
    worker.sees_not(wrong)
    assert len(await world.requests()) == 1


async def test_a_number_in_a_sentence_says_what_it_is_about(world: World) -> None:
    """With several open, whoever says the number need not choose: a question opens it, more goes to its worker."""
    resident, worker, first = await asked(world)
    await record(world, resident, JOBS)
    await resident.says(f"编号{first.number}怎么样了")
    assert "老年助餐" in resident.sees("首问责任人").text
    await resident.says(f"{first.number}这件不要放辣椒，她胃不好")
    resident.sees("已转给", "0001")
    worker.sees("老年助餐", "不要放辣椒")


async def test_somebody_elses_number_in_a_sentence_opens_nothing(world: World) -> None:
    _, _, request = await asked(world)
    other = await world.resident("王大爷")
    await other.says(f"编号{request.number}怎么样了")
    assert not any("张秀英" in shown.text or "老年助餐" in shown.text for shown in other.unread)


async def test_what_waits_for_papers_has_no_empty_line(world: World) -> None:
    """Its time stands still, so that there is no date to show."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("补正")
    await worker.says("近期病历")
    await worker.clicks("发给居民")
    await record(world, resident, JOBS)
    await resident.says("我的诉求")
    listed = resident.sees("您有 2 件诉求，2 件还在办", "前受理")
    assert all(line.strip() for line in listed.text.splitlines())
