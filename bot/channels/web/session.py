"""The Bot API for the web chat: what handlers send becomes lines of the transcript and pushes to the page."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from datetime import datetime
from html import escape
from typing import Any, cast

from aiogram import Bot, methods
from aiogram.client.default import Default
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
)
from aiogram.methods.base import TelegramMethod, TelegramType
from aiogram.types import File, InputFile, Message, User
from aiogram.utils.text_decorations import html_decoration

from bot.channels.web.files import SEND_LIMIT, FileRoom, NotAllowedError, TooBigError
from bot.channels.web.markup import clean_html, inline_buttons, menu_bar
from bot.channels.web.updates import bot_user, to_message
from storage.database import is_unavailable
from storage.transcript import Line, Payload, Transcript, UnknownChatError

TEXT_LIMIT = 4096
CAPTION_LIMIT = 1024
ALBUM_SIZES = range(2, 11)
_QUOTE_LENGTH = 80

Tell = Callable[[int, Payload | None], None]
"""Called with a chat and something fleeting for whoever looks now, or None: the transcript has changed."""

_FILE_METHODS: dict[type[TelegramMethod[Any]], str] = {
    methods.SendPhoto: "photo",
    methods.SendVoice: "voice",
    methods.SendAudio: "audio",
    methods.SendVideo: "video",
    methods.SendDocument: "document",
    methods.SendAnimation: "animation",
    methods.SendSticker: "sticker",
}
_WITHOUT_EFFECT = (
    methods.SetMyCommands,
    methods.DeleteMyCommands,
    methods.SetMyName,
    methods.SetMyDescription,
    methods.SetMyShortDescription,
    methods.SetChatMenuButton,
    methods.DeleteWebhook,
    methods.Close,
)
_FILES = "web:"


def quote_of(line: Line | None) -> Payload | None:
    """What an answer keeps of the message it answers, so that it can be shown without it."""
    if line is None:
        return None
    text = line.payload.get("text") or (line.payload.get("file") or {}).get("title") or ""
    kind = line.payload.get("kind", "text")
    return {"id": line.id, "from_bot": line.from_bot, "kind": kind, "text": text[:_QUOTE_LENGTH]}


class WebChatSession(BaseSession):
    """An aiogram session whose server is the transcript.

    Errors are Telegram's: TelegramBadRequest for what it would refuse (and for methods the page has no use
    for), TelegramForbiddenError for a chat nobody was ever let into, TelegramEntityTooLarge for a file over
    50 MB, TelegramNetworkError when the database or the disk cannot be used just now.
    """

    def __init__(self, transcript: Transcript, room: FileRoom, *, now: Callable[[], datetime], tell: Tell) -> None:
        super().__init__(api=TelegramAPIServer(base=_FILES, file=_FILES + "{path}"))
        self._transcript = transcript
        self._room = room
        self._now = now
        self._tell = tell
        self._doers: dict[type[TelegramMethod[Any]], Callable[[Bot, Any], Awaitable[Any]]] = {
            methods.GetMe: self._get_me,
            methods.SendMessage: self._send_message,
            methods.SendMediaGroup: self._send_album,
            methods.SendLocation: self._send_location,
            methods.SendContact: self._send_contact,
            methods.EditMessageText: self._edit_text,
            methods.EditMessageCaption: self._edit_caption,
            methods.EditMessageReplyMarkup: self._edit_markup,
            methods.DeleteMessage: self._delete,
            methods.AnswerCallbackQuery: self._answer_click,
            methods.SendChatAction: self._typing,
            methods.GetFile: self._get_file,
            **dict.fromkeys(_FILE_METHODS, self._send_file),
        }

    async def close(self) -> None:
        """Nothing to close: the connections belong to the channel."""

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109 - aiogram's
    ) -> TelegramType:
        """Do what the method says; see the class for what it raises."""
        if isinstance(method, _WITHOUT_EFFECT):
            return cast(TelegramType, True)
        doer = self._doers.get(type(method))
        if doer is None:
            raise TelegramBadRequest(method, f"Bad Request: {method.__api_method__} is not for the web chat")
        try:
            return cast(TelegramType, await doer(bot, method))
        except UnknownChatError as error:
            raise TelegramForbiddenError(method, "Forbidden: nobody was ever let into this chat") from error
        except TooBigError as error:
            raise TelegramEntityTooLarge(method, "Request Entity Too Large") from error
        except NotAllowedError as error:
            raise TelegramBadRequest(method, "Bad Request: file must be non-empty") from error
        except FileNotFoundError as error:
            raise TelegramBadRequest(method, "Bad Request: wrong file identifier specified") from error
        except ValueError as error:
            raise TelegramBadRequest(method, f"Bad Request: {error}") from error
        except Exception as error:
            if is_unavailable(error):
                raise TelegramNetworkError(method, type(error).__name__) from error
            raise

    async def stream_content(
        self,
        url: str,
        headers: dict[str, Any] | None = None,
        timeout: int = 30,  # noqa: ASYNC109 - aiogram's
        chunk_size: int = 65536,
        raise_for_status: bool = True,
    ) -> AsyncGenerator[bytes, None]:
        """The bytes of a file of this channel.

        :raises FileNotFoundError: there is no such file.
        """
        async for chunk in self._room.stream(url.removeprefix(_FILES), chunk_size):
            yield chunk

    # -- saying

    async def _send_message(self, bot: Bot, method: methods.SendMessage) -> Message:
        payload = {"kind": "text"} | _words(bot, method.text, method.parse_mode, method.entities, TEXT_LIMIT)
        if not payload["text"]:
            raise ValueError("message text is empty")
        return await self._say(bot, method, payload)

    async def _send_file(self, bot: Bot, method: Any) -> Message:
        kind = _FILE_METHODS[type(method)]
        caption = {}
        if kind != "sticker":
            caption = _words(bot, method.caption, method.parse_mode, method.caption_entities, CAPTION_LIMIT)
        file = await self._file(bot, _chat(method), getattr(method, kind))
        file["seconds"] = getattr(method, "duration", None) or 0
        return await self._say(bot, method, {"kind": kind, "file": file, **caption})

    async def _send_album(self, bot: Bot, method: methods.SendMediaGroup) -> list[Message]:
        if len(method.media) not in ALBUM_SIZES:
            raise ValueError("group send failed: 2 to 10 items belong in an album")
        captions = [
            _words(bot, item.caption, item.parse_mode, item.caption_entities, CAPTION_LIMIT) for item in method.media
        ]
        payloads: list[Payload] = []
        for item, caption in zip(method.media, captions, strict=True):
            file = await self._file(bot, _chat(method), item.media)
            file["seconds"] = getattr(item, "duration", None) or 0
            payloads.append({"kind": str(getattr(item.type, "value", item.type)), "file": file, **caption})
        album = payloads[0]["file"]["name"].partition(".")[0]
        reply = await self._reply(method)
        lines = await self._transcript.say(
            _chat(method), [{**payload, "album": album, **reply} for payload in payloads], at=self._now()
        )
        self._tell(_chat(method), None)
        return [to_message(line, bot) for line in lines]

    async def _send_location(self, bot: Bot, method: methods.SendLocation) -> Message:
        location = {"latitude": method.latitude, "longitude": method.longitude}
        return await self._say(bot, method, {"kind": "location", "location": location})

    async def _send_contact(self, bot: Bot, method: methods.SendContact) -> Message:
        contact = {"phone_number": method.phone_number, "first_name": method.first_name}
        if method.last_name:
            contact["last_name"] = method.last_name
        return await self._say(bot, method, {"kind": "contact", "contact": contact})

    async def _say(self, bot: Bot, method: Any, payload: Payload) -> Message:
        markup = method.reply_markup
        if (bar := menu_bar(markup)) is not None:
            payload["menu"] = bar
        elif getattr(markup, "force_reply", False):
            payload["ask"] = markup.input_field_placeholder or ""
        elif markup is not None:
            payload["buttons"] = inline_buttons(markup)
        payload |= await self._reply(method)
        (line,) = await self._transcript.say(_chat(method), [payload], at=self._now())
        self._tell(line.chat_id, None)
        return to_message(line, bot)

    async def _reply(self, method: Any) -> Payload:
        parameters = method.reply_parameters
        wanted = parameters.message_id if parameters else method.reply_to_message_id
        if wanted is None:
            return {}
        quote = quote_of(await self._transcript.line(_chat(method), wanted))
        lenient = parameters.allow_sending_without_reply if parameters else method.allow_sending_without_reply
        if quote is None and lenient is not True:
            raise ValueError("message to be replied not found")
        return {"reply": quote} if quote else {}

    async def _file(self, bot: Bot, chat_id: int, file: InputFile | str) -> Payload:
        if not await self._transcript.knows(chat_id):
            raise UnknownChatError(chat_id)
        if isinstance(file, str):
            stored = await self._transcript.file(file)
            if stored is None:
                raise ValueError("wrong file identifier specified")
            if stored.chat_id != chat_id:
                stored = await self._room.copy(stored, chat_id, at=self._now())
        else:
            chunks = cast(AsyncIterator[bytes], file.read(bot))
            stored = await self._room.keep(
                chunks, chat_id=chat_id, title=file.filename, at=self._now(), limit=SEND_LIMIT, any_type=True
            )
        return {"name": stored.name, "title": stored.title, "mime": stored.mime, "size": stored.size}

    # -- changing what was said

    async def _edit_text(self, bot: Bot, method: methods.EditMessageText) -> Message:
        words = _words(bot, method.text, method.parse_mode, method.entities, TEXT_LIMIT)
        if not words["text"]:
            raise ValueError("message text is empty")
        buttons = inline_buttons(method.reply_markup)

        def edit(line: Line) -> Payload:
            if line.payload["kind"] != "text":
                raise ValueError("there is no text in the message to edit")
            return _changed(line, {**words, "buttons": buttons})

        return await self._amend(bot, method, edit)

    async def _edit_caption(self, bot: Bot, method: methods.EditMessageCaption) -> Message:
        words = _words(bot, method.caption, method.parse_mode, method.caption_entities, CAPTION_LIMIT)
        buttons = inline_buttons(method.reply_markup)

        def edit(line: Line) -> Payload:
            if "file" not in line.payload:
                raise ValueError("there is no caption in the message to edit")
            return _changed(line, {**words, "buttons": buttons})

        return await self._amend(bot, method, edit)

    async def _edit_markup(self, bot: Bot, method: methods.EditMessageReplyMarkup) -> Message:
        buttons = inline_buttons(method.reply_markup)
        return await self._amend(bot, method, lambda line: _changed(line, {"buttons": buttons}))

    async def _delete(self, bot: Bot, method: methods.DeleteMessage) -> bool:
        line = await self._transcript.amend(
            _chat(method),
            method.message_id,
            lambda line: {"kind": line.payload["kind"], "deleted": True},
            at=self._now(),
        )
        if line is None:
            raise ValueError("message to delete not found")
        self._tell(line.chat_id, None)
        return True

    async def _amend(self, bot: Bot, method: Any, new: Callable[[Line], Payload]) -> Message:
        if method.chat_id is None or method.message_id is None:
            raise ValueError("message identifier is not specified")
        line = await self._transcript.amend(_chat(method), method.message_id, new, at=self._now())
        if line is None:
            raise ValueError("message to edit not found")
        self._tell(line.chat_id, None)
        return to_message(line, bot)

    # -- the rest

    async def _get_me(self, bot: Bot, method: methods.GetMe) -> User:
        return User.model_validate(bot_user(bot))

    async def _get_file(self, bot: Bot, method: methods.GetFile) -> File:
        stored = await self._transcript.file(method.file_id)
        if stored is None:
            raise ValueError("wrong file_id or the file is temporarily unavailable")
        return File(
            file_id=stored.name,
            file_unique_id=stored.name.partition(".")[0],
            file_size=stored.size,
            file_path=stored.name,
        )

    async def _answer_click(self, bot: Bot, method: methods.AnswerCallbackQuery) -> bool:
        query = method.callback_query_id
        source = await self._transcript.update_source(int(query)) if query.isdecimal() else None
        if source is None:
            raise ValueError("query is too old and response timeout expired or query ID is invalid")
        chat_id, message_id = source
        toast = {"type": "toast", "message_id": message_id, "text": method.text or ""}
        self._tell(chat_id, {**toast, "alert": bool(method.show_alert)})
        return True

    async def _typing(self, bot: Bot, method: methods.SendChatAction) -> bool:
        self._tell(_chat(method), {"type": "typing"})
        return True


def _chat(method: Any) -> int:
    try:
        return int(method.chat_id)
    except ValueError as error:
        raise ValueError("chat not found") from error


def _words(bot: Bot, text: str | None, parse_mode: Any, entities: Any, limit: int) -> dict[str, str]:
    """What is said, as safe HTML and as plain text.

    :raises ValueError: too long, bad markup, or a markup language other than HTML.
    """
    source = text or ""
    mode = bot.default[parse_mode.name] if isinstance(parse_mode, Default) else parse_mode
    if entities:
        source = html_decoration.unparse(source, entities)
    elif mode is None:
        source = escape(source)
    elif mode.lower() != "html":
        raise ValueError("unsupported parse_mode")
    html, plain = clean_html(source)
    if len(plain) > limit:
        raise ValueError("message is too long" if limit == TEXT_LIMIT else "message caption is too long")
    return {"text": plain, "html": html}


def _changed(line: Line, new: Payload) -> Payload:
    if not line.from_bot:
        raise ValueError("message can't be edited")
    old = line.payload
    if all((old.get(key) or None) == (value or None) for key, value in new.items()):
        raise ValueError("message is not modified")
    return {key: value for key, value in {**old, **new}.items() if key != "chosen"}
