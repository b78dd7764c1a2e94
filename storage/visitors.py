"""What the web chat's door asks about whoever stands before it."""

from sqlalchemy import select

from storage.database import Database
from storage.tables import Person, WebLink


class Visitors:
    """The questions; `Transcript` answers them beside its own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def knows_link(self, link: str) -> bool:
        """Whether there was ever a one-time link of this digest, used or too old."""
        async with self._database.read() as session:
            return await session.get(WebLink, link) is not None

    async def language(self, chat_id: int) -> str | None:
        """The language that whoever speaks in this chat reads; None while they are nobody yet."""
        async with self._database.read() as session:
            of = select(Person.language).where(Person.channel == "web", Person.chat_id == chat_id)
            return await session.scalar(of)
