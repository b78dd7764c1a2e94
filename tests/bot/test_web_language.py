"""The page speaks the language of the person, not of the browser."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiogram import Bot
from aiogram.types import KeyboardButton, ReplyKeyboardMarkup, Update
from web_browser import Browser, Office, open_office

from storage.people import People


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


async def session_of(browser: Browser) -> dict[str, Any]:
    async with browser.http.post(browser.url("session"), headers=browser.origin) as answer:
        return dict(await answer.json())


async def test_the_session_tells_what_somebody_reads(office: Office) -> None:
    """Nobody yet: the browser decides. Somebody known: what they chose."""
    async with office.browser() as browser:
        await browser.enter()
        assert (await session_of(browser))["language"] is None
        async with office.database.write() as session:
            await People(session, office.time).add(name="Ann", channel="web", chat_id=browser.chat, language="en")
        assert (await session_of(browser))["language"] == "en"


async def test_a_new_menu_tells_the_language_with_it(office: Office) -> None:
    """Whoever changes the language sees the page change at once."""
    menu = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Settings")]])

    async def switch(bot: Bot, update: Update) -> None:
        assert update.message is not None
        async with office.database.write() as session:
            people = People(session, office.time)
            person = await people.by_chat("web", update.message.chat.id)
            assert person is not None
            person.language = "en"
        await bot.send_message(update.message.chat.id, "English from now on", reply_markup=menu)

    async with office.browser() as browser:
        await browser.enter()
        async with office.database.write() as session:
            await People(session, office.time).add(name="张秀英", channel="web", chat_id=browser.chat, language="zh")
        office.answer = switch
        await browser.say({"type": "text", "client_id": "c1", "text": "English"})
        while (said := await browser.hear("messages")).get("language") is None:
            pass
        assert said["language"] == "en"
