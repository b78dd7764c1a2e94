"""Files of the web chat that nothing speaks of, and files that come while the chat is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiogram.exceptions import TelegramForbiddenError
from sqlalchemy import select
from web_browser import Office, open_office

from storage.tables import WebFile

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


def _on_disk(office: Office) -> set[str]:
    return {path.name for path in (office.folder / "files").rglob("*") if path.is_file()}


async def _in_table(office: Office) -> set[str]:
    async with office.database.read() as session:
        return set(await session.scalars(select(WebFile.name)))


async def test_what_is_not_spoken_of_goes_after_a_day(office: Office) -> None:
    """A file that a line names stays, whoever said the line; one that was only uploaded goes, bytes and row, and cannot
    be named any more."""
    async with office.browser() as browser:
        await browser.enter()
        said, alone = [(await browser.upload(PNG, f"{n}.png"))[1]["name"] for n in range(2)]
        await browser.send(type="files", files=[said])
        await office.channel.bot.send_document(browser.chat, said)  # a second line of the same file
        office.later(hours=23)
        late = (await browser.upload(PNG, "late.png"))[1]["name"]
        await office.channel._tidier.tidy()
        assert _on_disk(office) == await _in_table(office) == {said, alone, late}
        office.later(hours=2)
        await office.channel._tidier.tidy()
        assert _on_disk(office) == await _in_table(office) == {said, late}
        assert (await browser.send(type="files", files=[alone]))["reason"] == "gone"
        assert (await browser.send(type="files", files=[late]))["type"] == "ack"
        office.later(days=2)
        await office.channel._tidier.tidy()
        assert _on_disk(office) == await _in_table(office) == {said, late}


async def test_an_end_in_the_middle_leaves_nothing_for_good(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the process ends while a file is taken away, the next look finishes it; so it is with bytes that were on
    their way in."""
    async with office.browser() as browser:
        await browser.enter()
        names = {(await browser.upload(PNG, f"{n}.png"))[1]["name"] for n in range(3)}
    (office.folder / "files" / f"{'0' * 32}.part").write_bytes(PNG)
    office.later(days=400)  # the disk has a time of its own
    remove = office.channel._room.remove

    async def ends_before(given: list[str]) -> None:
        raise asyncio.CancelledError

    async def ends_after(given: list[str]) -> None:
        await remove(given)
        raise asyncio.CancelledError

    for ends, left in ((ends_before, names), (ends_after, set())):
        monkeypatch.setattr(office.channel._room, "remove", ends)
        with pytest.raises(asyncio.CancelledError):
            await office.channel._tidier.tidy()
        assert _on_disk(office) == left
        assert await _in_table(office) >= left  # no bytes without a row
    monkeypatch.setattr(office.channel._room, "remove", remove)
    await office.channel._tidier.tidy()
    assert _on_disk(office) == await _in_table(office) == set()


async def test_many_are_looked_at_once_each(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the same moment, more than are looked at together: none is passed over, none is looked at again."""
    monkeypatch.setattr("storage.uploads.BATCH", 2)
    async with office.browser() as browser:
        await browser.enter()
        names = [(await browser.upload(PNG, f"{n}.png"))[1]["name"] for n in range(5)]
        await browser.send(type="files", files=names[:2])
        office.later(days=2)
        await office.channel._tidier.tidy()
        assert await _in_table(office) == set(names[:2])
        await office.transcript.erase(browser.chat + 1, before=office.time)
        await office.channel._tidier.tidy()
        assert await _in_table(office) == set(names[:2])


async def test_what_comes_after_the_chat_was_forgotten_is_not_kept(office: Office) -> None:
    """An upload that began before 注销 and ends after it: refused, and its bytes are gone."""
    begun, forgotten = asyncio.Event(), asyncio.Event()

    async def body() -> AsyncIterator[bytes]:
        yield PNG
        begun.set()
        await forgotten.wait()
        yield b"the rest"

    async with office.browser() as browser:
        await browser.enter()
        headers = {**browser.origin, "X-Title": "a.png"}
        sending = asyncio.create_task(browser.http.post(browser.url("files"), data=body(), headers=headers))
        await begun.wait()
        async with asyncio.timeout(10):
            while not _on_disk(office):  # noqa: ASYNC110 - the bytes arrive in a thread of the server
                await asyncio.sleep(0)
        await office.channel.forget(browser.chat, office.time)
        forgotten.set()
        async with await sending as answer:
            assert answer.status == 401
    assert _on_disk(office) == await _in_table(office) == set()


async def test_what_is_said_after_a_goodbye_is_not_forgotten_with_what_was_before(office: Office) -> None:
    """不同意, then a need twenty seconds before the chat is to be forgotten: the old words and files go, also from the
    open page; the new ones, and who may come in, stay. Where nobody came back, everything goes."""
    async with office.browser() as browser, office.browser() as other:
        for visitor in (browser, other):
            await visitor.enter()
            _, old = await visitor.upload(PNG, "旧.png")
            await visitor.send(type="files", files=[old["name"]], caption="旧的话")
        await office.got(2)
        office.later(seconds=5)
        goodbye = office.time
        office.later(seconds=5)
        for visitor in (browser, other):
            await office.channel.bot.send_message(visitor.chat, "都没有保存")
        await browser.send(type="text", text="新的话")
        await office.got(3)
        office.later(seconds=10)
        for visitor in (browser, other):
            await office.channel.forget(visitor.chat, goodbye)
        await browser.sees(lambda m: m.get("deleted"))
        await browser.look()
        assert [m["text"] for m in browser.seen] == ["都没有保存", "新的话"]
        assert await office.transcript.file(old["name"]) is None
        await office.channel.bot.send_message(browser.chat, "登记好了")
        with pytest.raises(TelegramForbiddenError):
            await office.channel.bot.send_message(other.chat, "还在吗")
