"""From a parcel to Bot API methods: captions and albums, within the limits of the Bot API."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from aiogram import methods as api
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardMarkup,
    InputFile,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    ReplyParameters,
)

from handlers.about import Parcel
from handlers.incoming import megabytes, too_large
from handlers.speech import LIMIT, Say, keyboard, methods, page, split
from handlers.texts import Voice

CAPTION = 1024
"""Characters of a caption, by the Bot API."""
_ALBUM = 10

Fetch = Callable[[dict[str, Any]], Awaitable[str | InputFile]]
"""Gives what can be sent for a person's file in this channel: its id, or its bytes when it came from another."""
Method = api.TelegramMethod[Any]

_ONE: dict[str, tuple[type[Method], str]] = {
    "photo": (api.SendPhoto, "photo"),
    "voice": (api.SendVoice, "voice"),
    "video": (api.SendVideo, "video"),
    "video_note": (api.SendVideoNote, "video_note"),
    "audio": (api.SendAudio, "audio"),
    "animation": (api.SendAnimation, "animation"),
    "document": (api.SendDocument, "document"),
    "sticker": (api.SendSticker, "sticker"),
}
_WITHOUT_CAPTION = frozenset({"sticker", "video_note", "location"})
_IN_ALBUM: dict[str, type[Any]] = {
    "photo": InputMediaPhoto,
    "video": InputMediaVideo,
    "document": InputMediaDocument,
    "audio": InputMediaAudio,
}


async def open_parcel(parcel: Parcel, chat_id: int, *, elder: bool, more: str, fetch: Fetch) -> list[Method]:
    """The methods that deliver it, in order. Files may take a while: `fetch` downloads across channels."""
    if parcel.only_edit:
        return _edits(parcel, chat_id)
    built: list[Method] = []
    say, files = parcel.say, parcel.files
    caption = None
    if say is not None and _fits(parcel):
        caption = say.text
    elif say is not None:
        built += methods(say, chat_id, elder=elder, more=more, reply_to=parcel.reply_to)
    shown = page(say.choices, elder, more)[0] if say and caption else []
    markup = keyboard(shown, columns=say.columns, elder=elder) if say and caption else None
    if parcel.picture is not None:
        drawn = BufferedInputFile(await asyncio.to_thread(parcel.picture.make), parcel.picture.name)
        built.append(
            api.SendPhoto(chat_id=chat_id, photo=drawn, caption=caption, parse_mode="HTML", reply_markup=markup)
        )
    reply_to = parcel.reply_to if not built else None
    for group in _groups(files):
        built += await _send(group, chat_id, caption, markup, reply_to, fetch)
        caption = markup = reply_to = None
    for document in parcel.documents:
        made = BufferedInputFile(await asyncio.to_thread(document.make), document.name)
        built.append(api.SendDocument(chat_id=chat_id, document=made))
    return built


def passable(parcel: Parcel, channel: str, voice: Voice) -> Parcel:
    """The parcel as it can be shown in this channel: of a file that is too large to leave its own, a line tells."""
    away = [file for file in parcel.files if too_large(file) and file["channel"] != channel]
    if not away or parcel.only_edit:
        return parcel
    words = parcel.say or Say("")
    told = replace(words, text="\n".join(filter(None, [words.text, *(large(voice, file) for file in away)])))
    return replace(parcel, say=told, files=[file for file in parcel.files if file not in away])


def large(voice: Voice, file: dict[str, Any]) -> str:
    """What is said of a file that stays in its own channel: its name and size."""
    return voice.t("file-large", name=file.get("name") or voice.t("file-unnamed"), size=megabytes(file))


def sent_again(parcels: list[Parcel], voice: Voice) -> list[Parcel]:
    """The same, with a word that it may have come before: the program was cut off while it was on its way."""
    first = next((parcel for parcel in parcels if parcel.say and parcel.say.text and not parcel.only_edit), None)
    if first is not None and first.say is not None:
        first.say = replace(first.say, text=f"{voice.t('sent-again')}\n{first.say.text}")
    return parcels


def _fits(parcel: Parcel) -> bool:
    """Whether the words can stand as the caption of the picture or the first file."""
    if parcel.picture is not None:
        return parcel.say is not None and len(parcel.say.text) <= CAPTION
    return bool(
        parcel.files
        and parcel.say
        and len(parcel.say.text) <= CAPTION
        and parcel.files[0]["kind"] not in _WITHOUT_CAPTION
        and not (parcel.say.choices and len(parcel.files) > 1)
    )


def _edits(parcel: Parcel, chat_id: int) -> list[Method]:
    if parcel.say is None or not parcel.edits:
        return []
    if parcel.files:
        text = parcel.say.text if len(parcel.say.text) <= CAPTION else split(parcel.say.text, CAPTION)[0]
        return [api.EditMessageCaption(chat_id=chat_id, message_id=parcel.edits[0], caption=text, parse_mode="HTML")]
    text = split(parcel.say.text, LIMIT)[0]
    return [api.EditMessageText(chat_id=chat_id, message_id=parcel.edits[0], text=text, parse_mode="HTML")]


def _groups(files: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Files that may stand in one album together: pictures and videos, or documents, or audio; at most ten."""
    groups: list[list[dict[str, Any]]] = []
    for file in files:
        family = _family(file)
        if family and groups and _family(groups[-1][0]) == family and len(groups[-1]) < _ALBUM:
            groups[-1].append(file)
        else:
            groups.append([file])
    return groups


def _family(file: dict[str, Any]) -> str | None:
    return "visual" if file["kind"] in ("photo", "video") else file["kind"] if file["kind"] in _IN_ALBUM else None


async def _send(
    group: list[dict[str, Any]],
    chat_id: int,
    caption: str | None,
    markup: InlineKeyboardMarkup | None,
    reply_to: int | None,
    fetch: Fetch,
) -> list[Method]:
    quote = ReplyParameters(message_id=reply_to, allow_sending_without_reply=True) if reply_to else None
    file = group[0]
    if file["kind"] == "location":
        place = {"latitude": file["latitude"], "longitude": file["longitude"]}
        return [api.SendLocation(chat_id=chat_id, reply_parameters=quote, **place)]
    if len(group) > 1:
        media = [
            _IN_ALBUM[f["kind"]](media=await fetch(f), caption=caption if i == 0 else None, parse_mode="HTML")
            for i, f in enumerate(group)
        ]
        return [api.SendMediaGroup(chat_id=chat_id, media=media, reply_parameters=quote)]
    method, field = _ONE[file["kind"]]
    values: dict[str, Any] = {field: await fetch(file), "chat_id": chat_id, "reply_parameters": quote}
    if file["kind"] not in _WITHOUT_CAPTION:
        values |= {"caption": caption, "parse_mode": "HTML"}
    return [method(**values, reply_markup=markup)]
