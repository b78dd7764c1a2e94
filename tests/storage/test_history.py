"""The history of requests: a chain that cannot be changed, and an audit that shows when it was all the same."""

from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from knowledge.lifecycle import Intake
from storage import history
from storage.history import Flaw
from storage.tables import Request
from tests.storage.office import Office


async def full_story(office: Office) -> Request:
    """Every kind of act that a request can have seen, two rounds long."""
    await office.person("刘洋", chat_id=901, phone="13800001111")
    request = await office.record("刘洋", recorded_by="李敏", intake=Intake.COUNTER)
    await office.act("look_up_phone", request, "李敏")
    await office.act("transfer", request, "李敏", office.ids["周强"], "他更熟")
    await office.act("acknowledge", request, "周强")
    await office.act("urge", request, "刘洋")
    await office.act("replace", request, "王芳", office.ids["王芳"], "李敏休假")
    await office.act("resolve", request, "周强", "办好了")
    await office.act("rate", request, "刘洋", 2)
    await office.act("rate", request, "刘洋", 4)
    await office.act("reopen", request, "刘洋")
    await office.act("resolve", request, "王芳", "这回好了")
    await office.act("settle", request, "刘洋")
    return await office.request(request)


async def flaws(office: Office) -> list[Flaw]:
    async with office.database.read() as session:
        return [flaw async for flaw in history.audit(session)]


async def tamper(office: Office, *statements: str, **values: Any) -> None:
    """Change the database behind everybody's back, the triggers taken away."""
    async with office.database.engine.begin() as connection:
        if office.database.is_sqlite:
            for verb in ("update", "delete", "replace"):
                await connection.execute(text(f"DROP TRIGGER IF EXISTS event_no_{verb}"))
            await connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        else:
            await connection.execute(text("ALTER TABLE event DISABLE TRIGGER ALL"))
        for statement in statements:
            await connection.execute(text(statement), values)


async def test_the_chain_is_whole(any_office: Office) -> None:
    """Each event carries the hash of the one before; the request knows the last; nothing is wrong."""
    request = await full_story(any_office)
    events = await any_office.events(request)
    assert [e.position for e in events] == list(range(1, len(events) + 1))
    assert [e.previous for e in events] == ["", *(e.hash for e in events[:-1])]
    assert (request.events, request.last_hash) == (len(events), events[-1].hash)
    assert all(history.fingerprint(e) == e.hash for e in events)
    assert await flaws(any_office) == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET actor_id = 1",
        "UPDATE event SET data = '{}' WHERE position = 1",
        "DELETE FROM event",
        "DELETE FROM event WHERE position = 2",
    ],
)
async def test_the_database_refuses_changes(any_office: Office, statement: str) -> None:
    """Triggers stop every change of an event that was written."""
    request = await full_story(any_office)
    before = [e.hash for e in await any_office.events(request)]
    with pytest.raises(DBAPIError, match="append-only"):
        async with any_office.database.engine.begin() as connection:
            await connection.execute(text(statement))
    assert [e.hash for e in await any_office.events(request)] == before


async def test_nothing_is_put_in_the_place_of_an_event(office: Office) -> None:
    """SQLite's INSERT OR REPLACE, which deletes without asking the trigger for DELETE, is stopped as well."""
    await full_story(office)
    columns = "id, request_id, position, at, actor_id, role, action, status, data, previous, hash"
    for chosen in (columns, columns.replace("id, ", "NULL, ", 1)):
        with pytest.raises(DBAPIError, match="append-only"):
            async with office.database.engine.begin() as connection:
                await connection.execute(
                    text(f"INSERT OR REPLACE INTO event ({columns}) SELECT {chosen} FROM event WHERE position = 1")
                )


async def test_postgresql_refuses_to_empty_the_table(any_office: Office) -> None:
    """TRUNCATE is stopped; SQLite has none."""
    await full_story(any_office)
    async with any_office.database.engine.connect() as connection:
        with pytest.raises(DBAPIError, match="syntax error" if any_office.database.is_sqlite else "append-only"):
            await connection.execute(text("TRUNCATE event"))


SWAP = "UPDATE event SET position = CASE position WHEN 3 THEN 103 WHEN 4 THEN 104 ELSE position END"
BACK = "UPDATE event SET position = CASE position WHEN 103 THEN 4 WHEN 104 THEN 3 ELSE position END"


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE event SET actor_id = 4 WHERE position = 3"], [(3, "altered")]),
        (["UPDATE event SET at = '2026-11-22 02:30:00.000000' WHERE position = 5"], [(5, "altered")]),
        (["DELETE FROM event WHERE position = 4"], [(4, "missing")]),
        (["DELETE FROM event WHERE position IN (4, 5)"], [(4, "missing"), (5, "missing")]),
        (["DELETE FROM event WHERE position = 14"], [(14, "missing")]),
        ([SWAP, BACK], [(3, "altered"), (4, "altered"), (5, "reordered")]),
        (["UPDATE request SET events = 13"], [(14, "extra")]),
        (["UPDATE request SET last_hash = 'x'"], [(14, "altered")]),
        (["UPDATE note SET text = '没有办' WHERE text = '办好了'"], [(8, "note_altered")]),
        (["UPDATE note SET text = '没有办', salt = '' WHERE text = '办好了'"], [(8, "note_altered")]),
        (["DELETE FROM note WHERE text = '办好了'"], [(8, "note_altered")]),
        (["UPDATE request SET status = 'closed'"], [(14, "status_altered")]),
        (["UPDATE request SET first_responder_id = 1"], [(14, "responder_altered")]),
        (["UPDATE request SET service_id = 'elderly.bathing'"], [(14, "service_altered")]),
        (["UPDATE rating SET level = 5"], [(14, "rating_altered")]),
        (["UPDATE rating SET revised_level = 5"], [(14, "rating_altered")]),
        (["DELETE FROM rectification", "DELETE FROM rating"], [(14, "rating_altered")]),
        (["UPDATE closure SET level = 5"], [(14, "closure_altered")]),
        (["UPDATE closure SET handler_id = 1"], [(14, "closure_altered")]),
        (["DELETE FROM closure"], [(14, "closure_altered")]),
    ],
)
async def test_the_audit_shows_what_was_changed(
    any_office: Office, statements: list[str], found: list[tuple[int, str]]
) -> None:
    """Altered, missing, reordered and added events, words that were changed, and requests that say otherwise."""
    request = await full_story(any_office)
    await tamper(any_office, *statements)
    assert [(f.number, f.position, f.what) for f in await flaws(any_office)] == [(request.number, *f) for f in found]


async def test_the_audit_reads_every_request_on_postgresql_too(any_office: Office) -> None:
    """A change to one of several requests is named by its number; the others stay clean."""
    await full_story(any_office)
    other = await any_office.record()
    await tamper(any_office, "UPDATE event SET actor_id = 4 WHERE request_id = :id", id=other.id)
    assert await flaws(any_office) == [Flaw(other.number, 1, "altered")]


async def test_the_words_of_an_act_are_kept_apart(office: Office) -> None:
    """Events carry no text that somebody wrote, only a digest of it: the chain outlives an erasure."""
    request = await full_story(office)
    for event in await office.events(request):
        for word in ("他更熟", "李敏休假", "办好了", "没人煮饭", "13800001111", "刘洋"):
            assert word not in str(event.data)
    async with office.database.read() as session:
        words = [note.text for _, note in await history.timeline(session, request.id) if note is not None]
    assert words == ["他更熟", "李敏休假", "办好了", "这回好了"]


async def test_what_was_said_stands_in_the_story(office: Office) -> None:
    """The timeline gives each message with its act, so that a new handler can read what was said before."""
    request = await office.record()
    await office.say(request, "张秀英", "牙不好，要软的")
    async with office.database.read() as session:
        [_, (event, said)] = await history.timeline(session, request.id)
    assert said is not None
    assert (event.action, said.text) == ("supply", "牙不好，要软的")
