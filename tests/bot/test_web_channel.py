"""The web chat as a channel: what browsers say becomes updates, what the bot says reaches browsers, and
nothing is lost or doubled on the way."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiogram.exceptions import TelegramBadRequest, TelegramEntityTooLarge, TelegramForbiddenError, TelegramNetworkError
from aiogram.methods import GetChat
from aiogram.types import (
    BufferedInputFile,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyKeyboardRemove,
    ReplyParameters,
)
from sqlalchemy.exc import OperationalError
from web_browser import Office, open_office

from storage import database as storage_database

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
OGG = b"OggS\x00\x02" + bytes(40)


@pytest.fixture
async def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Office]:
    monkeypatch.setattr(storage_database, "SQLITE_BUSY_SECONDS", 0.05)
    async with open_office(tmp_path) as office:
        yield office


def keyboard(*data: str) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text=one, callback_data=one)] for one in data])


async def test_text_becomes_an_update_and_a_line(office: Office) -> None:
    """What is typed is acknowledged, shown, and given to the handler as Telegram would give it."""
    async with office.browser() as browser:
        await browser.enter()
        ack = await browser.send(type="text", text="  家里漏水了 \x00\ud83d ")
        (update,) = await office.got(1)
        message = update.message
        assert message is not None
        assert (message.text, message.chat.id, message.chat.type) == ("家里漏水了", browser.chat, "private")
        assert ack == {"type": "ack", "client_id": "c1", "message_ids": [message.message_id]}
        assert message.from_user is not None
        assert (message.from_user.id, message.from_user.language_code) == (browser.chat, "zh")
        assert message.date == office.time
        shown = await browser.sees(lambda m: m["mine"])
        assert (shown["id"], shown["text"], shown["client_id"]) == (message.message_id, "家里漏水了", "c1")


async def test_a_command_is_marked(office: Office) -> None:
    """A command carries the entity that command filters look for."""
    async with office.browser() as browser:
        await browser.enter()
        await browser.send(type="text", text="/start area-x")
        (update,) = await office.got(1)
        mark = update.model_dump(exclude_none=True)["message"]["entities"][0]
        assert mark == {"type": "bot_command", "offset": 0, "length": 6}


async def test_the_same_thing_sent_again_is_acknowledged_not_doubled(office: Office) -> None:
    """A resent client id, also over a new connection, gets the first receipt and no second update."""
    async with office.browser() as browser:
        await browser.enter()
        first = await browser.send(client_id="same", type="text", text="一")
        again = await browser.send(client_id="same", type="text", text="一")
        await browser.look()
        third = await browser.send(client_id="same", type="text", text="一")
        await browser.send(type="text", text="二")
        updates = await office.got(2)
        assert first == again == third
        assert [u.message and u.message.text for u in updates] == ["一", "二"]


async def test_one_chat_in_order_chats_in_parallel(office: Office) -> None:
    """A chat whose update takes long holds back its own next one and nobody else's."""
    gate = asyncio.Event()

    async def slow_for_one(_bot: Any, update: Any) -> None:
        if update.message.text == "慢":
            await gate.wait()

    office.answer = slow_for_one
    async with office.browser() as one, office.browser() as other:
        await one.enter()
        await other.enter()
        for text in ("慢", "后"):
            await one.send(type="text", text=text)
        await other.send(type="text", text="别人")
        assert [u.message and u.message.text for u in await office.got(1)] == ["别人"]
        gate.set()
        assert [u.message and u.message.text for u in await office.got(3)] == ["别人", "慢", "后"]


async def test_a_button_and_its_answer(office: Office) -> None:
    """A pressed button becomes a callback query with its message; the answer is a toast, the choice stays."""
    async with office.browser() as browser:
        await browser.enter()
        bot = office.channel.bot
        sent = await bot.send_message(browser.chat, "确认吗？", reply_markup=keyboard("yes", "no"))
        await browser.send(type="click", message_id=sent.message_id, data="yes")
        (update,) = await office.got(1)
        query = update.callback_query
        assert query is not None
        assert query.message is not None
        assert (query.id, query.data, query.from_user.id) == (str(update.update_id), "yes", browser.chat)
        assert query.message.message_id == sent.message_id
        assert query.message.reply_markup == sent.reply_markup
        await query.answer("好的", show_alert=True)
        toast = await browser.hear("toast")
        assert (toast["text"], toast["alert"], toast["message_id"]) == ("好的", True, sent.message_id)
        assert (await browser.sees(lambda m: m.get("chosen")))["chosen"] == "yes"
        await query.message.edit_text("已确认")
        edited = await browser.sees(lambda m: m["text"] == "已确认")
        assert (edited["id"], edited["buttons"], edited.get("chosen")) == (sent.message_id, [], None)


async def test_a_button_that_is_not_there(office: Office) -> None:
    """A click on another chat's message, on an own message or on none is refused for good."""
    async with office.browser() as browser, office.browser() as other:
        await browser.enter()
        await other.enter()
        own = (await browser.send(type="text", text="我"))["message_ids"][0]
        theirs = await office.channel.bot.send_message(other.chat, "?", reply_markup=keyboard("x"))
        for message_id in (own, theirs.message_id, 99_999):
            answer = await browser.send(type="click", message_id=message_id, data="x")
            assert (answer["type"], answer["reason"]) == ("refused", "gone")


async def test_an_edit_is_passed_on(office: Office) -> None:
    """An edited text reaches the handler as an edited message; only one's own texts can be edited."""
    async with office.browser() as browser:
        await browser.enter()
        (message_id,) = (await browser.send(type="text", text="三号楼"))["message_ids"]
        said = await office.channel.bot.send_message(browser.chat, "好")
        office.later(seconds=30)
        await browser.send(type="edit", message_id=message_id, text="五号楼")
        edited = (await office.got(2))[1].edited_message
        assert edited is not None
        assert (edited.message_id, edited.text) == (message_id, "五号楼")
        assert edited.edit_date == int(office.time.timestamp())
        assert (await browser.sees(lambda m: m["edited"]))["text"] == "五号楼"
        assert (await browser.send(type="edit", message_id=said.message_id, text="坏"))["reason"] == "gone"


async def test_a_reply_keeps_its_thread_both_ways(office: Office) -> None:
    """Answering a message carries which one, with a quote of it, from the resident and from the bot."""
    async with office.browser() as browser:
        await browser.enter()
        asked = await office.channel.bot.send_message(browser.chat, "哪一栋？")
        await browser.send(type="text", text="三栋", reply_to=asked.message_id)
        message = (await office.got(1))[0].message
        assert message is not None
        assert message.reply_to_message is not None
        assert message.reply_to_message.message_id == asked.message_id
        answer = await message.reply("收到")
        quote = (await browser.sees(lambda m: m["id"] == answer.message_id))["reply"]
        assert quote == {"id": message.message_id, "from_bot": False, "kind": "text", "text": "三栋"}
        with pytest.raises(TelegramBadRequest, match="replied not found"):
            await office.channel.bot.send_message(browser.chat, "?", reply_parameters=ReplyParameters(message_id=12345))


async def test_pictures_chosen_together_are_an_album(office: Office) -> None:
    """Several pictures are consecutive updates with one media group; the bytes can be downloaded."""
    async with office.browser() as browser:
        await browser.enter()
        names = [(await browser.upload(PNG + bytes([i]), f"{i}.png"))[1]["name"] for i in range(3)]
        ack = await browser.send(type="files", files=names, caption="墙")
        messages = [update.message for update in await office.got(3)]
        assert [m and m.message_id for m in messages] == ack["message_ids"]
        assert len({m.media_group_id for m in messages if m}) == 1
        assert messages[0] is not None
        assert messages[0].media_group_id is not None
        assert messages[0].caption == "墙"
        for index, message in enumerate(messages):
            assert message is not None
            assert message.photo is not None
            content = await office.channel.bot.download(message.photo[-1])
            assert content is not None
            assert content.read() == PNG + bytes([index])


async def test_voice_location_and_documents(office: Office) -> None:
    """Voice comes with its length, a place with its coordinates, a document with its name."""
    async with office.browser() as browser:
        await browser.enter()
        voice = (await browser.upload(OGG, "", "audio/ogg"))[1]["name"]
        paper = (await browser.upload(b"%PDF-1.7 x", "../../合同\u202e.pdf"))[1]["name"]
        await browser.send(type="voice", file=voice, seconds=3.6)
        await browser.send(type="location", latitude=29.7, longitude=106.6)
        await browser.send(type="files", files=[paper])
        spoken, place, document = [update.message for update in await office.got(3)]
        assert spoken is not None
        assert spoken.voice is not None
        assert (spoken.voice.duration, spoken.voice.mime_type) == (4, "audio/ogg")
        assert place is not None
        assert place.location is not None
        assert (place.location.latitude, place.location.longitude) == (29.7, 106.6)
        assert document is not None
        assert document.document is not None
        assert document.document.file_name == "合同.pdf"


async def test_a_browser_that_comes_back_gets_what_it_missed_once(office: Office) -> None:
    """After a break exactly the inserts and edits since the last seen change arrive."""
    async with office.browser() as browser:
        await browser.enter()
        bot = office.channel.bot
        first = await bot.send_message(browser.chat, "一")
        since = (await browser.sees(lambda m: m["text"] == "一"))["change"]
        await browser.leave()
        second = await bot.send_message(browser.chat, "二")
        await bot.edit_message_text("一改", chat_id=browser.chat, message_id=first.message_id)
        await bot.delete_message(browser.chat, second.message_id)
        browser.seen = []
        await browser.look(since)
        await browser.sees(lambda m: m.get("deleted"))
        assert [(m["id"], m.get("text")) for m in browser.seen] == [
            (first.message_id, "一改"),
            (second.message_id, None),
        ]
        await browser.look()
        assert [m["text"] for m in browser.seen] == ["一改"]


async def test_history_comes_in_pages(office: Office) -> None:
    """The last fifty lines come first, older ones when asked for, none twice."""
    async with office.browser() as browser:
        await browser.enter()
        for number in range(70):
            await office.channel.bot.send_message(browser.chat, str(number))
        await browser.look()
        assert [m["text"] for m in browser.seen] == [str(n) for n in range(20, 70)]
        await browser.say({"type": "older", "before": browser.seen[0]["id"]})
        older = await browser.hear("older")
        assert [m["text"] for m in older["messages"]] == [str(n) for n in range(20)]
        assert older["more"] is False


async def test_the_menu_bar_stays_until_replaced(office: Office) -> None:
    """A reply keyboard is there after a reload and a forced reply; removing it removes it."""
    async with office.browser() as browser:
        await browser.enter()
        bot = office.channel.bot
        menu = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="我要办事")]])
        await bot.send_message(browser.chat, "好", reply_markup=menu)
        asked = await bot.send_message(browser.chat, "哪里？", reply_markup=ForceReply(input_field_placeholder="地址"))
        assert (await browser.look())["menu"]["rows"] == [[{"text": "我要办事"}]]
        assert browser.seen[-1]["id"] == asked.message_id
        assert browser.seen[-1]["ask"] == "地址"
        await bot.send_message(browser.chat, "好", reply_markup=ReplyKeyboardRemove())
        assert (await browser.look())["menu"]["rows"] == []


async def test_files_the_bot_sends(office: Office) -> None:
    """A sent file is served to its chat only; sent on to another chat it is that chat's own copy."""
    async with office.browser() as browser, office.browser() as other:
        await browser.enter()
        await other.enter()
        bot = office.channel.bot
        sent = await bot.send_document(browser.chat, BufferedInputFile("数\n".encode(), "汇总.csv"), caption="三月")
        assert sent.document is not None
        assert (sent.document.file_name, sent.caption) == ("汇总.csv", "三月")
        again = await bot.send_document(other.chat, sent.document.file_id)
        assert again.document is not None
        assert again.document.file_id != sent.document.file_id
        for visitor, name, status in (
            (browser, sent.document.file_id, 200),
            (other, sent.document.file_id, 404),
            (other, again.document.file_id, 200),
        ):
            async with visitor.http.get(visitor.url(f"files/{name}")) as answer:
                assert answer.status == status
        await office.channel.forget(browser.chat, office.time)
        assert not (office.folder / "files" / sent.document.file_id[:2] / sent.document.file_id).exists()
        assert await bot.download(again.document.file_id) is not None
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(browser.chat, "还在吗")


async def test_an_album_from_the_bot(office: Office) -> None:
    """A media group arrives as lines of one album and returns one message each."""
    async with office.browser() as browser:
        await browser.enter()
        media = [InputMediaPhoto(media=BufferedInputFile(PNG, f"{i}.png")) for i in range(2)]
        sent = await office.channel.bot.send_media_group(browser.chat, media)
        await browser.sees(lambda m: m["id"] == sent[1].message_id)
        assert len({m["album"] for m in browser.seen}) == len({m.media_group_id for m in sent}) == 1
        with pytest.raises(TelegramBadRequest, match="2 to 10"):
            await office.channel.bot.send_media_group(browser.chat, media[:1])


async def test_telegrams_limits_hold_here_too(office: Office) -> None:
    """What Telegram would refuse is refused with Telegram's error."""
    async with office.browser() as browser:
        await browser.enter()
        bot, chat = office.channel.bot, browser.chat
        assert (await bot.send_message(chat, "<b>" + "长" * 4096 + "</b>")).text == "长" * 4096
        for text in ("长" * 4097, " \n", "<b>开", "<script>x</script>", "</i>"):
            with pytest.raises(TelegramBadRequest):
                await bot.send_message(chat, text)
        with pytest.raises(TelegramBadRequest, match="caption is too long"):
            await bot.send_photo(chat, BufferedInputFile(PNG, "a.png"), caption="长" * 1025)
        with pytest.raises(TelegramBadRequest, match="BUTTON_DATA_INVALID"):
            await bot.send_message(chat, "x", reply_markup=keyboard("长" * 22))
        with pytest.raises(TelegramEntityTooLarge):
            await bot.send_document(chat, BufferedInputFile(bytes(50 * 1024 * 1024 + 1), "a.bin"))
        with pytest.raises(TelegramBadRequest, match="wrong file identifier"):
            await bot.send_photo(chat, "nothing")
        with pytest.raises(TelegramBadRequest, match="getChat is not for"):
            await bot(GetChat(chat_id=chat))
        with pytest.raises(TelegramBadRequest, match="to edit not found"):
            await bot.edit_message_text("x", chat_id=chat, message_id=4242)
        said = await bot.send_message(chat, "同")
        with pytest.raises(TelegramBadRequest, match="not modified"):
            await said.edit_text("同")
        with pytest.raises(TelegramForbiddenError):
            await bot.send_message(await office.channel.new_chat(), "有人吗")


async def test_a_locked_database_loses_nothing(office: Office) -> None:
    """While nothing can be written the browser is told to keep it; sent again later it goes through once."""
    async with office.browser() as browser:
        await browser.enter()
        lock = sqlite3.connect(office.folder / "web.db", isolation_level=None)
        lock.execute("BEGIN IMMEDIATE")
        refused = await browser.send(client_id="kept", type="text", text="着火了")
        assert refused == {"type": "refused", "client_id": "kept", "reason": "unavailable"}
        with pytest.raises(TelegramNetworkError):
            await office.channel.bot.send_message(browser.chat, "x")
        lock.execute("ROLLBACK")
        lock.close()
        assert (await browser.send(client_id="kept", type="text", text="着火了"))["type"] == "ack"
        assert [u.message and u.message.text for u in await office.got(1)] == ["着火了"]


async def test_a_handler_without_database_is_called_again(office: Office) -> None:
    """An update whose handling failed for want of the database is given again, before the next of its chat."""
    failures = [OperationalError("", {}, Exception()), OperationalError("", {}, Exception())]

    async def fail_twice(_bot: Any, _update: Any) -> None:
        if failures:
            raise failures.pop()

    office.answer = fail_twice
    async with office.browser() as browser:
        await browser.enter()
        await browser.send(type="text", text="一")
        await browser.send(type="text", text="二")
        assert [u.message and u.message.text for u in await office.got(2)] == ["一", "二"]


async def test_what_was_not_handled_is_handled_after_a_restart(office: Office) -> None:
    """Updates kept but not handled when the office stopped come first after it opens again, in order."""
    async with office.browser() as browser:
        await browser.enter()
        for text in ("前", "后"):
            content = {"kind": "text", "text": text}
            await office.transcript.receive(browser.chat, text, [content], at=office.time, language=None)
        await browser.leave()
        await office.restart()
        assert [u.message and u.message.text for u in await office.got(2)] == ["前", "后"]
        await office.channel.stop()
        assert await office.transcript.chats_waiting() == []


async def test_stopping_finishes_what_is_under_way(office: Office) -> None:
    """A stop waits for the update being handled, leaves the next one, and sends browsers away to come back."""
    started, gate = asyncio.Event(), asyncio.Event()

    async def wait(_bot: Any, _update: Any) -> None:
        started.set()
        await gate.wait()

    office.answer = wait
    async with office.browser() as browser:
        await browser.enter()
        await browser.send(type="text", text="一")
        await browser.send(type="text", text="二")
        await started.wait()
        stopping = asyncio.create_task(office.channel.stop())
        await asyncio.sleep(0)
        gate.set()
        assert await browser.closed() == 1012
        await stopping
        assert [u.message and u.message.text for u in office.updates] == ["一"]
        assert await office.transcript.chats_waiting() == [browser.chat]
