"""The stand-in itself, asked by aiogram's own client: it must be as strict as what it stands in for."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from io import BytesIO
from typing import Any

import aiohttp
import pytest
from aiogram import Bot, Dispatcher
from aiogram import exceptions as no
from aiogram import types as t
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web

from tests.live.botapi import BotApi
from tests.live.markup import parse_html
from tests.live.people import JPEG, Person


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    async with Bot(api.token, AiohttpSession(api=TelegramAPIServer.from_base(api.url))) as client:
        yield client


@pytest.fixture
async def wang(api: BotApi) -> Person:
    person = Person(api, 7, "王秀英")
    await person.send("/start")
    return person


def button(text: str, data: str | None = None, url: str | None = None) -> t.InlineKeyboardMarkup:
    only = t.InlineKeyboardButton(text=text, callback_data=data, url=url)
    return t.InlineKeyboardMarkup(inline_keyboard=[[only]])


def jpeg(extra: bytes = b"") -> t.BufferedInputFile:
    return t.BufferedInputFile(JPEG + extra, "门口.jpg")


async def test_an_update_waits_until_a_greater_offset_confirms_it(bot: Bot, wang: Person) -> None:
    """Offset N forgets everything below N; until then the same updates come again, at most `limit`."""
    for text in "一二三":
        await wang.send(text)
    first = await bot.get_updates()
    assert [u.message.text for u in first if u.message] == ["/start", "一", "二", "三"]
    assert await bot.get_updates() == first
    assert await bot.get_updates(limit=2) == first[:2]
    assert await bot.get_updates(offset=first[1].update_id) == first[1:]
    assert await bot.get_updates() == first[1:]
    assert await bot.get_updates(offset=-1) == first[3:]
    assert await bot.get_updates(offset=first[3].update_id + 1) == []
    wang.resend(first[1].update_id)
    assert await bot.get_updates(offset=first[3].update_id + 1) == first[1:2]
    assert await bot.get_updates(offset=first[1].update_id + 1) == []


async def test_a_long_poll_ends_when_something_happens(bot: Bot, wang: Person) -> None:
    """A poll with a timeout answers at once with what comes, and leaves out kinds nobody wanted."""
    seen = await bot.get_updates(allowed_updates=["edited_message"])
    poll = asyncio.create_task(bot.get_updates(offset=seen[-1].update_id + 1, timeout=30))
    said = await wang.send("水管漏了")
    await wang.edit(said, "厨房水管漏了")
    (update,) = await asyncio.wait_for(poll, 5)
    assert update.edited_message
    assert update.edited_message.text == "厨房水管漏了"


async def test_a_second_poll_is_refused_and_a_dead_one_forgotten(api: BotApi, bot: Bot, wang: Person) -> None:
    """Only one process may poll; when its connection is gone the next one may."""
    seen = await bot.get_updates()
    url, query = f"{api.url}/bot{api.token}/getUpdates", {"offset": seen[-1].update_id + 1, "timeout": 30}
    async with aiohttp.ClientSession() as other:
        poll = asyncio.create_task(other.post(url, json=query))
        assert await api.until(lambda: api.bot.polling, 5)
        with pytest.raises(no.TelegramConflictError, match="terminated by other getUpdates"):
            await bot.get_updates()
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
    assert await api.until(lambda: not api.bot.polling, 5)
    assert await bot.get_updates() == []


Refusals = dict[str, tuple[Callable[[Bot], Awaitable[object]], str]]
REFUSED: Refusals = {
    "long": (lambda b: b.send_message(7, "字" * 4097), "message is too long"),
    "empty": (lambda b: b.send_message(7, " \n "), "message text is empty"),
    "stranger": (lambda b: b.send_message(8, "在吗"), "chat not found"),
    "unclosed": (
        lambda b: b.send_message(7, "<b>急", parse_mode="HTML"),
        "can't parse entities: Can't find end",
    ),
    "unknown tag": (lambda b: b.send_message(7, "<p>急</p>", parse_mode="HTML"), 'Unsupported start tag "p"'),
    "crossed": (
        lambda b: b.send_message(7, "<b><i>急</b></i>", parse_mode="HTML"),
        "Unmatched end tag at byte",
    ),
    "less": (lambda b: b.send_message(7, "3 < 5", parse_mode="HTML"), "Unsupported start tag"),
    "cut": (lambda b: b.send_message(7, "<a href='x", parse_mode="HTML"), "Unclosed start tag"),
    "data": (lambda b: b.send_message(7, "?", reply_markup=button("是", "是" * 22)), "BUTTON_DATA_INVALID"),
    "no action": (lambda b: b.send_message(7, "?", reply_markup=button("是")), "Text buttons are unallowed"),
    "link": (
        lambda b: b.send_message(7, "?", reply_markup=button("看", url="http://localhost/")),
        "Wrong HTTP URL",
    ),
    "caption": (lambda b: b.send_photo(7, jpeg(), caption="字" * 1025), "message caption is too long"),
    "picture": (lambda b: b.send_photo(7, t.BufferedInputFile(b"%PDF", "a.jpg")), "IMAGE_PROCESS_FAILED"),
    "file id": (lambda b: b.send_photo(7, "photo-1-1"), "wrong file identifier"),
    "empty file": (lambda b: b.send_document(7, t.BufferedInputFile(b"", "a.txt")), "file must be non-empty"),
    "album of one": (lambda b: b.send_media_group(7, [t.InputMediaPhoto(media=jpeg())]), "2-10 items"),
    "album of 11": (
        lambda b: b.send_media_group(7, [t.InputMediaPhoto(media=jpeg())] * 11),
        "too many messages",
    ),
    "reply": (
        lambda b: b.send_message(7, "好", reply_parameters=t.ReplyParameters(message_id=1)),
        "message to be replied not found",
    ),
    "edit": (lambda b: b.edit_message_text("好", chat_id=7, message_id=1), "message to edit not found"),
    "query": (lambda b: b.answer_callback_query("1"), "query ID is invalid"),
    "file": (lambda b: b.get_file("x"), "invalid file_id"),
    "command": (
        lambda b: b.set_my_commands([t.BotCommand(command="帮助", description="x")]),
        "COMMAND_INVALID",
    ),
    "markdown": (lambda b: b.send_message(7, "*急*", parse_mode="MarkdownV2"), "unsupported parse_mode"),
}


async def test_what_telegram_refuses_is_refused_in_its_words(bot: Bot, wang: Person) -> None:
    """Each limit and mistake gets 400 with Telegram's description, and shows the person nothing."""
    for case, (call, words) in REFUSED.items():
        with pytest.raises(no.TelegramBadRequest) as refused:
            await call(bot)
        assert str(refused.value).startswith("Telegram server says - Bad Request: "), case
        assert words in str(refused.value), case
    assert wang.messages == []


@pytest.mark.parametrize(
    ("source", "text", "entities"),
    [
        ("a &amp; b &lt;x&gt; &quot; &#39;&#x4e2d; AT&T &nbsp;", "a & b <x> \" '中 AT&T &nbsp;", []),
        ("😀<b>急</b>", "😀急", [("bold", 2, 1)]),
        ("<b>一<i>二</i></b>", "一二", [("bold", 0, 2), ("italic", 1, 1)]),
        ('<a href="https://a.cn/?x=1&amp;y=>">看</a>', "看", [("text_link", 0, 1)]),
        ("<blockquote expandable>引</blockquote><b></b>", "引", [("expandable_blockquote", 0, 1)]),
    ],
)
def test_html_becomes_text_and_entities(source: str, text: str, entities: list[tuple[str, int, int]]) -> None:
    """Markup is taken out as Telegram does it, offsets counted in UTF-16 units."""
    plain, found = parse_html(source)
    assert (plain, [(e["type"], e["offset"], e["length"]) for e in found]) == (text, entities)


async def test_a_message_is_kept_trimmed_and_up_to_the_limit(bot: Bot, wang: Person) -> None:
    """4096 characters after parsing are allowed, and outer white space is cut with the entities moved."""
    assert len((await bot.send_message(7, "<b>" + "字" * 4096 + "</b>", parse_mode="HTML")).text or "") == 4096
    sent = await bot.send_message(7, "\n 你<b>好</b> \x00", parse_mode="HTML")
    assert (sent.text, [(e.type, e.offset) for e in sent.entities or []]) == ("你好", [("bold", 1)])
    assert wang.messages[-1].text == "你好"


async def test_files_go_both_ways(api: BotApi, bot: Bot, wang: Person) -> None:
    """What a person sends can be fetched and sent on by its id; what a bot uploads arrives whole."""
    said = await wang.photo(JPEG + b"1", caption="楼道")
    photo = (await bot.get_updates(offset=-1))[0].message
    assert photo
    assert photo.photo
    assert isinstance(got := await bot.download(photo.photo[-1].file_id), BytesIO)
    assert got.read() == JPEG + b"1" != api.files[photo.photo[0].file_id].data
    again = await bot.send_photo(7, photo.photo[-1].file_id, caption="<i>转</i>", parse_mode="HTML")
    assert wang.data_of(wang.messages[-1]) == wang.data_of(said)
    assert again.caption_entities
    name = "证明 材料.pdf"
    document = (await bot.send_document(7, t.BufferedInputFile(b"%PDF-1", name))).document
    assert document
    assert (document.file_name, document.mime_type) == (name, "application/pdf")
    with pytest.raises(no.TelegramBadRequest, match="can't use file of type Document as Photo"):
        await bot.send_photo(7, document.file_id)
    await wang.document("大.zip", b"PK", size=21 << 20)
    big = (await bot.get_updates(offset=-1))[0].message
    assert big
    assert big.document
    with pytest.raises(no.TelegramBadRequest, match="file is too big"):
        await bot.get_file(big.document.file_id)


async def test_an_album_is_several_messages_of_one_group(bot: Bot, wang: Person) -> None:
    """In either direction; pictures and documents do not mix."""
    await wang.album([None, None, None], caption="三张")
    updates = [u.message for u in (await bot.get_updates())[1:] if u.message]
    assert [m.caption for m in updates] == ["三张", None, None]
    assert len({m.media_group_id for m in updates}) == 1
    sent = await bot.send_media_group(7, [t.InputMediaPhoto(media=jpeg(b"1")), t.InputMediaPhoto(media=jpeg(b"2"))])
    assert len({m.media_group_id for m in sent}) == 1
    assert [wang.data_of(m)[-1:] for m in wang.messages] == [b"1", b"2"]
    with pytest.raises(no.TelegramBadRequest, match="document can't be mixed"):
        await bot.send_media_group(7, [t.InputMediaPhoto(media=jpeg()), t.InputMediaDocument(media=jpeg())])


async def test_other_kinds_of_message_arrive(bot: Bot, wang: Person) -> None:
    """Each kind is understood by the real client, from the bot and from the person."""
    file = t.BufferedInputFile(b"data", "a.bin")
    for send in (bot.send_voice, bot.send_audio, bot.send_video, bot.send_animation, bot.send_sticker):
        await send(7, file)
    await bot.send_location(7, 29.5, 106.5)
    kinds = ["voice", "audio", "video", "animation", "sticker", "location"]
    assert [m.kind for m in wang.messages] == kinds
    for say in (wang.voice, wang.video, wang.sticker):
        await say()
    await wang.location(29.5, 106.5)
    await wang.contact("13800138000")
    updates = [u.message for u in (await bot.get_updates())[1:] if u.message]
    assert [m.content_type for m in updates] == [
        "voice",
        "video",
        "sticker",
        "location",
        "contact",
    ]


async def test_a_button_is_pressed_and_the_card_changes(api: BotApi, bot: Bot, wang: Person) -> None:
    """A press reaches the bot with its message; the answer, the edit and its refusals are as in Telegram."""
    await bot.send_message(7, "诉求 1", reply_markup=button("✅ 受理", "ack:1"))
    await bot.send_message(7, "没有按钮")
    press = await wang.click("受理")
    query = (await bot.get_updates(offset=-1))[0].callback_query
    assert query
    assert isinstance(query.message, t.Message)
    assert (query.data, query.message.text) == ("ack:1", "诉求 1")
    await bot.answer_callback_query(query.id, "已受理")
    await wang.answered(press)
    assert await wang.toast("受理") == "已受理"
    with pytest.raises(no.TelegramBadRequest, match="query is too old"):
        await bot.answer_callback_query(query.id)
    wang.read_all()
    card = query.message.message_id
    await bot.edit_message_text("诉求 1 · 已受理", chat_id=7, message_id=card)
    assert (await wang.sees("已受理")).buttons == []
    with pytest.raises(no.TelegramBadRequest, match="message is not modified"):
        await bot.edit_message_text("诉求 1 · 已受理", chat_id=7, message_id=card)
    with pytest.raises(no.TelegramBadRequest, match="there is no caption"):
        await bot.edit_message_caption(chat_id=7, message_id=card, caption="x")
    await bot.edit_message_text("诉求 1 · 已受理", chat_id=7, message_id=card, reply_markup=button("办结", "done:1"))
    assert wang.unread == []
    with pytest.raises(AssertionError, match=r"(?s)no button «转办»; there are \['办结'\].*已受理 \[办结\]"):
        await wang.click("转办")
    assert [c.method for c in api.calls if c.error is None][-1] == "editMessageText"


async def test_a_reply_keyboard_types_its_label(bot: Bot, wang: Person) -> None:
    """Keys of the menu are said as text; replies carry the message replied to."""
    keys = t.ReplyKeyboardMarkup(keyboard=[[t.KeyboardButton(text="我要办事"), t.KeyboardButton(text="设置")]])
    sent = await bot.send_message(7, "请选择", reply_markup=keys)
    assert wang.buttons() == ["我要办事", "设置"]
    await wang.click("办事")
    await wang.send("就这个", reply_to=wang.messages[-1])
    *_, typed, reply = [u.message for u in await bot.get_updates() if u.message]
    assert typed.text == "我要办事"
    assert reply.reply_to_message
    assert reply.reply_to_message.message_id == sent.message_id


async def test_reading_goes_forward_and_failing_shows_the_chat(bot: Bot, wang: Person) -> None:
    """A message is seen once; what never comes fails with everything that was said."""
    await bot.send_message(7, "第一条")
    await bot.send_message(7, "第二条")
    later = asyncio.create_task(wang.sees("第三条"))
    await bot.send_message(7, "第三条")
    assert (await later).text == "第三条"
    with pytest.raises(AssertionError, match=r"(?s)did not see «第二条».*王秀英: /start.*bot: 第二条"):
        await wang.sees("第二条", timeout=0)
    assert await wang.sees("第二条", since=0)


async def test_a_group_has_its_own_chat(bot: Bot, wang: Person) -> None:
    """The same person in a group speaks and reads there, not in private."""
    there = wang.in_group(-100)
    await there.send("大家好")
    await bot.send_message(-100, "请私聊我")
    await there.sees("私聊")
    assert wang.messages == []
    message = (await bot.get_updates(offset=-1))[0].message
    assert message
    assert (message.chat.type, message.chat.id) == ("supergroup", -100)


async def test_faults_come_as_often_as_asked(api: BotApi, bot: Bot, wang: Person) -> None:
    """Rate limits, server errors, lost connections and lost answers, each for the calls it is meant for."""
    api.fail("sendMessage", chat_id=7, code=429, retry_after=3)
    api.fail(code=502)
    api.fail(code="drop")
    api.fail(code="drop", late=True)
    with pytest.raises(no.TelegramRetryAfter) as limited:
        await bot.send_message(7, "1")
    assert limited.value.retry_after == 3
    with pytest.raises(no.TelegramServerError, match="Bad Gateway"):
        await bot.send_message(7, "2")
    for text in ("3", "4"):
        with pytest.raises(no.TelegramNetworkError):
            await bot.send_message(7, text)
    api.fail(code="slow", delay=5)
    with pytest.raises(no.TelegramNetworkError, match="timeout"):
        await bot.send_message(7, "5", request_timeout=1)
    await bot.send_message(7, "6")
    assert [m.text for m in wang.messages] == ["4", "5", "6"]
    api.fail(times=None, code=403)
    for _ in range(3):
        with pytest.raises(no.TelegramForbiddenError):
            await bot.send_message(7, "7")
    api.heal()
    assert await bot.send_message(7, "8")


async def test_people_block_come_back_and_vanish(api: BotApi, bot: Bot, wang: Person) -> None:
    """A block is 403 and told as an update; a vanished chat is not found."""
    api.block(7)
    with pytest.raises(no.TelegramForbiddenError, match="bot was blocked by the user"):
        await bot.send_message(7, "在吗")
    change = (await bot.get_updates(offset=-1))[0].my_chat_member
    assert change
    assert change.new_chat_member.status == "kicked"
    api.unblock(7)
    await bot.send_message(7, "在吗")
    api.vanish(7)
    with pytest.raises(no.TelegramBadRequest, match="chat not found"):
        await bot.send_message(7, "在吗")


async def test_strangers_and_unknown_methods_are_turned_away(api: BotApi, bot: Bot) -> None:
    """A wrong token is 401, an unknown method 404, and one bot's chats and files are not another's."""
    server = TelegramAPIServer.from_base(api.url)
    async with Bot("1:wrong", AiohttpSession(api=server)) as stranger:
        with pytest.raises(no.TelegramUnauthorizedError):
            await stranger.get_me()
    with pytest.raises(no.TelegramAPIError, match="Not Found"):
        await bot.get_star_transactions()
    assert (await bot.me()).username == "stand_in_1_bot"
    assert await bot.set_my_commands([t.BotCommand(command="settings", description="设置")])
    assert api.bot.commands[""] == [{"command": "settings", "description": "设置"}]
    async with aiohttp.ClientSession() as http, http.get(f"{api.url}/file/bot{api.token}/photos/x") as got:
        assert got.status == 404


async def test_a_webhook_is_served_with_its_secret_until_it_takes_the_update(
    api: BotApi, bot: Bot, wang: Person
) -> None:
    """Updates arrive in order at aiogram's handler; failures are retried."""
    dispatcher, failures = Dispatcher(), [500, 401]

    @dispatcher.message()
    async def echo(message: t.Message) -> None:
        await message.answer(f"听到 {message.text}")

    @web.middleware
    async def flaky(request: web.Request, handler: Any) -> web.StreamResponse:
        return web.Response(status=failures.pop()) if failures else await handler(request)

    app = web.Application(middlewares=[flaky])
    handler = SimpleRequestHandler(dispatcher, bot, handle_in_background=False, secret_token="s-1")
    app.router.add_post("/hook", handler.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = runner.addresses[0][1]
    with pytest.raises(no.TelegramBadRequest, match="HTTPS URL"):
        await bot.set_webhook("http://example.org/hook")
    await bot.set_webhook(f"http://127.0.0.1:{port}/hook", secret_token="s-1")
    with pytest.raises(no.TelegramConflictError, match="webhook is active"):
        await bot.get_updates()
    await wang.send("还有谁")
    await wang.sees("听到 /start")
    await wang.sees("听到 还有谁")
    info = await bot.get_webhook_info()
    assert (info.pending_update_count, info.last_error_message) == (
        0,
        "Wrong response from the webhook: 500 Internal Server Error",
    )
    await bot.delete_webhook()
    assert await bot.get_updates() == []
    await runner.cleanup()
