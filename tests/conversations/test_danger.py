"""Danger is answered first, always, and people are alerted (rule 13)."""

import logging

import pytest

from knowledge.lifecycle import Intake, Role
from storage.tables import Person
from tests.conversations.chat import World
from tests.conversations.stories import MEALS, asked, count, messages, stand

CRIES = {
    "家里着火了": "119",
    "煤气味好大，头晕": "119",
    "胸口痛得厉害喘不过气": "120",
    "老公正在打我，救命": "110",
    "我老汉走丢了": "110",
    "我不想活了，安眠药已经吃了": "12356",
}


@pytest.mark.parametrize(("cry", "number"), CRIES.items())
async def test_every_danger_is_answered_with_its_number(
    world: World, cry: str, number: str, caplog: pytest.LogCaptureFixture
) -> None:
    """The number comes first; an urgent request is recorded; worker and manager are alerted live."""
    worker = await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    resident = await world.resident()
    await resident.says(cry)
    assert number in resident.unread[0].text
    resident.sees("已经告诉李敏和社区管理者")
    resident.sees("已经发给社区工作人员")
    worker.sees("紧急", cry)
    manager.sees("险情", cry)
    [request] = await world.requests()
    assert (request.urgent, request.intake) == (True, Intake.DANGER)
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_danger_comes_before_consent(world: World, language: str) -> None:
    """Nothing is asked; what is said next goes to those who were alerted, without a tap."""
    worker = await world.staff("李敏")
    newcomer = world.person("张秀英")
    newcomer.language = language
    await newcomer.says("家里着火了")
    assert "119" in newcomer.unread[0].text
    assert not any("您同意吗" in m.text or "agree" in m.text for m in newcomer.shown)
    await newcomer.says("三栋五楼")
    worker.sees("三栋五楼")
    await worker.says("已经叫了消防", reply_to=worker.last)
    newcomer.sees("已经叫了消防")
    await newcomer.photo()
    assert worker.last.kind == "photo"


async def test_danger_after_other_words_before_consent(world: World) -> None:
    """A draft that waits for consent stays, and the refusal afterwards tells the truth."""
    await world.staff("李敏")
    newcomer = world.person("张秀英")
    await newcomer.says(MEALS)
    await newcomer.says("家里着火了")
    assert "119" in newcomer.unread[0].text
    await newcomer.clicks("不同意")
    newcomer.sees("险情已经转给工作人员", "别的都没有保存")
    assert len(await world.requests()) == 1


STATES = (None, "consent", "area", "confirm", "human", "talk", "whose", "comment")


@pytest.mark.parametrize("state", STATES)
async def test_danger_is_answered_in_every_state(world: World, state: str | None) -> None:
    """Whatever the desk was waiting for."""
    resident, worker, request = await asked(world)
    if state is not None:
        table = {"said": [{"id": 1, "text": MEALS, "files": [], "album": None}], "text": MEALS}
        await stand(world, resident, f"Step:{state}", request=request.id, draft=table)
    await resident.says("家里着火了，快来人")
    assert "119" in resident.unread[0].text
    worker.sees("紧急", "着火")
    await resident.says("三栋五楼")
    worker.sees("三栋五楼")


async def test_what_lay_on_the_table_is_still_there_after_the_danger(world: World) -> None:
    """When the talk ends, the need that was being told is offered again."""
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says(MEALS)
    await resident.says("家里着火了")
    await resident.says("说完了")
    resident.sees("老年助餐")


async def test_a_second_cry_joins_the_first(world: World) -> None:
    """One request; the worker reads both; the number is said again."""
    worker = await world.staff("李敏")
    resident = await world.resident()
    await resident.says("家里着火了")
    await resident.says("火好大，着火了快来")
    assert "119" in resident.unread[0].text
    resident.sees("已经转给工作人员")
    worker.sees("火好大")
    assert len(await world.requests()) == 1
    assert len(await messages(world)) == 1


async def test_danger_without_a_community_reaches_somebody(world: World) -> None:
    """Several communities and none chosen: whoever answers highest up is alerted."""
    await world.add_area("JD", "街道")
    await world.add_area("DP", "大坪社区", "JD")
    manager = await world.staff("王芳", Role.MANAGER, area="JD")
    newcomer = world.person("张秀英")
    await newcomer.says("家里着火了")
    assert "119" in newcomer.unread[0].text
    manager.sees("紧急", "着火")


async def test_danger_where_nobody_answers_still_gives_the_number(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """No claim that anybody was told; nothing is recorded of somebody unknown."""
    newcomer = world.person("张秀英")
    await newcomer.says("家里着火了")
    assert "119" in newcomer.unread[0].text
    newcomer.sees("直接打电话")
    assert not any("已经发给" in m.text for m in newcomer.shown)
    resident = await world.resident("王大爷")
    await resident.says("家里着火了")
    resident.sees("119")
    resident.sees("直接打电话")
    assert await world.requests() == []
    assert await count(world, Person) == 1
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


async def test_a_place_that_is_not_open_alerts_another(world: World) -> None:
    """One's own community has nobody: the nearest who answers is told."""
    await world.add_area("DP", "大坪社区")
    worker = await world.staff("李敏", area="DP")
    resident = await world.resident()
    await resident.says("家里着火了")
    resident.sees("119")
    resident.sees("已经发给社区工作人员")
    worker.sees("紧急")


async def test_danger_in_a_picture_and_in_an_edit(world: World) -> None:
    """A caption counts, and so does a corrected message."""
    worker = await world.staff("李敏")
    resident = await world.resident()
    await resident.photo("家里着火了")
    resident.sees("119")
    assert worker.last.kind == "photo"
    other = await world.resident("王大爷")
    message = await other.says("屋里找火了")
    await other.edits(message, "屋里着火了")
    other.sees("119")
    worker.sees("紧急", "着火")
    await other.edits(message, "屋里着火了！")
    assert len(await world.requests()) == 2


async def test_danger_in_a_group_gives_the_number_only(world: World) -> None:
    """Nothing is recorded in front of others."""
    await world.staff("李敏")
    resident = await world.resident()
    await resident.says("家里着火了", chat={"id": -5, "type": "group", "title": "楼栋群"})
    assert "119" in world.wires["telegram"].chats[-5][0].text
    assert await world.requests() == []


async def test_a_report_by_staff_is_no_cry(world: World) -> None:
    """What a worker writes as an outcome is taken as one."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says("上门看了，说家里着火了是误报")
    resident.sees("误报")
    assert len(await world.requests()) == 1
