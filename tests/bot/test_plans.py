"""No screen and no sweep reads a large table from end to end, on either database."""

import itertools
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiogram.types import Update
from sqlalchemy import text
from sqlalchemy.engine import make_url

from knowledge import Matcher
from storage.database import Database
from storage.schema import upgrade
from tests.conftest import NOON
from tests.conversations import every_role
from tests.conversations.chat import World
from tests.conversations.every_role import Scene
from tests.storage.plans import listening, scanned

WHOLE = ("CAST(outbox.payload AS TEXT)", "UPDATE outbox SET channel=")
"""What may read a table from end to end: erasure looks for a name in whatever was said, and the outbox holds what was
said in the last three days."""
SEEN = ("open", "history", "files", "look_up", "transfer", "call", "notify", "ask_extension", "mediation", "legal-aid")


@pytest.fixture(params=["sqlite", "postgresql"])
def server(request: pytest.FixtureRequest) -> str:
    """A migrated SQLite file, or a PostgreSQL server."""
    return str(request.getfixturevalue("database_url" if request.param == "sqlite" else "postgres_url"))


async def _on(server: str, statement: str) -> None:
    admin = Database(server)
    async with admin.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        await connection.execute(text(statement))
    await admin.close()


@pytest.fixture
async def world(server: str, tmp_path: Path, matcher: Matcher) -> AsyncIterator[World]:
    if server.startswith("sqlite"):
        async with World.open(server, tmp_path, matcher, NOON) as made:
            yield made
        return
    url = make_url(server).set(database="plans").render_as_string(False)
    await _on(server, "CREATE DATABASE plans")
    database = Database(url)
    await upgrade(database)
    await database.close()
    async with World.open(url, tmp_path, matcher, NOON) as made:
        yield made
    await _on(server, "DROP DATABASE plans WITH (FORCE)")


async def test_every_screen_and_every_sweep(world: World) -> None:
    """Everybody's screens, what the courier asks, and every sweep of the clock."""
    scene = await Scene.set(world)
    numbers = itertools.count(50_000)
    with listening(world.app.database) as heard:
        for who in ("resident", "other_party", "first_responder", "handler", "receiver", "manager", "manager_above"):
            actor = scene.actors[who]
            bot = world.app.bots[actor.channel]
            for command in every_role.COMMANDS:
                update = Update(update_id=next(numbers), message=actor._message(command, None))
                await world.app.gate.handle(bot, update)
            picks = [f"p:{what}:{arg}" for what, args in every_role.PICKS.items() for arg in args if "{" not in arg]
            acts = [f"r:{act}:{scene.requests[letter]}:" for act in SEEN for letter in "PLD"]
            for data in (*picks, *acts, f"q:card:{scene.mend}:", f"h:all:{scene.ids['gone']}:0:0"):
                message = {"message_id": 1, "date": 1, "chat": {"id": actor.id, "type": "private"}}
                asks = {"id": "q", "from": actor._user(), "chat_instance": "c", "message": message, "data": data}
                update = Update.model_validate({"update_id": next(numbers), "callback_query": asks})
                await world.app.gate.handle(bot, update)
        clock = world.app.clock
        for days in (0, 1, 4, 8, 800):
            world.now = NOON + timedelta(days=days)
            for sweep in clock.EVERY:
                await getattr(clock, sweep)()
    assert len(heard) > 100
    found = {
        s: plan for s, plan in (await scanned(world.app.database, heard)).items() if not any(w in s for w in WHOLE)
    }
    assert not found, "\n\n".join(f"{statement}\n{plan}" for statement, plan in found.items())
