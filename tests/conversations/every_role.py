"""An office with somebody in every role, a request in every state, and every button and command that there is; what
each of them may write is judged by the table that was written by hand (tests/lifecycle_table.py)."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import select

from handlers import mediation, rota
from knowledge.lifecycle import Role, Status
from storage.casebook import Casebook
from storage.ledger import Need
from storage.mediation import Mediation
from storage.mediation_tables import MediationCase
from storage.tables import Person, Rating, Staff
from tests.conversations.chat import Actor, World
from tests.lifecycle_table import ALLOWED

HANDLERS = Path(mediation.__file__).parent

GUARDED = (
    "request", "event", "rating", "staff", "note", "message", "invite", "area", "local_fact", "duty", "leave",
    "contact", "one_time_notice", "supplement", "extension", "outside_transfer", "refusal", "rectification",
    "rating_call", "claim", "mediation_case", "mediation_session", "mediation_agreement", "mediation_message",
    "legal_aid_case", "serial",
)  # fmt: skip
"""Everything but a person's own settings, where their chat stands, and what is said to them."""

ACTS: dict[str, tuple[str, ...]] = {
    "open": ("",), "history": ("",), "files": ("",), "slip": ("",), "look_up": ("",),
    "acknowledge": ("",), "contact": ("",), "supply": ("",), "whose": ("",),
    "transfer": ("", "{handler}", "{colleague}"), "up": ("{street}",), "replace": ("", "{colleague}"),
    "hand_outside": ("",), "follow_outside": ("",), "ask_in": ("7", "0"), "report_refusal": ("",),
    "uphold": ("",), "overrule": ("",), "correct": ("", "elderly_care"), "as": ("elderly.meals",),
    "fix": ("elderly.meals",), "resolve": ("",), "urge": ("",), "withdraw": ("", "yes"), "settle": ("",),
    "levels": ("",), "rate": ("1", "5"), "reason": ("slow",), "reopen": ("",),
    "notify": ("", "words", "chat", "phone", "counter"), "ask_supplement": ("", "0", "send"), "supplemented": ("",),
    "ask_extension": ("", "5"), "grant_extension": ("",), "refuse_extension": ("",),
    "legal-aid": ("", "complete", "grant", "refuse", "urgent.time_limit", "assign", "no_phone"),
    "mediation": ("",),
    "call": ("",), "call-rate": ("1", "5"), "call-reason": ("slow",), "call-reopen": ("", "none"),
    "call-missed": ("",), "call-pass": ("",),
    "claim-resident": ("",), "claim-contact": ("",), "nonsense": ("", "1"),
}  # fmt: skip
PICKS: dict[str, tuple[str, ...]] = {
    "consent": ("no",), "area": ("HJ", "BY"), "change-area": ("",), "human": ("",), "confirm": ("",), "not": ("",),
    "service": ("elderly.meals",), "domains": ("",), "domain": ("legal_aid",), "mine": ("0", "x"), "skip": ("",),
    "stay": ("",), "name": ("",),
    "end": ("",), "new": ("",), "drop": ("",), "elder": ("",), "language": ("en", "zh"), "data": ("",),
    "leave": ("",), "cancel": ("",), "behalf": ("",), "no-phone": ("",), "behalf-as": ("phone",),
    "overview": ("", "month"), "list": ("overdue", ""), "export": ("month",), "undelivered": ("",), "tasks": ("", "1"),
    "mending": ("",), "calls": ("",), "rota": ("", "{area}", "{elsewhere}"), "claim": ("resident.1",),
    "behalf-known": ("1",), "behalf-area": ("{elsewhere}",), "behalf-contact": ("yes",), "behalf-no-number": ("",),
    "behalf-relation": ("1",), "behalf-consent": ("yes",), "behalf-back": ("",), "behalf-check": ("yes", "name"),
    "same": ("",), "page": ("",),
    "report": ("week", "month", "x"), "lists": ("", "needs", "x"),
    "project": ("1.done", "99999999999999999999.x", "x"), "nonsense": ("",),
}  # fmt: skip
MENDS: dict[str, tuple[str, ...]] = {
    "card": ("",), "phoned": ("",), "settle": ("",), "complex": ("",), "ask": ("yes", "no", "none"),
    "said": ("yes", "no"), "nonsense": ("",),
}  # fmt: skip
PARTY = {
    "card": ("",), "accept": ("", "other"), "refuse": ("", "yes"), "mediator": ("yes", "no"), "talk": ("",),
    "nonsense": ("",),
}  # fmt: skip
CASE_STEPS = dict.fromkeys((*mediation._OWN, *mediation._PLAIN, *mediation._SURE, "mediator", "nonsense"), ("", "yes"))
ROTA = {
    **dict.fromkeys(rota._ACTS, ("",)), "save": ("1-0930-1200-", "x"), "stand": ("20261201-20261202-0", "1-2-3-4"),
    "hand": ("", "20261201-20261202-{colleague}-all", "1-2-3-4", "x"),
    "depart": ("{colleague}", "x"), "unleave": ("", "1", "99999999999999999999"), "nonsense": ("",),
}  # fmt: skip
COMMANDS = (
    "/start", "/start area-HJ", "/start area-nowhere", "/start claim-x", "/start mediate-x", "/start abc", "/help",
    "/menu", "/human", "/services", "/settings", "/mydata", "/requests", "/tasks", "/overview", "/nonsense", "值班表",
    "我的任务", "代为登记", "总览", "我的诉求", "设置", "整改", "未送达", "我的数据", "导出",
)  # fmt: skip


def named(prefix: str) -> frozenset[str]:
    """The words in the buttons of one kind, as the handlers' filters name them."""
    found: set[str] = set()
    for file in HANDLERS.glob("*.py"):
        for line in re.findall(rf"{prefix}\.filter\((.*)\)\)?$", file.read_text(encoding="utf-8"), re.MULTILINE):
            found |= set(re.findall(r'"([^"]+)"', line))
    return frozenset(found)


@dataclass
class Scene:
    """Everybody, and every request by a letter of its own.

    R recorded; P in progress: a dispute with the other party in, handled by another than the first responder and
    offered to a third; G in progress at the hands of somebody who has left; L legal aid, with an extension and a
    refusal to be decided; S waits for papers; D resolved; C closed with a bad rating; W withdrawn.
    """

    world: World
    actors: dict[str, Actor] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)
    case: int = 0
    mend: int = 0
    _updates: int = 10_000

    @property
    def file(self) -> str:
        return str(self.world.app.database.url.database)

    @classmethod
    async def set(cls, world: World) -> Scene:
        scene = cls(world)
        async with world.app.database.write() as session:
            from storage.people import People

            people = People(session, world.now)
            street = await people.add_area("ST", "石板坡街道")
            (await people.area_by_code("HJ")).parent_id = street.id  # type: ignore[union-attr]
            elsewhere = await people.add_area("BY", "白云社区", parent="ST")
            scene.places = {"street": str(street.id), "elsewhere": str(elsewhere.id)}
            scene.places["area"] = str((await people.area_by_code("HJ")).id)  # type: ignore[union-attr]
        for who, name, role, area in (
            ("first_responder", "李敏", Role.WORKER, "HJ"), ("handler", "周强", Role.WORKER, "HJ"),
            ("receiver", "孙悦", Role.WORKER, "HJ"), ("colleague", "吴刚", Role.WORKER, "HJ"),
            ("gone", "何平", Role.WORKER, "HJ"), ("worker_elsewhere", "陈静", Role.WORKER, "BY"),
            ("manager", "王芳", Role.MANAGER, "HJ"), ("manager_elsewhere", "郑洁", Role.MANAGER, "BY"),
            ("manager_above", "赵云", Role.MANAGER, "ST"),
        ):  # fmt: skip
            scene.actors[who] = await world.staff(name, role, area=area)
        scene.actors["resident"] = await world.resident("张秀英", phone="13800000001")
        scene.actors["neighbour"] = await world.resident("王大爷")
        scene.actors["other_party"] = await world.resident("钱五")
        scene.actors["stranger"] = world.person("陌生人")
        for who, actor in scene.actors.items():
            if who != "stranger":
                scene.ids[who] = (await world.who(actor)).id
        await world.app.clock.stop()
        await world.app.courier.stop()  # what is said stays in the outbox, where it is looked at
        await scene._record()
        return scene

    async def act(self, what: str, letter: str, who: str, *given: Any) -> Any:
        async with self.world.app.database.write() as session:
            books = Casebook(session, self.world.app.office.rules, self.world.now)
            return await getattr(books, what)(self.requests[letter], self.ids[who], *given)

    async def _record(self) -> None:
        rules, now, who = self.world.app.office.rules, self.world.now, self.ids
        services = {"P": "mediation.neighbour", "L": "legal_aid.apply"}
        known = rules.catalogue.services
        mediated = next(s for s in known if s.startswith("mediation."))
        aided = next(s for s in known.values() if s.domain == "legal_aid" and s.kind.value != "consulting").id
        services = {"P": mediated, "L": aided}
        for letter in "RPGLSDCW":
            async with self.world.app.database.write() as session:
                resident = await session.get(Person, who["resident"])
                assert resident is not None
                need = Need(resident, int(self.places["area"]), services.get(letter, "elderly.meals"), "屋头没人煮饭")
                request = await Casebook(session, rules, now).record(need)
                request.first_responder_id = who["first_responder"]
                request.handler_id = who["first_responder"]
                self.requests[letter] = request.id
        for letter in "PLSDC":
            await self.act("acknowledge", letter, "first_responder")
        async with self.world.app.database.write() as session:
            from storage.tables import Request

            gone = await session.get(Request, self.requests["G"])
            assert gone is not None
            gone.handler_id = who["gone"]
        await self.act("acknowledge", "G", "gone")
        await self.act("transfer", "P", "first_responder", who["handler"], "他更熟")
        await self.act("acknowledge", "P", "handler")
        async with self.world.app.database.write() as session:
            token = await Mediation(session, rules, now).invite_by_link(self.requests["P"], who["handler"])
        async with self.world.app.database.write() as session:
            other = await session.get(Person, who["other_party"])
            assert other is not None
            await Mediation(session, rules, now).enter(token, other)
        await self.act("transfer", "P", "handler", who["receiver"], "我要出差")
        await self.act("ask_extension", "L", "first_responder", 3, "等材料")
        await self.act("report_refusal", "L", "first_responder", "不归社区管", "法律援助中心", "12348")
        await self.act("ask_supplement", "S", "first_responder", "身份证复印件")
        for letter in "DC":
            await self.act("resolve", letter, "first_responder", "已安排送餐")
        rating: Rating = await self.act("rate", "C", "resident", 1)
        await self.act("withdraw", "W", "resident")
        async with self.world.app.database.write() as session:
            post = (await session.execute(select(Staff).where(Staff.person_id == who["gone"]))).scalar_one()
            post.until = now - timedelta(hours=1)
        async with self.world.app.database.read() as session:
            from storage.case_tables import Rectification

            mends = await session.execute(select(Rectification.id).where(Rectification.rating_id == rating.id))
            self.mend = mends.scalar_one()
            self.case = (await session.execute(select(MediationCase.id))).scalar_one()

    def roles(self, who: str, letter: str) -> frozenset[Role]:
        """What somebody is to a request, written by hand."""
        if who == "resident":
            return frozenset({Role.RESIDENT})
        if who in ("manager", "manager_above"):
            return frozenset({Role.MANAGER})
        if who == "first_responder":
            return frozenset({Role.FIRST_RESPONDER} | ({Role.HANDLER} if letter not in "PG" else set()))
        if letter == "P" and who in ("handler", "receiver"):
            return frozenset({Role(who)})
        if letter == "P" and who == "other_party":
            return frozenset({Role.SYSTEM})  # the system writes down what the other party says
        return frozenset()

    def buttons(self, who: str) -> Iterator[tuple[str, str]]:
        """Every button that somebody can forge: the letter of the request it is about, and its data."""
        words = {**self.places, **{name: str(number) for name, number in self.ids.items()}}
        outside = not any(self.roles(who, letter) for letter in self.requests)
        letters = "PDC" if outside or who == "other_party" else "".join(self.requests)
        for letter in letters:
            number = self.requests[letter]
            for act, args in ACTS.items():
                yield from ((letter, f"r:{act}:{number}:{arg.format(**words)}") for arg in args)
        for act, args in CASE_STEPS.items():
            yield from (("P", f"m:{act}:{self.requests['P']}:{arg}") for arg in args)
        yield "D", f"m:card:{self.requests['D']}:"
        for act, args in PARTY.items():
            yield from (("P", f"o:{act}:{self.case}:{arg}") for arg in args)
        for act, args in MENDS.items():
            yield from (("C", f"q:{act}:{self.mend}:{arg}") for arg in args)
        for what, args in PICKS.items():
            yield from (("", f"p:{what}:{arg.format(**words)}") for arg in args)
        heir, left = words["colleague"], words["gone"]
        for act in ("one", "all", "nonsense"):
            for to in ("0", heir, words["worker_elsewhere"], "99999999999999999999"):
                yield "G", f"h:{act}:{left}:{self.requests['G']}:{to}"
        yield "P", f"h:all:{words['handler']}:0:{heir}"
        yield "", f"h:all:99999999999999999999:0:{heir}"
        for act, args in ROTA.items():
            areas = (
                (words["area"], words["elsewhere"], "99999999999999999999") if "manager" in who else (words["area"],)
            )
            for area in areas:
                for person in ("0", words["colleague"], "99999999999999999999") if "manager" in who else ("0",):
                    yield from (("", f"d:{act}:{area}:{person}:{arg.format(**words)}") for arg in args)

    # -- doing it, and seeing what it did

    async def gives(self, who: str, **event: Any) -> bool:
        """Hand in one update; returns whether anything was said to that person."""
        actor = self.actors[who]
        self._updates += 1
        from aiogram.types import Update

        update = Update.model_validate({"update_id": self._updates, **event})
        [(before,)] = self.rows("SELECT coalesce(max(id), 0) FROM outbox")
        await self.world.app.gate.handle(self.world.app.bots[actor.channel], update)
        where = "id > ? AND (chat_id = ? OR person_id = ?)"
        [(said,)] = self.rows(f"SELECT count(*) FROM outbox WHERE {where}", before, actor.id, self.ids.get(who, 0))
        return bool(said)

    async def presses(self, who: str, data: str) -> bool:
        actor = self.actors[who]
        message = {
            "message_id": 1,
            "date": int(self.world.now.timestamp()),
            "chat": {"id": actor.id, "type": "private"},
        }
        asks = {"id": "q", "from": actor._user(), "chat_instance": "c", "message": message, "data": data}
        return await self.gives(who, callback_query=asks)

    async def says(self, who: str, text: str) -> bool:
        return await self.gives(who, message=self.actors[who]._message(text, None).model_dump(by_alias=True))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.file, timeout=10) as connection:
            found = connection.execute(query, values).fetchall()
        connection.close()
        return found

    def digest(self, *, but: tuple[str, ...] = ()) -> dict[str, str]:
        """What stands in each guarded table."""
        connection = sqlite3.connect(self.file, timeout=10)
        try:
            return {
                table: hashlib.sha256(
                    repr(connection.execute(f'SELECT * FROM "{table}" ORDER BY rowid').fetchall()).encode()
                ).hexdigest()
                for table in GUARDED
                if table not in but
            }
        finally:
            connection.close()

    def keep(self, path: Path) -> None:
        """Keep the whole database as it is now."""
        source, copy = sqlite3.connect(self.file), sqlite3.connect(path)
        source.backup(copy)
        source.close()
        copy.close()

    def bring_back(self, path: Path) -> None:
        """Put everything back as it was kept."""
        source, copy = sqlite3.connect(path), sqlite3.connect(self.file, timeout=10)
        source.backup(copy)
        source.close()
        copy.close()

    def written_since(self, event_id: int) -> list[tuple[int, int | None, str, str, Status]]:
        """Events after this one: request, who, role, action, and the status before it."""
        found = []
        for request_id, actor, role, action, position in self.rows(
            "SELECT request_id, actor_id, role, action, position FROM event WHERE id > ? ORDER BY id", event_id
        ):
            before = self.rows(
                "SELECT status FROM event WHERE request_id = ? AND position = ?", request_id, position - 1
            )
            found.append((request_id, actor, role, action, Status(before[0][0]) if before else Status.RECORDED))
        return found

    def judge(self, who: str, data: str, events: list[tuple[int, int | None, str, str, Status]]) -> list[str]:
        """What was written that this person had no right to."""
        letters = {number: letter for letter, number in self.requests.items()}
        wrong, own = [], False
        for request_id, actor, role, action, status in events:
            roles = self.roles(who, letters.get(request_id, ""))
            if actor == self.ids.get(who) and actor is not None:
                own = True
                if not any((action, status, mine) in ALLOWED for mine in roles):
                    wrong.append(f"{who} {data}: {action} on {status} as {role}")
                if role not in {mine.value for mine in roles}:
                    wrong.append(f"{who} {data}: {action} in the role of {role}")
            elif actor is not None and role != "system":
                wrong.append(f"{who} {data}: {action} in the name of person {actor}")
            elif not own and not any((action, status, mine) in ALLOWED for mine in roles):
                wrong.append(f"{who} {data}: {action} by nobody")
        return wrong
