"""Stories of handing on: to the street, to a court, reported as not ours, recorded as the wrong thing, left behind."""

import pytest

from handlers.desk import Act
from knowledge.lifecycle import Role, Status
from storage import departures
from storage.outbox import OutboxWriter
from storage.people import People
from tests.conversations.chat import Actor, World
from tests.conversations.stories import LEAK, asked, events, record

pytestmark = pytest.mark.usefixtures("nothing_fails")


async def swept(world: World) -> None:
    """The clock looks, and what it wrote is delivered."""
    async with world.app.database.write() as session:
        await departures.sweep(session, world.app.office.rules, world.now)
    await world.quiet()


async def under_a_street(world: World) -> None:
    """Put the community under a street."""
    await world.add_area("SM", "石门街道")
    async with world.app.database.write() as session:
        people = People(session, world.now)
        here, street = await people.area_by_code("HJ"), await people.area_by_code("SM")
        assert here is not None
        assert street is not None
        here.parent_id = street.id


async def hand_outside(worker: Actor, day: str = "3 天后") -> None:
    await worker.clicks("转办")
    await worker.clicks("转给外单位")
    worker.sees("哪个外单位")
    await worker.says("江北区法院")
    worker.sees("怎么找江北区法院")
    await worker.says("023-12368")
    worker.sees("为什么转给江北区法院")
    await worker.says("要法院判")
    worker.sees("哪天去问")
    await (worker.clicks(day) if day.endswith("后") else worker.says(day))


async def test_up_to_the_street(world: World) -> None:
    """The people of the street stand behind a button of their own; whoever takes it is the handler."""
    await under_a_street(world)
    resident, worker, _ = await asked(world)
    clerk = await world.staff("孙科", area="SM")
    await world.staff("赵云", Role.MANAGER, area="SM")
    await worker.clicks("转办")
    await worker.clicks("转到石门街道")
    worker.sees("转给石门街道的哪一位")
    assert [words for words, _ in worker.last.buttons] == ["孙科", "赵云", "取消"]
    await worker.clicks("孙科")
    await worker.says("要街道审核")
    card = clerk.sees("李敏请您接手", "要街道审核")
    await clerk.clicks("受理", card)
    resident.sees("现在由孙科接着办", "首问责任人还是李敏")


async def test_outside_until_it_is_done(world: World) -> None:
    """The resident knows where it is and who keeps asking; the first responder is reminded, and writes down what the
    court did, until there is nothing left to ask."""
    resident, worker, request = await asked(world)
    await worker.clicks("受理")
    resident.sees("受理")
    await hand_outside(worker)
    worker.sees("已记下", "李敏", "11月26日")
    resident.sees("转给了江北区法院", "023-12368", "首问责任人还是李敏", "时间不变")
    assert (await world.requests())[0].resolve_by == request.resolve_by
    await worker.says("我的任务")
    assert any("问进展 11月26日" in words for words, _ in worker.last.buttons)
    await worker.clicks("问进展")
    worker.sees("在外单位：江北区法院")
    await resident.says("我的诉求")
    resident.sees("已转给江北区法院", "李敏继续跟进")
    world.now = world.now.replace(day=26, hour=2)
    await swept(world)
    worker.sees("该问外单位的进展", "江北区法院", "023-12368")
    await worker.clicks("记外单位进展")
    await worker.says("立案了")
    worker.sees("下次哪天再问")
    await worker.says("昨天")
    worker.sees("没看懂这个日期")
    await worker.says("12月8日")
    worker.sees("12月8日")
    resident.sees("江北区法院", "有了进展", "立案了")
    await worker.presses(Act(act="follow_outside", id=request.id).pack())
    await worker.says("判了")
    await worker.clicks("不用再问")
    worker.sees("不再提醒")
    await worker.presses(Act(act="open", id=request.id).pack())
    worker.sees_not("在外单位")
    await worker.clicks("经过")
    worker.sees("转给外单位", "江北区法院（023-12368）", "要法院判", "跟进外单位", "判了")


async def report(worker: Actor) -> None:
    await worker.clicks("转办")
    await worker.clicks("办不了，报备")
    worker.sees("为什么办不了")
    await worker.photo()
    worker.sees("用文字写原因")
    await worker.says("权属争议依法由法院管")
    worker.sees("该归哪个单位")
    await worker.says("江北区法院")
    await worker.says("023-12368")
    worker.sees("已报管理者核实", "还是您的")


async def test_a_report_that_is_upheld(world: World) -> None:
    """The resident hears at once, then the answer with the right body; 还没解决 brings it back."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await report(worker)
    resident.sees("可能不归社区管", "江北区法院", "023-12368", "时间不变")
    card = manager.sees("否定报备，请您核实", "李敏", "权属争议依法由法院管", "江北区法院")
    assert {"同意，办不了", "退回继续办"} <= {words for words, _ in card.buttons}
    await manager.clicks("同意", card)
    manager.sees("已同意")
    worker.sees("王芳已同意")
    answer = resident.sees("社区办不了", "权属争议依法由法院管", "江北区法院（023-12368）")
    assert "非常满意" in [words for words, _ in answer.buttons]
    await manager.clicks("退回", card)
    manager.sees("已经办结")
    await resident.clicks("还没解决", answer)
    worker.sees("还没解决")
    assert (await world.requests())[0].status is Status.IN_PROGRESS


async def test_a_report_that_is_sent_back(world: World) -> None:
    """With words on how to go on; the reporter has no such buttons, and the manager finds it among their tasks."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, request = await asked(world)
    await worker.clicks("受理")
    await report(worker)
    await worker.presses(Act(act="open", id=request.id).pack())
    assert "退回继续办" not in [words for words, _ in worker.last.buttons]
    await worker.presses(Act(act="uphold", id=request.id).pack())
    worker.sees("不")
    await manager.says("我的任务")
    manager.sees("1 件否定报备等您核实")
    await manager.clicks("待核实")
    await manager.clicks("退回继续办")
    manager.sees("请写怎么办")
    await manager.says("社区先开介绍信")
    manager.sees("已退回")
    worker.sees("王芳退回了", "社区先开介绍信")
    resident.sees("还是由社区给您办", "李敏")
    assert "overrule" in await events(world)


async def test_the_right_service(world: World) -> None:
    """By the list or by a few words; said once more before it is done; the resident is told."""
    resident, worker, request = await asked(world)
    await worker.clicks("转办")
    await worker.clicks("事项不对")
    worker.sees("现在登记的是老年助餐")
    await worker.clicks("养老服务")
    worker.sees("养老服务里的哪一项")
    await worker.says("满八十岁了，每个月发的补贴")
    worker.sees("哪一项")
    await worker.clicks("高龄津贴")
    worker.sees("把老年助餐更正成高龄津贴", "时间不变")
    await worker.clicks("更正")
    worker.sees("已更正成高龄津贴")
    resident.sees("老年助餐", "更正成了高龄津贴")
    [now] = await world.requests()
    assert (now.service_id, now.resolve_by) == ("elderly.age_allowance", request.resolve_by)
    await worker.presses(Act(act="history", id=request.id).pack())
    worker.sees("更正了服务事项：老年助餐 → 高龄津贴")


async def test_words_of_a_mediation_stay_confidential(world: World) -> None:
    """It becomes something else before the other party was asked: the manager still does not read what was said."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, request = await asked(world, LEAK)
    assert request.domain == "mediation"
    await worker.clicks("受理")
    await resident.says("他家还骂我妈", reply_to=resident.last)
    worker.sees("他家还骂我妈")
    for data in ("as", "fix"):
        await worker.presses(Act(act=data, id=request.id, arg="legal.consultation").pack())
    worker.sees("已更正成法律咨询")
    await resident.says("现在只想问问律师", reply_to=resident.shown[-1])
    await manager.presses(Act(act="history", id=request.id).pack())
    shown = manager.sees("更正了服务事项")
    assert "骂我妈" not in shown.text
    assert "现在只想问问律师" in shown.text
    await worker.presses(Act(act="history", id=request.id).pack())
    worker.sees("骂我妈")


async def test_the_sort_of_matter_is_the_managers_to_see(world: World) -> None:
    """On card and list; never to the worker's resident. Of a government matter the manager hears at once."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, request = await asked(world, "我要办低保")
    manager.sees("大事，请您心里有数", "李敏", "大事（政府办）")
    await manager.presses(Act(act="open", id=request.id).pack())
    manager.sees("三事分流：大事（政府办）")
    await manager.says("总览")
    await manager.clicks("在办")
    assert any(words.endswith("· 大") for words, _ in manager.last.buttons)
    for actor in (resident, worker):
        await actor.presses(Act(act="open", id=request.id).pack())
        assert "大事" not in actor.transcript()


async def blocked(world: World, actor: Actor) -> None:
    """They block the desk; the next word to them finds out."""
    world.wires[actor.channel].blocked.add(actor.id)
    person = await world.who(actor)
    async with world.app.database.write() as session:
        await OutboxWriter(session, world.now).once(f"word:{person.id}", person.id, "today")
    await world.quiet()


async def test_a_worker_who_blocks_the_desk(world: World) -> None:
    """The manager gets one list; one is handed over, then all the rest; residents are told the new name."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await asked(world)
    other = await world.resident("王大爷")
    for _ in range(2):
        await record(world, other, LEAK)
    colleague = await world.staff("周强")
    await blocked(world, worker)
    shown = manager.sees("李敏在聊天里联系不上了", "3 件")
    assert len(shown.buttons) == 4
    await manager.presses(shown.buttons[1][1], shown)
    manager.sees("交给谁")
    await manager.clicks("周强")
    manager.sees("已交接 1 件给周强")
    manager.sees("李敏在聊天里联系不上了", "2 件")
    await manager.clicks("全部交给一位同事")
    await manager.clicks("周强")
    manager.sees("已交接 2 件给周强")
    manager.sees("没有要交接的事了")
    resident.sees("换了首问责任人", "周强")
    colleague.sees("新诉求")
    me = (await world.who(colleague)).id
    assert {(r.first_responder_id, r.handler_id) for r in await world.requests()} == {(me, me)}
    await manager.presses(shown.buttons[0][1], shown)
    manager.sees("过时")


async def test_what_is_left_is_nobody_elses_to_give_away(world: World) -> None:
    """A worker, a resident and a manager of another community press the button in vain."""
    await world.add_area("DS", "大石坝社区")
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, _ = await asked(world)
    colleague, stranger = await world.staff("周强"), await world.staff("外面的", Role.MANAGER, area="DS")
    await blocked(world, worker)
    data = manager.sees("李敏在聊天里联系不上了").buttons[0][1]
    before = await events(world)
    heir = (await world.who(colleague)).id
    for actor in (colleague, stranger, resident):
        for pressed in (data, data.rsplit(":", 1)[0] + f":{heir}", "h:all:99999999:0:1", "h:x:1:1:1"):
            await actor.presses(pressed)
            assert actor.unread
    assert await events(world) == before


@pytest.mark.parametrize("act", ["hand_outside", "follow_outside", "report_refusal", "overrule", "correct", "ask_in"])
async def test_forged_beginnings(world: World, act: str) -> None:
    """Strangers, residents, and staff at the wrong moment are answered, and nothing happens."""
    resident, worker, request = await asked(world)
    before = await events(world)
    for actor in (resident, worker, world.person("陌生人")):
        for arg in ("", "x", "3", "99"):
            await actor.presses(Act(act=act, id=request.id, arg=arg).pack())
            assert actor.unread
    assert await events(world) == before
