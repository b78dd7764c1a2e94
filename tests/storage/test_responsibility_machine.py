"""No sequence of taps, absences, sweeps and late sweeps breaks a rule of 首问负责.

A state machine acts on the real casebook over a real database, as people and time do, and asks the books after every
step for each of the fourteen rules. `PROOF_EXAMPLES=500` looks for longer, along other paths every time, and makes
what it finds as short as it can."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import invariant, run_state_machine_as_test
from sqlalchemy import event

from knowledge.lifecycle import Action, Role
from storage import history
from storage.casebook import Casebook
from storage.database import Database
from storage.ledger import Rules
from tests.proof import rules as proof
from tests.proof.aftercare import Aftercare
from tests.proof.books import Books
from tests.proof.town import Town
from tests.storage.conftest import _named, _on_server

STEPS = 50
"""Steps of one example."""

OFTEN = {Action.ACKNOWLEDGE, Action.TRANSFER, Action.RESOLVE, Action.RATE, Action.REOPEN, Action.NOTIFY}
"""Acts that every run must have brought about; a proof in which nothing happens proves nothing."""


class Responsibility(Aftercare):
    """The fourteen rules, after every step."""

    def holds(self, question: Callable[[Books], Iterator[str]]) -> None:
        assert list(question(self.books)) == []

    @invariant()
    def rule_1(self) -> None:
        """Rule 1: exactly one first responder, from the commit that records it."""
        self.holds(proof.rule_1)

    @invariant()
    def rule_2(self) -> None:
        """Rule 2: whoever recorded it for somebody is the first responder."""
        self.holds(proof.rule_2)

    @invariant()
    def rule_3(self) -> None:
        """Rule 3: a transfer never changes the first responder; a manager's replacement does, and the resident
        hears of it."""
        self.holds(proof.rule_3)

    @invariant()
    def rule_4(self) -> None:
        """Rule 4: the sender holds it until the receiver acknowledges; a refusal has its ground."""
        self.holds(proof.rule_4)

    @invariant()
    def rule_5(self) -> None:
        """Rule 5: the promise moves by exactly the paused time, once, and by one granted extension; never else."""
        self.holds(proof.rule_5)

    @invariant()
    def rule_6(self) -> None:
        """Rule 6: what was told once is recorded, and reached the resident before the clock paused."""
        self.holds(proof.rule_6)

    @invariant()
    def rule_7(self) -> None:
        """Rule 7: promised in counted days, in order, and never past the statutory limit."""
        self.holds(proof.rule_7)

    @invariant()
    def rule_8(self) -> None:
        """Rule 8: every promise that passed has its notices, to those who must hear."""
        self.holds(proof.rule_8)

    @invariant()
    def rule_8_once(self) -> None:
        """Rule 8: no notice comes twice, by its key or by what it says."""
        self.holds(proof.rule_8_once)

    @invariant()
    def rule_9(self) -> None:
        """Rule 9: resolved only with an outcome; silence closes unrated, after seven days."""
        self.holds(proof.rule_9)

    @invariant()
    def rule_10(self) -> None:
        """Rule 10: one rating a closure and one change, naming first responder and handler as they were."""
        self.holds(proof.rule_10)

    @invariant()
    def rule_11(self) -> None:
        """Rule 11: every poor rating has one rectification, with a manager who was not the handler."""
        self.holds(proof.rule_11)

    @invariant()
    def rule_12(self) -> None:
        """Rule 12: the chain is whole and the statuses follow from the events; at the end the program's own audit
        agrees."""
        self.holds(proof.rule_12)

    def teardown(self) -> None:
        try:
            assert self.run(self._audit()) == []
        finally:
            super().teardown()

    async def _audit(self) -> list[history.Flaw]:
        async with self.database.read() as session:
            return [flaw async for flaw in history.audit(session)]

    @invariant()
    def rule_13(self) -> None:
        """Rule 13: danger is urgent, and told to the worker and to a manager."""
        self.holds(proof.rule_13)

    @invariant()
    def rule_14(self) -> None:
        """Rule 14: a resident can always see who answers, where it stands and when it is due."""
        self.holds(proof.rule_14)
        self.run(self._residents_look())

    async def _residents_look(self) -> None:
        async with self.database.read() as session:
            casebook = Casebook(session, self.office, self.now)
            for request in self.books.requests[-2:]:
                seen, roles = await casebook.look(request.id, request.resident_id)
                assert Role.RESIDENT in roles
                assert seen.resolve_by is not None
                assert self.books.people[seen.first_responder_id].name


# -- on both databases


def _run(machine: type[Responsibility], examples: int) -> None:
    longer = int(os.environ.get("PROOF_EXAMPLES", "0"))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=longer or examples,
            stateful_step_count=STEPS,
            derandomize=not longer,
            database=None,
            deadline=None,
            print_blob=True,
            phases=(Phase.generate, Phase.shrink) if longer else (Phase.generate,),
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert machine.steps >= examples * 45, f"only {machine.steps} steps"
    assert machine.done.keys() >= OFTEN, f"never done: {OFTEN - machine.done.keys()}"


def _hasty(database: Database) -> None:
    """No disk has to keep what one example wrote."""
    event.listen(
        database.engine.sync_engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF")
    )


def test_on_sqlite(migrated: Path, tmp_path: Path, rules: Rules) -> None:
    """Thirty lives of a town, fifty steps each."""
    template, used = tmp_path / "town.db", tmp_path / "example.db"
    shutil.copy(migrated, template)

    async def found() -> Town:
        database = Database(f"sqlite+aiosqlite:///{template}")
        made = await Town.found(database)
        await database.close()
        return made

    town = asyncio.run(found())

    class OnSqlite(Responsibility):
        office = rules
        done: ClassVar[Counter[Action]] = Counter()

        @classmethod
        def opened(cls) -> tuple[Database, Town]:
            shutil.copy(template, used)
            database = Database(f"sqlite+aiosqlite:///{used}")
            _hasty(database)
            return database, town

        @classmethod
        def closed(cls, loop: asyncio.AbstractEventLoop, database: Database) -> None:
            loop.run_until_complete(database.close())
            for path in tmp_path.glob("example.db*"):
                path.unlink()

    _run(OnSqlite, 30)


def test_on_postgresql(postgres_url: str, postgres_template: str, rules: Rules) -> None:
    """Fifteen lives of a town, fifty steps each."""

    async def found() -> Town:
        await _on_server(postgres_url, f"CREATE DATABASE town TEMPLATE {postgres_template}")
        database = Database(_named(postgres_url, "town"))
        made = await Town.found(database)
        await database.close()
        return made

    town = asyncio.run(found())

    class OnPostgresql(Responsibility):
        office = rules
        done: ClassVar[Counter[Action]] = Counter()

        @classmethod
        def opened(cls) -> tuple[Database, Town]:
            asyncio.run(_on_server(postgres_url, "CREATE DATABASE example TEMPLATE town"))
            return Database(_named(postgres_url, "example")), town

        @classmethod
        def closed(cls, loop: asyncio.AbstractEventLoop, database: Database) -> None:
            loop.run_until_complete(database.close())
            asyncio.run(_on_server(postgres_url, "DROP DATABASE example WITH (FORCE)"))

    _run(OnPostgresql, 15)
