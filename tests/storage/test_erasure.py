"""Erasure reaches the chats that are kept here: the resident's own, and what stands of them in those of staff."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from knowledge.lifecycle import Intake
from storage import privacy, retention
from storage.case_people import ContactOf
from storage.case_privacy import Known
from storage.mediation_tables import MediationCase
from storage.outbox import FORGET, OutboxWriter
from storage.tables import Conversation, Outbox, Person, Request, Shown, WebFile, WebMessage
from storage.visitors import NOBODYS
from tests.storage.office import NOON, Office

DESK = 55501
"""The worker's chat on the web."""
HOME = 77702
"""The resident's."""


def named(index: int) -> str:
    return f"{index:032x}.png"


async def at_a_desk(office: Office) -> None:
    """李敏 works on the web chat, and 张秀英 is a resident there."""
    async with office.database.write() as session:
        for name, chat_id in (("李敏", DESK), ("张秀英", HOME)):
            person = await session.get(Person, office.ids[name])
            assert person is not None
            person.channel, person.chat_id = "web", chat_id


async def line(office: Office, chat_id: int, request: Request | None = None, **payload: Any) -> int:
    """A line of a web chat, of a request when one is given (the courier writes down which)."""
    async with office.database.write() as session:
        row = WebMessage(
            chat_id=chat_id,
            change=1,
            from_bot=payload.pop("from_bot", True),
            payload={"kind": "text", **payload},
            created_at=NOON,
        )
        session.add(row)
        await session.flush()
        if request is not None:
            session.add(Shown(channel="web", chat_id=chat_id, message_id=row.id, request_id=request.id))
        if file := payload.get("file"):
            session.add(
                WebFile(name=file["name"], chat_id=chat_id, title=None, mime="image/png", size=1, created_at=NOON)
            )
        return row.id


async def payload(office: Office, line_id: int) -> dict[str, Any]:
    async with office.database.read() as session:
        row = await session.get(WebMessage, line_id)
        assert row is not None
        return row.payload


async def owners(office: Office) -> dict[str, int]:
    async with office.database.read() as session:
        rows = await session.execute(select(WebFile.name, WebFile.chat_id))
        return {row.name: row.chat_id for row in rows}


async def forgotten(office: Office) -> list[int | None]:
    """The chats that a channel is told to forget."""
    async with office.database.read() as session:
        rows = await session.execute(
            select(Outbox.chat_id).where(Outbox.kind == FORGET, Outbox.channel == "web", Outbox.failed_at.is_(None))
        )
        return sorted(rows.scalars(), key=lambda chat_id: chat_id or 0)


async def erase(office: Office, name: str) -> None:
    async with office.database.write() as session:
        person = await session.get(Person, office.ids[name])
        assert person is not None
        await privacy.erase(session, person, office.now)


async def test_their_own_web_chat_is_forgotten_whoever_erases(any_office: Office) -> None:
    """It is part of the erasure: no caller can leave it out. Of a Telegram chat nothing is kept to be forgotten."""
    await at_a_desk(any_office)
    await any_office.person("赵六", chat_id=901)
    await erase(any_office, "赵六")
    assert await forgotten(any_office) == []
    await erase(any_office, "张秀英")
    assert await forgotten(any_office) == [HOME]


@pytest.mark.parametrize("how", ["注销", "two years"])
async def test_files_in_the_chats_of_staff_go_too(any_office: Office, how: str) -> None:
    """A picture passed on, or words too long for a card, became a file of the worker's chat: with the line the file
    is nobody's, and the channel is told to remove its bytes. Files of others stay."""
    office = any_office
    await at_a_desk(office)
    request = await office.record()
    await office.person("邻居", chat_id=905)
    other = await office.record("邻居")
    picture = await line(office, DESK, request, kind="photo", file={"name": named(1)})
    text = await line(office, DESK, request, kind="document", file={"name": named(2)})
    kept = await line(office, DESK, other, kind="photo", file={"name": named(3)})
    if how == "注销":
        await erase(office, "张秀英")
    else:
        async with office.database.write() as session:
            await retention.blank(session, [request.id], office.now)
    assert await payload(office, picture) == {"kind": "photo", "deleted": True}
    assert await payload(office, text) == {"kind": "document", "deleted": True}
    assert (await payload(office, kept))["file"] == {"name": named(3)}
    assert await owners(office) == {named(1): NOBODYS, named(2): NOBODYS, named(3): DESK}
    assert NOBODYS in await forgotten(office)


async def test_what_was_typed_and_photographed_at_the_counter(any_office: Office) -> None:
    """The need as the worker wrote it down, and the papers that they photographed, stand in the worker's own chat: they
    are the resident's, and go. What else was said there stays."""
    office = any_office
    await at_a_desk(office)
    await office.person("赵桂兰", phone="13899998888")
    paper = {"kind": "photo", "file": named(4), "channel": "web"}
    await office.record(
        "赵桂兰", recorded_by="李敏", intake=Intake.COUNTER, text="想要送餐，糖尿病\n住三楼", files=[paper]
    )
    typed = [await line(office, DESK, text=words, from_bot=False) for words in ("想要送餐，糖尿病", "住三楼")]
    photo = await line(office, DESK, kind="photo", file={"name": named(4)}, from_bot=False)
    other = await line(office, DESK, text="住三楼的灯坏了", from_bot=False)
    await erase(office, "赵桂兰")
    for gone in (*typed, photo):
        assert (await payload(office, gone)).get("deleted")
    assert (await payload(office, other))["text"] == "住三楼的灯坏了"
    assert await owners(office) == {named(4): NOBODYS}


async def test_a_quote_of_a_line_goes_with_it(any_office: Office) -> None:
    """An answer on the web chat keeps the beginning of what it answers."""
    office = any_office
    await at_a_desk(office)
    request = await office.record()
    card = await line(office, DESK, request, text="我家在三栋")
    quote = {"id": card, "from_bot": True, "kind": "text", "text": "我家在三栋"}
    answer = await line(office, DESK, text="好的", from_bot=False, reply=quote)
    await erase(office, "张秀英")
    assert await payload(office, answer) == {"kind": "text", "text": "好的", "reply": {**quote, "text": ""}}


async def test_names_and_numbers_of_all_who_were_named(any_office: Office) -> None:
    """The contact and the other party of a mediation stand in the worker's chat as well, and numbers as people type
    them: with gaps, in full width, with the country."""
    office = any_office
    await at_a_desk(office)
    await office.person("赵桂兰", phone="13899998888")
    contact = ContactOf("钱女儿", "+8613977776666", "女儿")
    request = await office.record("赵桂兰", recorded_by="李敏", intake=Intake.COUNTER, contact=contact)
    async with office.database.write() as session:
        session.add(
            MediationCase(
                request_id=request.id,
                stage="invited",
                mediator_id=office.ids["李敏"],
                other_name="孙楼上",
                other_phone="02367891234",
                created_at=NOON,
            )
        )
        OutboxWriter(session, NOON).reply("web", DESK, {"text": "钱女儿是赵桂兰的什么人？"})
        session.add(
            Conversation(bot_id=1, chat_id=DESK, data={"contact": "钱女儿"}, choices=[["赵桂兰", "x"]], updated_at=NOON)
        )
    said = [
        "赵桂兰", "138-9999-8888", "１３８９９９９８８８８", "电话+86 138 9999 8888。", "钱女儿", "139 7777 6666",
        "8613977776666", "孙楼上", "(023) 6789－1234",
    ]  # fmt: skip
    lines = [await line(office, DESK, text=words, from_bot=False) for words in said]
    await erase(office, "赵桂兰")
    shown = [(await payload(office, line_id))["text"] for line_id in lines]
    assert shown == ["—", "—", "—", "电话—。", "—", "—", "—", "—", "(—"]
    async with office.database.read() as session:
        chat = (await session.scalars(select(Conversation))).one()
        assert (chat.data, chat.choices) == ({"contact": "—"}, [["—", "x"]])
        [reply] = await session.scalars(select(Outbox.payload).where(Outbox.kind == "reply"))
        assert reply == {"text": "—是—的什么人？"}


async def test_others_keep_their_names_and_numbers(any_office: Office) -> None:
    """A longer number is another one; a hotline, and 女儿 for a name, are nobody's."""
    office = any_office
    await at_a_desk(office)
    await office.person("赵桂兰", phone="12345")
    contact = ContactOf("女儿", "13977776666", "女儿")
    await office.record("赵桂兰", recorded_by="李敏", intake=Intake.COUNTER, contact=contact)
    said = ["张秀英的女儿", "打 12345", "编号 2139777766661", "50%_折/"]
    lines = [await line(office, DESK, text=words) for words in said]
    await erase(office, "赵桂兰")
    assert [(await payload(office, line_id))["text"] for line_id in lines] == said


def test_what_like_looks_for() -> None:
    """A name with signs that mean something to LIKE is looked for as it is."""
    assert Known.name("a%_/b").pattern == "%a/%/_//b%"
    assert Known.phone("12345") is None


async def test_the_courier_waits_until_the_goodbye_was_read(office: Office) -> None:
    await at_a_desk(office)
    await erase(office, "张秀英")
    async with office.database.read() as session:
        [due] = await session.scalars(select(Outbox.due_at).where(Outbox.kind == FORGET, Outbox.chat_id == HOME))
    assert due > office.now + timedelta(seconds=5)
