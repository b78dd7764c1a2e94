"""转办: handed on to a named colleague with a reason; until it is taken, the sender still holds it."""

import pytest

from handlers.desk import Act
from knowledge.lifecycle import Role, Status
from tests.conversations.chat import Actor, World
from tests.conversations.stories import asked, events


async def offer(worker: Actor, colleague: Actor, why: str = "周强管这一片") -> None:
    await worker.clicks("转办")
    worker.sees("转给谁", "还是您的")
    await worker.clicks(colleague.name)
    worker.sees(f"转给{colleague.name}", "原因")
    await worker.says(why)
    worker.sees(f"已请{colleague.name}接手", "还是您承办")


async def test_the_whole_way(world: World) -> None:
    """Offered with a reason, taken, worked on; the resident knows at each point who does the work and who answers."""
    resident, worker, _ = await asked(world)
    colleague = await world.staff("周强")
    await worker.clicks("受理")
    resident.sees("李敏已受理")
    await offer(worker, colleague)
    card = colleague.sees("李敏请您接手", "周强管这一片", "没人煮饭")
    assert [words for words, _ in card.buttons] == ["受理", "经过"]
    assert resident.unread == [], "nothing has changed for the resident yet"
    await colleague.clicks("受理", card)
    colleague.sees("已受理")
    resident.sees("现在由周强接着办", "答应您的时间不变", "首问责任人还是李敏")
    worker.sees("周强已受理", "现在由周强承办")
    await resident.says("要软饭", reply_to=resident.last)
    colleague.sees("张秀英", "要软饭")
    worker.sees_not("要软饭")
    await colleague.clicks("办结")
    await colleague.says("已送饭")
    worker.sees("周强已办结", "已送饭")
    resident.sees("办结了", "周强说", "已送饭")


async def test_the_promise_stays(world: World) -> None:
    """The promised moments are the same before and after."""
    _, worker, request = await asked(world)
    colleague = await world.staff("周强")
    await offer(worker, colleague)
    world.now = world.now.replace(hour=3)
    await colleague.clicks("受理")
    [now] = await world.requests()
    assert (now.acknowledge_by, now.resolve_by) == (request.acknowledge_by, request.resolve_by)


async def test_the_sender_can_still_finish(world: World) -> None:
    """Resolved before anybody took it: the colleague is told that it is over, and the old button explains itself."""
    resident, worker, _ = await asked(world)
    colleague = await world.staff("周强")
    await worker.clicks("受理")
    await offer(worker, colleague)
    card = colleague.sees("请您接手")
    await worker.clicks("办结")
    await worker.says("已送饭")
    resident.sees("办结了")
    colleague.sees("不用您接手了")
    await colleague.clicks("受理", card)
    colleague.sees("没有找到这件诉求，或者它不归您看")


async def test_asking_somebody_else_instead(world: World) -> None:
    """The first one asked hears that it is over; only the second can take it."""
    _, worker, request = await asked(world)
    first, second = await world.staff("周强"), await world.staff("钱多")
    await offer(worker, first)
    await offer(worker, second)
    first.sees("请您接手")
    first.sees("不用您接手了")
    await first.presses(Act(act="acknowledge", id=request.id).pack())
    first.sees("没有找到")
    await second.clicks("受理")
    second.sees("已受理")
    [now] = await world.requests()
    assert now.status is Status.IN_PROGRESS
    assert (await events(world)) == ["record", "transfer", "transfer", "acknowledge"]


async def test_the_resident_withdraws_meanwhile(world: World) -> None:
    """Everybody who could have worked on it hears of it, and the offer is over."""
    resident, worker, _ = await asked(world)
    colleague = await world.staff("周强")
    await offer(worker, colleague)
    await resident.says("撤回")
    await resident.clicks("是，撤回")
    for staff in (worker, colleague):
        staff.sees("张秀英撤回了", "不用再办")
    await colleague.clicks("受理")
    colleague.sees("没有找到")


async def test_a_reason_in_words(world: World) -> None:
    """A photo is no reason; the question stays until there are words, or it is cancelled."""
    _, worker, _ = await asked(world)
    colleague = await world.staff("周强")
    await worker.clicks("转办")
    await worker.clicks("周强")
    await worker.photo()
    worker.sees("请用文字写原因")
    await worker.says("他管这一片")
    colleague.sees("请您接手", "他管这一片")


async def test_cancelled(world: World) -> None:
    """取消 before the reason: nobody is asked."""
    _, worker, _ = await asked(world)
    colleague = await world.staff("周强")
    await worker.clicks("转办")
    await worker.clicks("周强")
    await worker.clicks("取消")
    assert colleague.shown == []
    assert await events(world) == ["record"]


async def test_nobody_to_hand_it_to(world: World) -> None:
    """A community of one says what to do."""
    _, worker, _ = await asked(world)
    await worker.clicks("转办")
    worker.sees("没有别的同事可以接")


async def test_who_is_offered(world: World) -> None:
    """Colleagues of the area and the managers above; not oneself, not another community's people, nobody who left."""
    await world.add_area("JD", "石门街道")
    await world.add_area("DS", "大石坝社区", "JD")
    _, worker, request = await asked(world)
    await world.staff("周强")
    await world.staff("王芳", Role.MANAGER)
    await world.staff("外社区", area="DS")
    await worker.clicks("转办")
    words = [words for words, _ in worker.last.buttons]
    assert words == [*sorted(["周强", "王芳"]), "办不了，报备", "事项不对，更正", "取消"]
    outsider = (await world.who(world.people[max(world.people)])).id
    await worker.presses(Act(act="transfer", id=request.id, arg=str(outsider)).pack())
    worker.sees("对方不在这个社区任职")


@pytest.mark.parametrize("arg", ["99999", "-1", "x", "9" * 30, "１"])
async def test_forged_receivers(world: World, arg: str) -> None:
    """Any receiver that is not on the list is refused, and nobody's name is given away."""
    resident, worker, request = await asked(world)
    await world.staff("周强")
    person = (await world.who(resident)).id
    for given in (arg, str(person)):
        await worker.presses(Act(act="transfer", id=request.id, arg=given).pack())
        worker.sees("请选名单上的同事")
        worker.sees_not("张秀英")
    assert await events(world) == ["record"]


async def test_a_manager_takes_over_the_handing_on(world: World) -> None:
    """A manager may hand on what a worker holds; the worker hears when it is taken."""
    manager = await world.staff("王芳", Role.MANAGER)
    _, worker, request = await asked(world)
    colleague = await world.staff("周强")
    await manager.says(request.number)
    await offer_by_manager(manager, colleague)
    await colleague.clicks("受理")
    worker.sees("周强已受理")


async def offer_by_manager(manager: Actor, colleague: Actor) -> None:
    await manager.clicks("转办")
    await manager.clicks(colleague.name)
    await manager.says("李敏今天请假")
    colleague.sees("王芳请您接手", "李敏今天请假")


async def test_taken_by_one_whatever_the_order(world: World) -> None:
    """The sender takes it back by acknowledging first: the colleague hears so and cannot take it any more."""
    _, worker, _ = await asked(world)
    colleague = await world.staff("周强")
    first_card = worker.sees("新诉求")
    await offer(worker, colleague)
    await worker.clicks("受理", first_card)
    worker.sees("已受理")
    colleague.sees("不用您接手了")
    [now] = await world.requests()
    assert (now.status, now.offered_to_id) == (Status.IN_PROGRESS, None)
