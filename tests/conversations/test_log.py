"""The log of a whole story, with faults in it, tells nothing of what was said, by whom, or of anybody's number."""

import logging

import pytest
from aiogram.exceptions import TelegramNetworkError
from aiogram.methods import GetMe

from knowledge.lifecycle import Role
from storage.casebook import Casebook
from tests.conversations.chat import World
from tests.conversations.stories import asked

WORDS = ("屋头没人煮饭", "张秀英", "李敏", "王芳", "13900000000", "已经安排好了", "太慢了", "救命", "陌生人")


async def test_a_whole_story(world: World, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    """Recorded, taken, spoken about, resolved, rated poorly; a cry for help; a fault of the program; an outage of the
    channel; somebody who has blocked the desk."""
    caplog.set_level(logging.DEBUG)
    manager = await world.staff("王芳", Role.MANAGER)
    resident, worker, request = await asked(world, "屋头没人煮饭，我电话13900000000")
    world.wires["telegram"].faults.append(TelegramNetworkError(method=GetMe(), message="屋头没人煮饭"))
    await worker.clicks("受理")
    await world.later(seconds=5)  # the outage of the channel is over
    await worker.says("您的电话是13900000000吗", reply_to=worker.shown[0])
    await resident.says("是的，13900000000，张秀英")
    await worker.clicks("办结")
    await worker.says("已经安排好了")
    await resident.clicks("非常不满意")
    await resident.says("太慢了")
    await world.person("陌生人").says("救命，有人要杀我")
    await manager.says("总览")

    async def broken(*_: object) -> None:
        raise RuntimeError(" ".join(WORDS))

    monkeypatch.setattr(Casebook, "of_resident", broken)
    await resident.says("我的诉求")
    world.wires["telegram"].blocked.add(manager.id)
    await manager.says("总览")
    assert [r for r in caplog.records if r.levelno >= logging.ERROR], "the fault is in the log"
    for record in caplog.records:
        said = logging.Formatter().format(record)
        assert not [word for word in WORDS if word in said], said
