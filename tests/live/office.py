"""An office for a live test: a folder with a database in it, its people, and the real process that serves them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from handlers.desk import CONSENT_VERSION
from knowledge.lifecycle import Role
from storage.database import Database
from storage.people import People
from storage.schema import upgrade
from storage.tables import Staff
from tests.live.botapi import BotApi
from tests.live.people import Person
from tests.live.process import Process

AREA = "HJ"


class Office:
    """Where the process under test lives. What it keeps is looked at from outside, past the process."""

    def __init__(self, folder: Path, api: BotApi | None = None, **settings: str) -> None:
        self.folder, self.path, self.api = folder, folder / "office.db", api
        self.url = f"sqlite+aiosqlite:///{self.path}"
        self.env = {"SHOUWEN_DATABASE_URL": self.url, "SHOUWEN_WEB_PORT": "0", "SHOUWEN_DATA": str(folder / "data")}
        if api is not None:
            self.env |= {"SHOUWEN_TELEGRAM_API": api.url, "SHOUWEN_TELEGRAM_TOKEN": api.token}
        self.env |= {f"SHOUWEN_{name.upper()}": value for name, value in settings.items()}
        self.bot = Process(self.env, api=api, cwd=folder)

    async def open(self, people: Mapping[Person, Role | None]) -> None:
        """Make the database with one community and these people in it: staff, or (None) residents who agreed."""
        database = Database(self.url)
        await upgrade(database)
        now = datetime.now(UTC)
        async with database.write() as session:
            known = People(session, now)
            area = await known.add_area(AREA, "黄桷社区")
            for who, role in people.items():
                person = await known.add(
                    name=who.name,
                    channel="telegram",
                    chat_id=who.user_id,
                    area_id=area.id,
                    consented_at=now,
                    consent_version=CONSENT_VERSION,
                )
                if role is not None:
                    session.add(Staff(person_id=person.id, area_id=area.id, role=role, domains=[], since=now))
        await database.close()

    async def quiet(self, patience: float = 30) -> None:
        """Wait until everything that was to be said has been said and written down."""
        async with asyncio.timeout(patience):
            while self.count("outbox", "sent_at IS NULL AND failed_at IS NULL"):  # noqa: ASYNC110
                await asyncio.sleep(0.02)  # another process writes there

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database says, read without the process."""
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=10)
        try:
            return connection.execute(query, values).fetchall()
        finally:
            connection.close()

    def count(self, table: str, where: str = "1") -> int:
        [(found,)] = self.rows(f"SELECT count(*) FROM {table} WHERE {where}")
        return int(found)
