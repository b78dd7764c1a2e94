"""What the web chat's door asks about whoever stands before it."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.database import Database
from storage.tables import Person, WebLink, WebMessage, WebSession

NOBODYS = 0
"""The web chat that nobody is ever let into: files lie there until the channel has removed their bytes."""


class Visitors:
    """The questions; `Transcript` answers them beside its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def knows_link(self, link: str) -> bool:
        """Whether there was ever a one-time link of this digest, used or too old."""
        async with self._database.read() as session:
            return await session.get(WebLink, link) is not None

    async def knows(self, chat_id: int) -> bool:
        """Whether anybody was ever let into the chat."""
        async with self._database.read() as session:
            return await known(session, chat_id)

    async def opened_at(self, digest: str) -> datetime | None:
        """When the session of this digest was opened; None when there is none."""
        async with self._database.read() as session:
            return await session.scalar(select(WebSession.created_at).where(WebSession.digest == digest))

    async def language(self, chat_id: int) -> str | None:
        """The language that whoever speaks in this chat reads; None while they are nobody yet."""
        async with self._database.read() as session:
            of = select(Person.language).where(Person.channel == "web", Person.chat_id == chat_id)
            return await session.scalar(of)


async def known(session: AsyncSession, chat_id: int) -> bool:
    """Whether anybody was ever let into the chat."""
    for table in (WebSession, WebLink, WebMessage):
        if await session.scalar(select(table.chat_id).where(table.chat_id == chat_id).limit(1)) is not None:
            return True
    return False
