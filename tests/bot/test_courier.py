"""The courier: what it does with each error, in which order, and what it makes of files and long words."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import SendMediaGroup, SendMessage, SendPhoto
from aiogram.types import BufferedInputFile, Update
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.courier import Courier
from bot.faults import LONGEST_PAUSE, MOST_TRIES, GiveUp, Gone, Retry, policy
from handlers.about import NotYet
from handlers.desk import Act
from handlers.speech import Say
from knowledge.lifecycle import Role
from storage import outbox
from storage.outbox import WRITTEN, OutboxWriter, Sent
from storage.tables import Outbox
from tests.conftest import NOON
from tests.conversations.chat import Actor, World

ASK = SendMessage(chat_id=1, text="在吗")


def bad(words: str) -> TelegramBadRequest:
    return TelegramBadRequest(ASK, f"Bad Request: {words}")


def network() -> TelegramNetworkError:
    return TelegramNetworkError(ASK, "ServerDisconnectedError")


# -- the table


@pytest.mark.parametrize(
    ("error", "tries", "seconds"),
    [
        (TelegramRetryAfter(ASK, "Too Many Requests", 37), 0, 37),
        (TelegramRetryAfter(ASK, "Too Many Requests", 3600), 400, 3600),
        (network(), 0, 1),
        (network(), 3, 8),
        (network(), 500, LONGEST_PAUSE),
        (TelegramServerError(ASK, "Bad Gateway"), 500, LONGEST_PAUSE),
        (TelegramUnauthorizedError(ASK, "Unauthorized"), 500, LONGEST_PAUSE),
        (ClientDecodeError("Failed to decode object", ValueError(), "<html>"), 500, LONGEST_PAUSE),
        (OperationalError("INSERT", {}, Exception("database is locked")), 500, LONGEST_PAUSE),
        (ConnectionResetError(), 500, LONGEST_PAUSE),
        (NotYet(), 0, 0.1),
        (NotYet(), 500, LONGEST_PAUSE / 10),
        (ZeroDivisionError(), MOST_TRIES - 2, LONGEST_PAUSE),
    ],
)
def test_what_is_tried_again_and_when(error: Exception, tries: int, seconds: float) -> None:
    """A limit as long as it says, an outage until it ends, an unknown fault some times."""
    verdict = policy(error, tries, NOON)
    assert isinstance(verdict, Retry)
    assert verdict.at == NOON + timedelta(seconds=seconds)
    assert verdict.spent is not isinstance(error, TelegramRetryAfter)


@pytest.mark.parametrize(
    ("error", "verdict"),
    [
        (TelegramForbiddenError(ASK, "Forbidden: bot was blocked by the user"), Gone),
        (TelegramForbiddenError(ASK, "Forbidden: user is deactivated"), Gone),
        (bad("chat not found"), Gone),
        (bad("PEER_ID_INVALID"), Gone),
        (bad("message is too long"), GiveUp),
        (bad("can't parse entities"), GiveUp),
        (TelegramNotFound(ASK, "Not Found"), GiveUp),
        (TelegramEntityTooLarge(ASK, "Request Entity Too Large"), GiveUp),
        (ClientDecodeError("Failed to deserialize object", ValueError(), {"ok": True, "result": {}}), GiveUp),
        (ZeroDivisionError(), GiveUp),
    ],
)
def test_what_is_not_tried_again(error: Exception, verdict: type) -> None:
    """Whoever cannot be reached, and what can never be delivered."""
    assert isinstance(policy(error, MOST_TRIES - 1, NOON), verdict)


# -- order and time


async def say(world: World, actor: Actor, *words: str) -> list[Outbox]:
    """Rows for one chat, committed and handed over, as the gate does it."""
    async with world.app.database.write() as session:
        writer = OutboxWriter(session, world.now)
        for text in words:
            writer.reply(actor.channel, actor.id, Say(text).pack())
        await session.flush()
        rows = list(session.info.pop(WRITTEN))
    world.app.courier.submit(rows)
    return rows


def shown(actor: Actor) -> list[str]:
    return [m.text for m in actor.shown]


@pytest.mark.parametrize("error", [network(), TelegramRetryAfter(ASK, "Too Many Requests", 20)])
async def test_nothing_overtakes_what_must_be_tried_again(world: World, error: Exception) -> None:
    """What comes later in a chat waits behind what failed, also what is said meanwhile; other chats do not wait."""
    one, other = world.person("张秀英"), world.person("王秀英")
    world.wires["telegram"].faults.append(error)
    await say(world, one, "一", "二")
    await world.quiet()
    await say(world, one, "三")
    await say(world, other, "甲")
    await world.quiet()
    assert shown(one) == []
    assert shown(other) == ["甲"]
    await world.later(seconds=21)
    await say(world, one, "四")
    await world.quiet()
    again = "（怕您没收到，再发一次）\n" if isinstance(error, TelegramNetworkError) else ""  # it may have been shown
    assert shown(one) == [f"{again}一", "二", "三", "四"]


async def test_a_limit_costs_no_try(world: World) -> None:
    """However often the Bot API asks to wait, nothing is given up."""
    one = world.person("张秀英")
    world.wires["telegram"].faults += [TelegramRetryAfter(ASK, "Too Many Requests", 5) for _ in range(MOST_TRIES + 3)]
    [row] = await say(world, one, "一")
    for _ in range(MOST_TRIES + 3):
        await world.quiet()
        assert shown(one) == []
        await world.later(seconds=6)
    assert shown(one) == ["一"]
    assert (await kept(world, row)).attempts == 1


async def kept(world: World, row: Outbox) -> Outbox:
    async with world.app.database.read() as session:
        return (await session.execute(select(Outbox).where(Outbox.id == row.id))).scalar_one()


async def test_what_nobody_foresaw_is_given_up_in_the_end(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """And does not block the chat for ever; the log names the fault, not the words."""
    one = world.person("张秀英")
    world.wires["telegram"].faults += [ZeroDivisionError("一二三四") for _ in range(MOST_TRIES)]
    [row, _] = await say(world, one, "一二三四", "五")
    for _ in range(MOST_TRIES):
        await world.later(seconds=LONGEST_PAUSE + 1)
    assert shown(one) == ["五"]
    assert (await kept(world, row)).failed_at is not None
    assert "ZeroDivisionError" in caplog.text
    assert "一二三四" not in caplog.text


async def leased(world: World, actor: Actor, words: str) -> None:
    """A row that a process leased and then died."""
    async with world.app.database.write() as session:
        OutboxWriter(session, world.now).reply(actor.channel, actor.id, Say(words).pack())
        session.info.pop(WRITTEN)


async def test_a_lease_that_ended_is_taken_over(world: World) -> None:
    """Another process leaves a leased row alone, and delivers it once its lease has run out; it may have been shown
    before, and says so."""
    one = world.person("张秀英")
    await leased(world, one, "还没说")
    world.now += outbox.LEASE - timedelta(seconds=1)
    async with world.app.database.write() as session:
        assert not await outbox.claim(session, world.now)
    await world.later(seconds=2)
    assert shown(one) == ["（怕您没收到，再发一次）\n还没说"]


async def test_two_couriers_deliver_each_row_once(world: World) -> None:
    """Whoever claims a row first has it."""
    one = world.person("张秀英")
    second = Courier(world.app.database, world.app.office, world.app.bots, lambda: world.now)
    await leased(world, one, "一")
    await leased(world, one, "二")
    world.now += outbox.LEASE + timedelta(seconds=1)
    second.start()
    world.app.courier.wake()
    await world.quiet()
    await second.stop()
    await world.quiet()
    assert sorted(text[-1] for text in shown(one)) == ["一", "二"]


async def test_the_only_process_takes_over_at_once(world: World) -> None:
    """On SQLite nobody else can hold a lease: after a crash nothing waits for one to end."""
    one = world.person("张秀英")
    await leased(world, one, "还没说")
    await world.app.courier.stop()
    again = Courier(world.app.database, world.app.office, world.app.bots, lambda: world.now)
    again.start()
    world.app.courier = again
    await again.settled(one.channel, one.id)
    await world.quiet()
    while not shown(one):
        await say(world, world.person("别人"), "甲")
        await world.quiet()
    assert shown(one) == ["（怕您没收到，再发一次）\n还没说"]


async def test_a_stopped_courier_lets_go_of_what_it_holds(world: World) -> None:
    """The next process need not wait for the leases of one that ended politely."""
    one = world.person("张秀英")
    world.wires["telegram"].faults.append(network())
    rows = await say(world, one, "一", "二")
    await world.app.courier.stop()
    assert [(await kept(world, row)).leased_until for row in rows] == [None, None]


# -- people who are gone


async def test_a_member_of_staff_who_is_gone_is_reported_once(world: World) -> None:
    """Blocked: marked as unreachable, and the manager of the area hears so, once however much is undelivered."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    world.wires["telegram"].blocked.add(worker.id)
    gone = await world.who(worker)
    async with world.app.database.write() as session:
        writer = OutboxWriter(session, world.now)
        for _ in range(3):
            writer.notice(gone.id, "unreachable", who=gone.id)
        session.info.pop(WRITTEN)
    await world.later(minutes=2)
    assert (await world.who(worker)).unreachable_at is not None
    assert sum("联系不上" in text for text in shown(manager)) == 1


# -- long words and files


async def test_a_long_text_is_split_and_the_buttons_stay_below(world: World) -> None:
    """More than the Bot API allows goes as several messages, whole, in order."""
    one = world.person("张秀英")
    sentence = "这是第{}句话，说得很清楚，一个字也不能少。"
    whole = "".join(sentence.format(n) for n in range(600))
    await say(world, one, f"<b>{whole}</b>")
    await world.quiet()
    assert len(one.shown) > 2
    assert "".join(shown(one)) == whole
    assert all(part.endswith("。") for part in shown(one))


async def pass_on(world: World, send: Callable[[Actor, Actor], Any]) -> tuple[Actor, Actor]:
    """A resident on the web sends something to a worker on Telegram, in an open request."""
    worker = await world.staff("李敏")
    resident = await world.resident(channel="web")
    await resident.says("转人工")
    await resident.says("楼道灯坏了")
    await worker.clicks("受理")
    await resident.clicks("补充说明")
    worker.seen = len(worker.shown)
    await send(resident, worker)
    return resident, worker


def downloads(world: World, monkeypatch: pytest.MonkeyPatch, found: dict[str, bytes | Exception]) -> None:
    """What the web chat gives for its files."""

    async def download(file: str, *_: Any, **__: Any) -> BytesIO:
        content = found.get(file, b"")
        if isinstance(content, Exception):
            raise content
        return BytesIO(content)

    monkeypatch.setattr(world.app.bots["web"], "download", download)


def photo(name: str) -> dict[str, Any]:
    return {"photo": [{"file_id": name, "file_unique_id": name, "width": 9, "height": 9}]}


async def test_a_file_goes_to_another_channel_as_bytes(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its bytes are fetched where it lies; within one channel its id is enough."""
    downloads(world, monkeypatch, {"web-1": b"the leak"})
    _, worker = await pass_on(world, lambda r, _: r.says(None, caption="漏得厉害", **photo("web-1")))
    method = worker.sees("漏得厉害").method
    assert isinstance(method, SendPhoto)
    assert isinstance(method.photo, BufferedInputFile)
    assert method.photo.data == b"the leak"
    await worker.says(None, caption="收到", reply_to=worker.last, **photo("tg-1"))
    calls = [m for m in world.wires["web"].calls if isinstance(m, SendPhoto)]
    assert len(calls) == 1


async def test_an_album_stays_one(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pictures sent together arrive together, the words on the first, in their order."""
    downloads(world, monkeypatch, {f"web-{n}": str(n).encode() for n in range(3)})

    async def album(resident: Actor, _: Actor) -> None:
        for n in range(3):
            await resident.says(None, caption="漏水" if n == 0 else None, media_group_id="a", **photo(f"web-{n}"))

    _, worker = await pass_on(world, album)
    await world.later(seconds=10)
    method = worker.sees("漏水").method
    assert isinstance(method, SendMediaGroup)
    assert [m.media.data for m in method.media] == [b"0", b"1", b"2"]  # type: ignore[union-attr]


async def test_a_file_that_is_lost_leaves_its_words(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever reads hears that a file is missing, and the words still find their way."""
    downloads(world, monkeypatch, {"web-1": bad("wrong file identifier")})
    _, worker = await pass_on(world, lambda r, _: r.says(None, caption="漏得厉害", **photo("web-1")))
    assert worker.sees("漏得厉害", "没能转过来").kind == "message"


async def test_a_file_too_large_to_leave_its_channel_leaves_a_note(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A bot cannot fetch it: whoever is on the web reads its name and size, in the card and in the talk, and nothing is
    tried in vain; whoever is on Telegram gets it by its id."""
    monkeypatch.setattr(world.app.bots["telegram"], "download", None)
    worker = await world.staff("李敏", channel="web")
    resident = await world.resident()
    video = {"file_id": "V", "file_unique_id": "v", "width": 9, "height": 9, "duration": 60, "file_size": 63_000_000}
    await resident.says(None, caption="楼道灯坏了", video={**video, "file_name": "楼道.mp4"})
    resident.sees("60 MB", "太大了", "20 MB", "拍张照片")
    await resident.clicks("确认登记")
    worker.sees("其中 1 个超过 20 MB")
    worker.sees("楼道.mp4", "60 MB", "只能在 Telegram 里看")
    [request] = await world.requests()
    assert [f["file"] for f in request.files] == ["V"]
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.presses(Act(act="files", id=request.id).pack())
    assert manager.last.kind == "video"


async def test_a_file_that_is_refused_leaves_its_words(world: World) -> None:
    """The Bot API may not know a file any more, or find it too large, only when it is sent."""
    worker = await world.staff("李敏")
    resident = await world.resident()
    await resident.says("转人工")
    await resident.says("楼道灯坏了")
    await worker.clicks("受理")
    await resident.clicks("补充说明")
    worker.seen = len(worker.shown)
    wire = world.wires["telegram"]
    make = wire.make_request

    async def refuse(bot: Any, method: Any, timeout: int | None = None) -> Any:
        if isinstance(method, SendPhoto):
            raise TelegramEntityTooLarge(method, "Request Entity Too Large")
        return await make(bot, method, timeout)

    wire.make_request = refuse  # type: ignore[method-assign]
    await resident.photo(caption="漏得厉害")
    worker.sees("漏得厉害", "没能转过来")


async def test_a_long_caption_is_a_message_of_its_own(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """More words than a caption may have come before the file, whole."""
    downloads(world, monkeypatch, {"web-1": b"1"})
    words = "漏得很厉害。" * 300
    _, worker = await pass_on(world, lambda r, _: r.says(None, caption=words, **photo("web-1")))
    before, picture = worker.unread[:2]
    assert words in before.text.replace("\n", "")
    assert picture.kind == "photo"
    assert picture.text == ""


async def test_what_was_shown_is_not_shown_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the second part of a notice fails, only that part is tried again."""
    downloads(world, monkeypatch, {"web-1": b"1"})
    wire = world.wires["telegram"]
    make, failures = wire.make_request, [network(), network()]

    async def flaky(bot: Any, method: Any, timeout: int | None = None) -> Any:
        if isinstance(method, SendPhoto) and failures:
            raise failures.pop()
        return await make(bot, method, timeout)

    wire.make_request = flaky  # type: ignore[method-assign]
    words = "漏得很厉害。" * 300
    _, worker = await pass_on(world, lambda r, _: r.says(None, caption=words, **photo("web-1")))
    for _ in range(4):
        await world.later(seconds=5)
    assert not failures
    assert sum("漏得很厉害" in text for text in shown(worker)) == 1
    assert worker.last.kind == "photo"


async def test_an_edit_waits_until_what_it_changes_is_written_down(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody puts their words right the moment they were shown: the copy still changes."""
    resident, worker = await pass_on(world, lambda resident, _: resident.says("住三栋"))
    settle, away = outbox.settle, True

    async def later(session: AsyncSession, results: Sequence[Sent], now: datetime) -> None:
        if away and results:
            raise ConnectionResetError
        await settle(session, results, now)

    monkeypatch.setattr(outbox, "settle", later)
    gate, bot, book = world.app.gate, world.app.bots["web"], world.app.courier._book
    said = resident._message("住五栋", None)
    async with asyncio.timeout(20):
        await gate.handle(bot, Update(update_id=901, message=said))
        while not any("住五栋" in text for text in shown(worker)):  # noqa: ASYNC110 - the wire has no bell
            await asyncio.sleep(0.01)
        put_right = said.model_copy(update={"text": "住六栋", "edit_date": 1})
        await gate.handle(bot, Update(update_id=902, edited_message=put_right))
        while not any(result.error == NotYet.__name__ for result in book.results):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    away = False
    await world.later(seconds=1)
    assert worker.last.edited
    assert "住六栋" in worker.last.text


async def test_a_channel_that_is_off_is_waited_for(world: World) -> None:
    """What is meant for a channel that does not run now stays in the outbox."""
    one = world.person("张秀英")
    bots, world.app.courier.bots = world.app.courier.bots, {}
    [row] = await say(world, one, "一")
    await world.quiet()
    assert (await kept(world, row)).failed_at is None
    world.app.courier.bots = bots
    await world.later(minutes=2)
    assert shown(one) == ["一"]


async def test_a_row_of_nobody_is_put_away(world: World) -> None:
    """A notice for somebody whose chat was erased is neither sent nor tried for ever."""
    resident = await world.resident()
    person = await world.who(resident)
    async with world.app.database.write() as session:
        row = OutboxWriter(session, world.now).notice(
            person.id, "unreachable", who=person.id, delay=timedelta(seconds=5)
        )
        await session.flush()
        await session.execute(
            update(type(person)).where(type(person).id == person.id).values(channel=None, chat_id=None)
        )
    await world.later(seconds=6)
    assert (await kept(world, row)).error == "nobody to tell"
