"""我的数据 and 注销: everything about oneself, and afterwards nothing that tells who it was."""

import json
from typing import Any

from sqlalchemy import func, select, text

from knowledge.lifecycle import Intake, Role
from storage import conversations, history, outbox, privacy, reports
from storage.conversations import Chat
from storage.database import Database
from storage.ledger import Source
from storage.outbox import OutboxWriter, Sent
from storage.tables import Base, Invite, Message, Outbox, Person, Rating, Request, Staff, WebMessage
from tests.storage.office import NOON, Office

MARK = "首问标记ZQX7"
PHONE = "13877766655"
CHAT = 987654321
WEB_CHAT = 55501
MARKS = (MARK, PHONE, str(CHAT), json.dumps(MARK)[1:-1])
"""What stands for everything personal; JSON keeps it escaped."""


async def everywhere(database: Database) -> list[str]:
    """Every table and column in which a mark stands."""
    found = []
    async with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            for row in (await connection.execute(text(f'SELECT * FROM "{table.name}"'))).mappings():
                found += [
                    f"{table.name}.{column}"
                    for column, value in row.items()
                    if any(
                        mark
                        in (json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value))
                        for mark in MARKS
                    )
                ]
    return sorted(set(found))


async def lived_in(office: Office) -> Request:
    """Somebody marked all over who has done all that a resident can do, with staff on the web chat and Telegram."""
    me = await office.person(MARK, chat_id=CHAT, phone=PHONE, area_id=office.areas["HJ"], consented_at=NOON)
    file = {"kind": "photo", "file": f"file-{MARK}", "channel": "telegram"}
    async with office.database.write() as session:
        worker = await session.get(Person, office.ids["李敏"])
        assert worker is not None
        worker.channel, worker.chat_id = "web", WEB_CHAT
    request = await office.record(MARK, text=f"我是{MARK}，电话{PHONE}", files=[file])
    await office.record(MARK, recorded_by="周强", intake=Intake.COUNTER, text=MARK)
    async with office.books() as books:
        said = await books.say(request.id, me, MARK, [file], Source("telegram", CHAT, 5))
        await books.edit(Source("telegram", CHAT, 5), me, f"{MARK}二")
        await books.say(request.id, office.ids["李敏"], f"{MARK}您好", [], Source("web", WEB_CHAT, 6))
    await office.act("acknowledge", request, "李敏")
    await office.act("transfer", request, "李敏", office.ids["周强"], f"{MARK}要求")
    await office.act("acknowledge", request, "周强")
    await office.act("resolve", request, "周强", f"给{MARK}送了饭", [file])
    await office.act("rate", request, MARK, 2)
    async with office.books() as books:
        await books.explain_rating(request.id, me, reason="slow", comment=f"{MARK}不满")
    await shown(office, request, said)
    return request


async def shown(office: Office, request: Request, said: Message) -> None:
    """What the courier and the web chat keep of it: cards, relayed words, buttons with the name."""
    card = {"kind": "text", "text": f"{MARK}：没人煮饭"}
    async with office.database.write() as session:
        session.add(WebMessage(chat_id=WEB_CHAT, change=1, from_bot=True, payload=card, created_at=NOON))
        menu = {"kind": "text", "text": "哪一位？", "buttons": [[f"{MARK} 0001", "r:open:1:"]]}
        session.add(WebMessage(chat_id=WEB_CHAT, change=2, from_bot=True, payload=menu, created_at=NOON))
        await session.flush()
        line = (await session.execute(select(func.min(WebMessage.id)))).scalar_one()
        writer = OutboxWriter(session, NOON)
        replies = [
            writer.reply("web", WEB_CHAT, {"text": f"{MARK}的卡片"}, request_id=request.id),
            writer.reply("web", WEB_CHAT, {"text": f"转给{MARK}"}),
            writer.reply("telegram", CHAT, {"text": "您好"}, request_id=request.id),
        ]
        await session.flush()
        await outbox.settle(session, [Sent(replies[0], message_ids=(line,)), Sent(replies[2], message_ids=(70,))], NOON)
        chat = Chat(7, WEB_CHAT, None, {"more": [[MARK, "r:open:1:"]]}, [[f"{MARK} 0001", "r:whose:1:"]])
        await conversations.save(session, chat, NOON)
        await conversations.save(session, Chat(8, CHAT, "step", {"draft": {"text": MARK}}), NOON)


async def erase(office: Office, name: str) -> None:
    async with office.database.write() as session:
        person = await session.get(Person, office.ids[name])
        assert person is not None
        await privacy.erase(session, person, office.now)


async def test_nothing_tells_who_it_was(any_office: Office) -> None:
    """After 注销 no mark stands in any column of any table; before it, they stood in most."""
    await lived_in(any_office)
    before = await everywhere(any_office.database)
    assert len(before) >= 15, before
    await erase(any_office, MARK)
    assert await everywhere(any_office.database) == []


async def test_the_counts_stay(any_office: Office) -> None:
    """Requests, ratings and the chain of events remain and agree; the figures of the period are what they were."""
    request = await lived_in(any_office)
    events = [(e.action, e.hash) for e in await any_office.events(request)]
    span = (frozenset(any_office.areas.values()), NOON.replace(hour=0), NOON.replace(day=24))
    async with any_office.database.read() as session:
        before = await reports.overview(session, *span, NOON)
    await erase(any_office, MARK)
    async with any_office.database.read() as session:
        assert await reports.overview(session, *span, NOON) == before
        assert [flaw async for flaw in history.audit(session)] == []
        rating = (await session.execute(select(Rating))).scalar_one()
    assert (rating.level, rating.reason, rating.comment) == (2, "slow", None)
    assert [(e.action, e.hash) for e in await any_office.events(request)] == events


async def test_others_lose_nothing(any_office: Office) -> None:
    """What other residents said, and what staff have on their screens of others, stays word for word."""
    await lived_in(any_office)
    other = await any_office.record(text="灯坏了")
    await any_office.say(other, "张秀英", "楼道里", message_id=9)
    async with any_office.database.write() as session:
        for payload in ({"kind": "text", "text": "张秀英：灯坏了"}, {"kind": "text", "text": "50%_折"}):
            session.add(WebMessage(chat_id=WEB_CHAT, change=9, from_bot=True, payload=payload, created_at=NOON))
        OutboxWriter(session, NOON).reply("telegram", 900, {"text": "张秀英您好"}, request_id=other.id)
    await erase(any_office, MARK)
    async with any_office.database.read() as session:
        texts = list((await session.execute(select(Message.text).where(Message.request_id == other.id))).scalars())
        lines = [m.payload.get("text") for m in (await session.execute(select(WebMessage))).scalars()]
        replies = [r.payload for r in (await session.execute(select(Outbox).where(Outbox.chat_id == 900))).scalars()]
    assert texts == ["楼道里"]
    assert {"张秀英：灯坏了", "50%_折"} <= set(lines)
    assert replies == [{"text": "张秀英您好"}]
    assert (await any_office.request(other)).text == "灯坏了"


async def test_open_pages_of_staff_drop_the_lines(office: Office) -> None:
    """A line that showed the person is deleted the way the web chat does it: a change that a page asks for."""
    await lived_in(office)
    await erase(office, MARK)
    async with office.database.read() as session:
        card, menu = (await session.execute(select(WebMessage).order_by(WebMessage.id))).scalars()
    assert (card.payload, card.change) == ({"kind": "text", "deleted": True}, 3)
    assert menu.payload["buttons"] == [["— 0001", "r:open:1:"]]


async def test_what_waited_for_them_is_given_up(office: Office) -> None:
    """Nothing is sent to somebody who has gone; what waits for others is still delivered."""
    await office.person(MARK, chat_id=CHAT)
    request = await office.record(MARK)
    await office.act("withdraw", request, MARK)
    await erase(office, MARK)
    async with office.database.read() as session:
        waiting = (
            await session.execute(select(Outbox.kind).where(Outbox.sent_at.is_(None), Outbox.failed_at.is_(None)))
        ).scalars()
        assert sorted(waiting) == ["assigned", "withdrawn"]


async def test_the_silence_of_somebody_erased_calls_nobody(office: Office) -> None:
    """A request that waited for their rating closes unrated, and no worker is told to phone them."""
    await office.person(MARK, chat_id=CHAT)
    request = await office.resolved(resident=MARK)
    await erase(office, MARK)
    async with office.books() as books:
        await books.close_unrated(request.id)
    assert "call_resident" not in await office.told("李敏")


async def test_erasing_somebody_without_a_chat(office: Office) -> None:
    """Somebody recorded at the counter has no chat: nobody else's notices are taken for theirs."""
    await office.person(MARK, phone=PHONE)
    await office.record(MARK, recorded_by="李敏", intake=Intake.COUNTER, text=MARK)
    await office.record()
    await erase(office, MARK)
    assert await everywhere(office.database) == []
    async with office.database.read() as session:
        given_up = (
            await session.execute(select(func.count(Outbox.id)).where(Outbox.failed_at.is_not(None)))
        ).scalar_one()
    assert given_up == 0


async def test_staff_who_leave_keep_no_post_and_take_no_record(office: Office) -> None:
    """A worker's name and chat go and their post ends; the outcomes they wrote belong to the residents and stay."""
    request = await office.resolved()
    async with office.database.write() as session:
        session.add(
            Invite(
                digest="d",
                role=Role.WORKER,
                area_id=1,
                name="李敏",
                created_at=NOON,
                expires_at=NOON,
                used_by_id=office.ids["李敏"],
            )
        )
    await erase(office, "李敏")
    async with office.database.read() as session:
        post = (await session.execute(select(Staff).where(Staff.person_id == office.ids["李敏"]))).scalar_one()
        assert post.until == NOON
        assert (await session.execute(select(Invite.name))).scalar_one() is None
        assert (await session.execute(select(Person.name).where(Person.name == "李敏"))).first() is None
    assert (await office.request(request)).outcome == "已安排送餐"


async def test_my_data_is_all_of_it(office: Office) -> None:
    """Everything marked comes out in the copy: the need, both sides' words with older versions, outcome, rating."""
    await lived_in(office)
    async with office.database.read() as session:
        person = await session.get(Person, office.ids[MARK])
        assert person is not None
        known: dict[str, Any] = await privacy.about(session, person)
    assert (known["name"], known["phone"], known["chat"]) == (MARK, PHONE, CHAT)
    first = known["requests"][0]
    assert (first["text"], first["outcome"]) == (f"我是{MARK}，电话{PHONE}", f"给{MARK}送了饭")
    assert [(m["from"], m["text"]) for m in first["messages"]] == [("me", f"{MARK}二"), ("staff", f"{MARK}您好")]
    assert first["messages"][0]["earlier"][0]["text"] == MARK
    assert first["ratings"] == [
        {"level": 2, "changed_to": None, "reason": "slow", "comment": f"{MARK}不满", "at": NOON.isoformat()}
    ]
    assert len(known["requests"]) == 2
    json.dumps(known)
