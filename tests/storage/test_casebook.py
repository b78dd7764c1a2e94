"""What the casebook does besides the rules: reminders, looks at a number, people without a chat, albums."""

from datetime import UTC, datetime, timedelta

import pytest

from knowledge.lifecycle import Action, Intake, Role
from storage import outbox
from storage.ledger import CaseError
from storage.tables import Person
from tests.storage.office import Office


async def test_urging_once_a_day(office: Office) -> None:
    """The day is the office's: 23:59 and 00:01 in Chongqing are two days."""
    request = await office.record()
    office.now = datetime(2026, 11, 23, 15, 59, tzinfo=UTC)
    await office.act("urge", request, "张秀英")
    with pytest.raises(CaseError) as refused:
        await office.act("urge", request, "张秀英")
    assert refused.value.code == "urged_today"
    office.later(minutes=2)
    await office.act("urge", request, "张秀英")
    assert (await office.request(request)).urged == 2


async def test_looking_at_a_phone_number_is_an_event(office: Office) -> None:
    """Each look is written down with who looked; where there is no number, nothing was looked at."""
    await office.person("刘洋", chat_id=901, phone="13812345678")
    request, without = await office.record("刘洋"), await office.record()
    assert await office.act("look_up_phone", request, "李敏") == "13812345678"
    assert await office.act("look_up_phone", request, "王芳") == "13812345678"
    looks = [(e.actor_id, e.role) for e in await office.events(request) if e.action == Action.LOOK_UP]
    assert looks == [(office.ids["李敏"], Role.HANDLER), (office.ids["王芳"], Role.MANAGER)]
    assert await office.act("look_up_phone", without, "王芳") is None
    assert [e.action for e in await office.events(without)] == ["record"]


async def test_somebody_without_a_chat_is_phoned(office: Office) -> None:
    """News for a person without an account goes to the first responder, also when another did it."""
    await office.person("周婆婆", phone="13900000000")
    request = await office.record("周婆婆", recorded_by="李敏", intake=Intake.COUNTER)
    assert await office.told("李敏") == ["assigned"]
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    await office.act("resolve", request, "周强", "办好了")
    assert (await office.told("李敏")).count("call_resident") == 2
    assert await office.told("周婆婆") == []


async def test_what_cannot_be_delivered_is_said_to_who_wrote_it(office: Office) -> None:
    """Words to somebody who has blocked the bot: the handler who wrote them is told to phone."""
    request = await office.record()
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    async with office.database.write() as session:
        person = await session.get(Person, office.ids["张秀英"])
        assert person is not None
        person.unreachable_at = office.now
    await office.say(request, "周强", "明天来")
    assert (await office.told("周强"))[-1] == "call_resident"
    assert "relay" not in await office.told("张秀英")


async def test_pictures_of_an_album_go_together_unless_it_is_late(office: Office) -> None:
    """Within the wait they join one message; once that is on its way, a late picture is a message of its own."""
    request = await office.record()
    first = await office.say(request, "张秀英", "看", message_id=1, album="a")
    second = await office.say(request, "张秀英", "", message_id=2, album="a")
    assert first.id == second.id
    office.later(seconds=2)
    late = await office.say(request, "张秀英", "", message_id=3, album="a")
    assert late.id != first.id
    assert (await office.told("李敏")).count("relay") == 2


async def test_a_picture_that_comes_while_its_album_is_being_sent_goes_by_itself(any_office: Office) -> None:
    """Its time was taken before the album's notice was due, its words are kept after a courier took that notice: added
    to it, the picture would be shown to nobody."""
    request = await any_office.record()
    await any_office.act("acknowledge", request, await any_office.name(request.first_responder_id))
    first = await any_office.say(request, "张秀英", "看", message_id=1, album="a")
    async with any_office.database.write() as session:
        taken = await outbox.claim(session, any_office.now + timedelta(minutes=1))
    assert [row.payload["message"] for row in taken if row.kind == outbox.RELAY] == [first.id]
    second = await any_office.say(request, "张秀英", "", message_id=2, album="a")
    assert second.id != first.id
    async with any_office.database.write() as session:
        await outbox.settle(session, [outbox.Sent(row) for row in taken], any_office.now)
        more = await outbox.claim(session, any_office.now + timedelta(minutes=1))
    assert [row.payload["message"] for row in more] == [second.id]
    third = await any_office.say(request, "张秀英", "", message_id=3, album="a")
    assert third.id not in (first.id, second.id)
