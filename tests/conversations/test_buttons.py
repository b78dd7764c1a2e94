"""Buttons that are forged, old, somebody else's, or pressed twice: each press is answered, nothing fails in the log."""

import asyncio
import itertools

import pytest

from knowledge.lifecycle import Role, Status
from tests.conversations.chat import World
from tests.conversations.stories import ALLOWANCE, MEALS, asked, events, finished, standing

pytestmark = pytest.mark.usefixtures("nothing_fails")

ACTS = (
    "open", "contact", "supply", "acknowledge", "transfer", "resolve", "look_up", "replace", "files", "urge",
    "withdraw", "history", "settle", "levels", "rate", "reason", "reopen", "whose", "call", "call-rate",
    "call-reason", "call-reopen", "call-missed", "call-pass", "slip", "claim-resident", "claim-contact", "nonsense",
)  # fmt: skip
PICKS = (
    "consent", "area", "change-area", "human", "confirm", "not", "service", "domains", "domain", "mine", "skip", "end",
    "new", "drop", "stay", "name", "elder", "language", "data", "leave", "cancel", "behalf", "no-phone", "behalf-as",
    "overview", "list", "export", "tasks", "mending", "calls", "claim", "behalf-known", "behalf-area", "behalf-contact",
    "behalf-no-number", "behalf-relation", "behalf-consent", "behalf-back", "behalf-check", "nonsense",
)  # fmt: skip


async def test_other_peoples_buttons_do_nothing(world: World) -> None:
    """A forged press by a stranger and by another resident is answered, and the request is as it was."""
    _, _, request = await asked(world)
    stranger, other = world.person("陌生人"), await world.resident("王大爷")
    before = await events(world)
    args = ("", "yes", "1", "99999999999999999999", "x")
    for act, actor, arg in itertools.product(ACTS, (stranger, other), args):
        await actor.presses(f"r:{act}:{request.id}:{arg}")
        assert actor.unread, f"{actor.name} {act} {arg}"
    for actor in (stranger, other):
        assert MEALS not in actor.transcript()
        assert "李敏" not in actor.transcript()
    assert await events(world) == before


async def test_buttons_of_nothing_are_answered(world: World) -> None:
    """Ids that do not exist, or are none."""
    resident, worker, _ = await asked(world)
    numbers = ("0", "77", "9223372036854775807", "9223372036854775808", "-1", "abc", "")
    for act, actor, number in itertools.product(ACTS, (resident, worker), numbers):
        await actor.presses(f"r:{act}:{number}:")
        assert actor.unread, f"{actor.name} {act} {number}"


async def test_forged_choices_are_answered(world: World) -> None:
    """Roles one does not have, things that are not on the table, arguments that were never offered."""
    resident, worker, _ = await asked(world)
    manager = await world.staff("王芳", Role.MANAGER)
    actors = (resident, worker, manager, world.person("陌生人"))
    args = ("", "x", "\x00", "99999999999999999999", "elderly.meals")
    for what, arg, actor in itertools.product(PICKS, args, actors):
        await actor.presses(f"p:{what}:{arg}")
        assert actor.unread, f"{actor.name} {what} {arg}"


async def test_garbage_in_a_button_is_answered(world: World) -> None:
    """Data that no button ever had."""
    resident, _, _ = await asked(world)
    for data in ("", ":", "r", "p", "r:open", "r:::", "more", "x" * 64, "p:" + "甲" * 20, "r:open:1:2:3"):
        await resident.presses(data)
        assert resident.unread


async def test_a_resident_has_no_staff_buttons(world: World) -> None:
    """Not even for one's own request; it stays as it was."""
    resident, _, request = await asked(world)
    before = await events(world)
    acts = ("acknowledge", "transfer", "resolve", "look_up", "replace")
    for act, arg in itertools.product(acts, ("", "1")):
        await resident.presses(f"r:{act}:{request.id}:{arg}")
        assert resident.unread
        assert (await standing(world, resident)).state is None
    assert await events(world) == before


@pytest.mark.parametrize("status", ["closed", "withdrawn"])
async def test_a_request_that_is_over_takes_no_acts(world: World, status: str) -> None:
    """Every old button of both sides is answered with a sentence; only 还没解决 brings a closed one back."""
    if status == "closed":
        resident, worker, request = await finished(world)
        await resident.clicks("非常满意")
        await resident.clicks("不用了")
    else:
        resident, worker, request = await asked(world)
        await resident.says("撤回")
        await resident.clicks("是，撤回")
    over = (await world.requests())[0].status
    acts = [act for act in ACTS if act != "reopen"]
    for act, actor, arg in itertools.product(acts, (resident, worker), ("", "yes")):
        await actor.presses(f"r:{act}:{request.id}:{arg}")
        assert actor.unread, f"{actor.name}: {act} {arg}"
    assert (await world.requests())[0].status is over
    await resident.presses(f"r:reopen:{request.id}:")
    assert resident.unread
    assert ((await world.requests())[0].status is over) is (status == "withdrawn")


@pytest.mark.parametrize(
    "label", ["确认登记", "同意", "催办", "是，撤回", "非常满意", "还没解决", "不是这个", "是，注销"]
)
async def test_a_button_pressed_twice_acts_once(world: World, label: str) -> None:
    """At the same moment even; both presses are answered."""
    if label in ("非常满意", "还没解决"):
        resident, _, _ = await finished(world)
    elif label == "同意":
        await world.staff("李敏")
        resident = world.person("张秀英")
        await resident.says(MEALS)
    else:
        resident, _, _ = await asked(world)
        steps = {"催办": ["我的诉求"], "是，撤回": ["撤回"], "是，注销": ["注销"]}.get(label, [ALLOWANCE])
        for step in steps:
            await resident.says(step)
    shown, [data] = resident.last, [data for words, data in resident.last.buttons if words == label]
    before = await events(world)
    await asyncio.gather(resident.presses(data, shown), resident.presses(data, shown))
    added = (await events(world))[len(before) :]
    assert len(added) == {"同意": 0, "不是这个": 0}.get(label, 1) + (label == "非常满意")
    assert len(await world.requests()) == {"确认登记": 2, "同意": 0}.get(label, 1)


async def test_a_button_of_a_message_that_is_gone_still_works(world: World) -> None:
    """The channel no longer has the message; the press is judged all the same."""
    resident, _, request = await asked(world)
    gone = {"message_id": 5, "date": 0, "chat": resident._chat()}
    query = {
        "id": "q",
        "from": resident._user(),
        "chat_instance": "c",
        "message": gone,
        "data": f"r:open:{request.id}:",
    }
    await resident.update(callback_query=query)
    resident.sees("首问责任人")


async def test_a_rating_out_of_range_is_refused(world: World) -> None:
    """Levels are five."""
    resident, _, request = await finished(world)
    for level in ("0", "6", "-1", "5.5", "五", ""):
        await resident.presses(f"r:rate:{request.id}:{level}")
        resident.sees("过时")
    assert (await world.requests())[0].status is Status.RESOLVED


async def test_record_and_withdraw_leave_nothing_half_done(world: World) -> None:
    """Both at the same moment: one after the other."""
    resident, _, _ = await asked(world)
    await resident.says(ALLOWANCE)
    confirm = resident.last.buttons[0][1]
    await asyncio.gather(resident.presses(confirm), resident.presses("r:withdraw:1:yes"))
    statuses = [r.status for r in await world.requests()]
    assert statuses == [Status.WITHDRAWN, Status.RECORDED]
