"""Which uploads nothing speaks of, and files of chats that were erased, on databases of both kinds."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from storage import uploads
from storage.database import Database
from storage.tables import Kept, WebFile
from storage.transcript import StoredFile, Transcript, UnknownChatError
from tests.storage.plans import listening, scanned

NOW = datetime(2026, 11, 23, 2, 30, tzinfo=UTC)
CHAT, OTHER = 7, 8


async def _chats(transcript: Transcript) -> None:
    for chat in (CHAT, OTHER):
        await transcript.open_session(f"digest-{chat}", chat, at=NOW, expires_at=NOW + timedelta(days=99))


def _file(name: str, chat: int = CHAT) -> StoredFile:
    return StoredFile(name, chat, None, "image/png", 1)


async def test_only_a_line_of_the_same_chat_speaks_of_a_file(any_database: Database) -> None:
    """Named in a file of a line, whoever said it; the same name in words or in another chat is not it."""
    transcript = Transcript(any_database)
    await _chats(transcript)
    for name in ("mine", "bots", "words", "theirs", "alone"):
        await transcript.add_file(_file(name), at=NOW)
    await transcript.add_file(_file("young"), at=NOW + timedelta(hours=20))
    said = {"kind": "document", "file": {"name": "mine"}}
    await transcript.receive(CHAT, "c1", [said, {"kind": "text", "text": "words"}], at=NOW, language=None)
    await transcript.say(CHAT, [{"kind": "photo", "file": {"name": "bots"}}], at=NOW)
    await transcript.say(OTHER, [{"kind": "photo", "file": {"name": "theirs"}}], at=NOW)
    day = NOW + uploads.SPOKEN_OF_WITHIN
    async with any_database.write() as session:
        assert await uploads.set_aside(session, day - timedelta(seconds=1)) == ([], False)
    with listening(any_database) as heard:
        async with any_database.write() as session:
            names, more = await uploads.set_aside(session, day)
        assert (sorted(names), more) == (["alone", "theirs", "words"], False)
        async with any_database.write() as session:  # what an end in between left is given again
            assert sorted((await uploads.set_aside(session, day))[0]) == ["alone", "theirs", "words"]
        await transcript.drop_files([*names, "mine"])
    assert not await scanned(any_database, heard)
    async with any_database.read() as session:
        assert set(await session.scalars(select(WebFile.name))) == {"mine", "bots", "young"}
        assert (await session.get_one(Kept, uploads.LOOKED)).value.endswith(" words")


async def test_nothing_is_kept_of_an_erased_chat(any_database: Database) -> None:
    """Neither what comes after, nor in a chat that nobody was ever let into."""
    transcript = Transcript(any_database)
    await _chats(transcript)
    await transcript.add_file(_file("before"), at=NOW)
    assert await transcript.erase(CHAT, before=NOW) == (["before"], False)
    for chat in (CHAT, 9):
        with pytest.raises(UnknownChatError):
            await transcript.add_file(_file("after", chat), at=NOW)
    assert await transcript.file("after") is None
