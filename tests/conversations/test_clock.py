"""Stories of time: warned, overdue, reported above; the morning's list; silence asked once and then closed."""

from datetime import timedelta

from knowledge.lifecycle import Role, Status
from tests.conversations.chat import Actor, World

NEED = "屋头没人煮饭，社区有没有送饭的"


async def recorded(world: World, resident: Actor) -> None:
    await resident.says(NEED)
    await resident.clicks("确认登记")


async def test_a_promise_that_breaks_is_heard_of_step_by_step(world: World) -> None:
    """The handler is warned at 10:50, handler and manager hear at 11:00, the manager above a working day later."""
    await world.add_area("JD", "黄桷街道")
    async with world.app.database.write() as session:
        from storage.people import People

        people = People(session, world.now)
        street, community = await people.area_by_code("JD"), await people.area_by_code("HJ")
        assert street is not None
        assert community is not None
        community.parent_id = street.id
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    above = await world.staff("周主任", Role.MANAGER, area="JD")
    await recorded(world, await world.resident())
    clock = world.app.clock

    await world.later(minutes=20)
    assert await clock.watch_promises() == 1
    await world.quiet()
    worker.sees("快到时间了", "受理")
    manager.sees_not("时间")

    await world.later(minutes=10)
    await clock.watch_promises()
    await clock.watch_promises()
    await world.quiet()
    worker.sees("超时了", "受理")
    worker.sees_not("超时了")
    manager.sees("超时了", "受理")
    above.sees_not("超时")

    await world.later(days=1)
    await clock.watch_promises()
    await world.quiet()
    above.sees("超时一天", "请您督办")


async def test_what_is_kept_is_not_reminded_of(world: World) -> None:
    """受理 in time: nobody hears of the promise to acknowledge."""
    worker = await world.staff("李敏")
    await recorded(world, await world.resident())
    await worker.clicks("受理")
    await world.later(hours=1)
    await world.app.clock.watch_promises()
    await world.quiet()
    worker.sees_not("受理</b>")
    worker.sees_not("超时")


async def test_a_day_of_downtime_ends_in_one_digest(world: World) -> None:
    """Five broken promises found at once are one message a person, not fifteen."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    for number in range(5):
        await recorded(world, await world.resident(f"居民{number}"))
    world.now += timedelta(days=2)
    await world.app.clock.watch_promises()
    worker.seen, manager.seen = len(worker.shown), len(manager.shown)
    await world.quiet()
    assert len(worker.sees("5 件超时").buttons) == 5
    manager.sees("5 件超时")
    assert [len(worker.unread), len(manager.unread)] == [0, 0]
    await world.app.clock.watch_promises()
    await world.quiet()
    assert [len(worker.unread), len(manager.unread)] == [0, 0]


async def test_the_morning_list_comes_once_and_not_on_sunday(world: World) -> None:
    """今日待办 at 08:45 of a working day, once, with the soonest promise first."""
    worker = await world.staff("李敏")
    await recorded(world, await world.resident())
    world.now = world.now.replace(day=24, hour=0, minute=40)
    assert await world.app.clock.morning() == 0
    await world.later(minutes=6)
    assert await world.app.clock.morning() == 1
    await world.quiet()
    worker.sees("今日待办", "1 件")
    assert await world.app.clock.morning() == 0
    await world.later(days=5)
    assert await world.app.clock.morning() == 0


async def test_silence_is_asked_once_and_closes_as_unrated(world: World) -> None:
    """Three days after 办结 the rating is asked once more; after seven the request closes as unrated (rule 9)."""
    worker, resident = await world.staff("李敏"), await world.resident()
    await recorded(world, resident)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("送餐已安排")
    clock = world.app.clock
    await world.later(days=3, minutes=1)
    assert await clock.ask_again() == 1
    assert await clock.ask_again() == 0
    await world.quiet()
    resident.sees("办结三天了")
    assert await clock.close_silent() == 0
    await world.later(days=4)
    assert await clock.close_silent() == 1
    await world.quiet()
    resident.sees("未评价")
    [request] = await world.requests()
    assert request.status is Status.CLOSED
    await resident.clicks("还没解决")
    [request] = await world.requests()
    assert request.status is Status.IN_PROGRESS
