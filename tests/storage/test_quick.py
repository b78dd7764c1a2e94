"""What goes past SQLAlchemy's execution says and keeps what SQLAlchemy would, on a database of each kind."""

import asyncio
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, exists, func, inspect, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.util.concurrency import greenlet_spawn

from knowledge.lifecycle import OPEN, Role, Status
from storage.case_tables import Contact, OneTimeNotice
from storage.database import UTCDateTime
from storage.quick import ask, first, held, put
from storage.rota_tables import Duty
from storage.sqlite_driver import Driver
from storage.tables import Area, Message, Note, Person, Request, Staff
from tests.storage.office import NOON, Office

_HANDLER = aliased(Person)
_SAID = exists().where(Message.request_id == Request.id)
STATEMENTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "an entity": (select(Person).order_by(Person.id), {}),
    "nobody": (select(Person).where(Person.id == bindparam("of")), {"of": 0}),
    "columns with names": (select(Staff.person_id, Staff.role, Staff.domains, Staff.since).order_by(Staff.id), {}),
    "a whole table": (select(Duty.__table__).order_by(Duty.id), {}),
    "entities of one class, a column and a truth": (
        select(Request, Person, _HANDLER, Request.status, _SAID)
        .join(Person, Person.id == Request.resident_id)
        .join(_HANDLER, _HANDLER.id == Request.handler_id)
        .order_by(Request.id),
        {},
    ),
    "one that is not there": (
        select(Request, Contact).outerjoin(Contact, Contact.request_id == Request.id).order_by(Request.id),
        {},
    ),
    "a list of none": (select(Area).where(Area.id.in_(bindparam("areas", expanding=True))), {"areas": []}),
    "a list of some": (
        select(Area.id, Area.code)
        .where(Area.id.in_(bindparam("areas", expanding=True)), Area.code.in_(bindparam("codes", expanding=True)))
        .order_by(Area.id),
        {"areas": [1, 2, 3], "codes": ["HJ", "ST"]},
    ),
    "a list that is written there": (
        select(Request.number, Request.acknowledge_by).where(Request.status.in_(OPEN)).order_by(Request.id),
        {},
    ),
    "a count and times": (
        select(func.count(), func.max(Request.resolve_by)).where(
            Request.created_at > bindparam("since", type_=UTCDateTime())
        ),
        {"since": NOON - timedelta(days=1)},
    ),
}


def plain(value: Any) -> Any:
    """A value that can be compared: an entity as what its columns say."""
    known = inspect(value, raiseerr=False)
    return {a.key: getattr(value, a.key) for a in known.mapper.column_attrs} if hasattr(known, "mapper") else value


async def filled(office: Office) -> None:
    needs = [await office.need(text=words) for words in ("没人煮饭", "楼道灯坏了")]
    async with office.books() as books:
        requests = [await books.record(need) for need in needs]
    async with office.database.write() as session:
        session.add(Contact(request_id=requests[-1].id, name="张莉", relation="女儿"))
        session.add(Duty(area_id=office.areas["HJ"], person_id=office.ids["李敏"], day=date(2026, 11, 23), domains=[]))


@pytest.mark.parametrize("what", STATEMENTS)
async def test_answers_are_those_of_sqlalchemy(any_office: Office, what: str) -> None:
    """The same rows, read the same ways, with values of the same kinds."""
    await filled(any_office)
    statement, values = STATEMENTS[what]
    async with any_office.database.read() as session:
        expected = (await session.execute(statement, values)).all()
    for aside in (False, True):
        async with any_office.database.read(aside=aside) as session:
            rows = await ask(session, statement, values)
            assert [[plain(v) for v in row] for row in rows] == [[plain(v) for v in row] for row in expected]
            again = await ask(session, statement, values)
            for one, other, known in zip(rows, again, expected, strict=True):
                for name, value in known._mapping.items():
                    if isinstance(name, str) and name.isidentifier() and not name.startswith("_"):
                        assert plain(getattr(one, name)) == plain(value)
                for mine, same in zip(one, other, strict=True):
                    if hasattr(inspect(mine, raiseerr=False), "mapper"):
                        assert mine is same, "an object stands once in a unit of work"


async def test_what_is_read_can_be_changed(any_office: Office) -> None:
    """An object belongs to its unit of work: what changes is written, with a new version, and only that."""
    await filled(any_office)
    one = select(Request).where(Request.id == bindparam("of"))
    async with any_office.database.write() as session:
        request = await first(session, one, {"of": 1})
        assert held(session, Request, 1) is request
        before = request.version
        request.status, request.outcome_files, request.paused_at = Status.RESOLVED, [{"file": "a"}], NOON
        await session.flush()
        assert (await session.execute(text("SELECT status FROM request WHERE id = 1"))).scalar_one() == "resolved"
        request.outcome = "好了"
    async with any_office.database.read() as session:
        request = await first(session, one, {"of": 1})
        assert (request.outcome, request.outcome_files, request.paused_at) == ("好了", [{"file": "a"}], NOON)
        assert request.version == before + 2
        assert (await first(session, one, {"of": 2})).version == before


async def test_what_is_as_it_was_is_not_written(any_office: Office) -> None:
    """A value that is set again makes no new version."""
    await filled(any_office)
    async with any_office.database.write() as session:
        request = await first(session, select(Request).where(Request.id == bindparam("of")), {"of": 1})
        before, request.status = request.version, request.status
        await session.flush()
        assert request.version == before
        assert not session.dirty


async def test_a_row_that_somebody_changed_meanwhile_is_refused(any_office: Office) -> None:
    """As a flush refuses it."""
    await filled(any_office)

    async def late() -> None:
        async with any_office.database.write() as session:
            request = await first(session, select(Request).where(Request.id == bindparam("of")), {"of": 1})
            await session.execute(text("UPDATE request SET version = version + 1 WHERE id = 1"))
            request.urged = 7

    with pytest.raises(StaleDataError):
        await late()
    async with any_office.database.read() as session:
        assert (await session.execute(text("SELECT urged FROM request WHERE id = 1"))).scalar_one() == 0


def made(kind: str, office: Office) -> Any:
    """A row of which little is said, so that its defaults show."""
    person = office.ids["李敏"]
    match kind:
        case "message":
            return Message(
                request_id=1, sender_id=person, role=Role.HANDLER, text="在", channel="web", chat_id=1, message_id=1,
                created_at=NOON,
            )  # fmt: skip
        case "note":
            return Note(request_id=1, author_id=None, text="因为", salt="x", created_at=NOON)
        case _:
            return OneTimeNotice(
                request_id=1, sent_by_id=person, service_id="x", content={"要": ["证"]}, told_by="chat",
                created_at=NOON, delivered_at=None,
            )  # fmt: skip


@pytest.mark.parametrize("kind", ["message", "note", "notice"])
async def test_a_row_is_inserted_as_a_flush_inserts_it(any_office: Office, kind: str) -> None:
    """Defaults, empty columns and all; and then it belongs to the unit of work."""
    await filled(any_office)
    async with any_office.database.write() as session:
        quick, usual = made(kind, any_office), made(kind, any_office)
        await put(session, quick)
        session.add(usual)
        await session.flush()
        table = inspect(type(quick)).local_table.name
        rows = (await session.execute(text(f"SELECT * FROM {table} ORDER BY id DESC LIMIT 2"))).all()
        assert [row.id for row in rows] == [usual.id, quick.id]
        assert rows[0][1:] == rows[1][1:]
        assert held(session, type(quick), quick.id) is quick
        assert plain(quick) | {"id": 0} == plain(usual) | {"id": 0}


async def test_errors_have_their_names_and_no_words(any_office: Office) -> None:
    """What the database refuses is called as SQLAlchemy calls it, and does not say what people said."""
    await filled(any_office)

    async def nobodys() -> None:
        async with any_office.database.write() as session:
            await put(session, Note(request_id=99, author_id=None, text="不许说出去", salt="", created_at=NOON))

    with pytest.raises(IntegrityError) as refused:
        await nobodys()
    assert "不许说出去" not in str(refused.value)

    async def changed() -> None:
        async with any_office.database.write() as session:
            people = {p.name: p for (p,) in await ask(session, select(Person), {})}
            people["李敏"].area_id = 99
            people["李敏"].phone = "13800000000"

    with pytest.raises(IntegrityError) as refused:
        await changed()
    assert "13800000000" not in str(refused.value)


async def test_a_savepoint_takes_back_what_was_written_in_it(any_office: Office) -> None:
    """Objects say again what stands there."""
    await filled(any_office)
    async with any_office.database.write() as session:
        one, whose = select(Person).where(Person.id == bindparam("of")), {"of": any_office.ids["李敏"]}
        person = await first(session, one, whose)
        async with session.begin_nested() as savepoint:
            person.phone = "13800000000"
            await session.flush()
            await savepoint.rollback()
        assert await first(session, one, whose) is person
        assert person.phone is None


async def test_another_process_s_lock_is_waited_for(tmp_path: Path) -> None:
    """A statement that meets one goes on when it is let go, and the loop goes on meanwhile."""
    other = sqlite3.connect(tmp_path / "one.db", isolation_level=None)
    other.execute("CREATE TABLE said (words TEXT)")
    driver = Driver(patience=20, pragmas=(), threads=2)
    connection = await greenlet_spawn(driver.connect, str(tmp_path / "one.db"))
    other.execute("BEGIN EXCLUSIVE")
    asked = asyncio.create_task(connection.ask("SELECT count(*) FROM said", ()))
    _, waiting = await asyncio.wait({asked}, timeout=0.1)
    assert waiting
    other.execute("INSERT INTO said VALUES ('在吗')")
    other.execute("COMMIT")
    assert await asked == [(1,)]
    connection.close()
    driver.close()
    other.close()
