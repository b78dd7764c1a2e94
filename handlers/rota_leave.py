"""请假 with a substitute (AB岗), and 离岗: who does the work of somebody who is away, or gone."""

from datetime import date, datetime, time, timedelta
from typing import Any

from handlers import rota_words
from handlers.desk import Desk, Pick
from handlers.rota_view import RotaStep, Turn, back, member, number, people, show, today
from handlers.rota_words import day_name
from handlers.speech import Answer, Choice, Say
from knowledge.rota import Leave as Away
from knowledge.rota_sheet import read_dates
from storage import rota
from storage.clockwork import owed_by
from storage.tables import Area, Person, Request

_LONGEST = timedelta(days=366)
_AREAS = 50
LEAVE = ("请假", "休假", "is on leave", "on leave")
"""How leave is told of in a sentence."""

# -- 请假: who, from when to when, and who takes over (AB岗)


async def _leave(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    if person is None:
        return desk.say("rota-leave-whom", [*await people(desk, area, "leave"), back(desk, area)], columns=2)
    first = today(desk)
    sunday = first + timedelta(days=6 - first.weekday())
    tomorrow = first + timedelta(days=1)
    spans = (("rota-today", first, first), ("rota-tomorrow", tomorrow, tomorrow), ("rota-this-week", first, sunday))
    choices = [
        desk.button(key, Turn(act="stand", area=area.id, person=person.id, arg=_pack(first, last)))
        for key, first, last in spans
    ]
    desk.go(RotaStep.leave, area=area.id, person=person.id)
    return desk.say("rota-leave-when", [*choices, back(desk, area)], columns=2, name=person.name, **_example(first))


def _example(first: date) -> dict[str, Any]:
    """Dates that are still to come, as they can be typed."""
    return {"from": f"{first + timedelta(days=1):%m-%d}", "to": f"{first + timedelta(days=3):%m-%d}"}


async def told(desk: Desk, said: str) -> tuple[Area, Person | None, str] | None:
    """Whose leave somebody tells of, and the dates they named: 「李敏明天请假」; None for any other sentence."""
    areas = await rota.staffed(desk.session, await desk.people.managed(desk.me.id), desk.now)
    found = [
        (area, person)
        for area in areas[:_AREAS]
        for person in await rota.staff(desk.session, area.id, desk.now)
        if person.name in said
    ]
    if not found and len(areas) == 1:
        return (areas[0], None, "") if not _beside(said) else None
    if len(found) != 1:
        return None
    [(area, person)] = found
    rest = _beside(said.replace(person.name, "", 1))
    return (area, person, rest) if not rest or read_dates(rest, today(desk)) else None


def _beside(said: str) -> str:
    """What stands beside the word for leave."""
    for word in LEAVE:
        said = said.casefold().replace(word, "")
    return said.strip(" ，。,.!！：:要想")


async def on_told(desk: Desk, area: Area, person: Person | None, dates: str) -> Answer:
    """As the button 〔请假〕, as far as it was told."""
    if person is not None and dates:
        return await take_dates(desk, area, person, dates)
    return await _leave(desk, area, person, "")


async def take_dates(desk: Desk, area: Area, person: Person, said: str) -> Answer:
    """The dates that were asked for."""
    found = read_dates(said, today(desk))
    if found is None or found[1] < today(desk) or found[1] - found[0] > _LONGEST:
        return desk.say("rota-leave-wrong", [back(desk, area)], **_example(today(desk)))
    desk.go(None)
    return await _stand(desk, area, person, _pack(*found))


def _pack(first: date, last: date) -> str:
    return f"{first:%Y%m%d}-{last:%Y%m%d}"


async def _stand(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    """Who takes over; then the leave is written down. `arg`: from, to, and the substitute's id (0: nobody)."""
    if person is None:
        raise ValueError("nobody was chosen")
    first, last, *rest = arg.split("-")
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    if not rest:
        others = [
            Choice(p.name, Turn(act="stand", area=area.id, person=person.id, arg=f"{arg}-{p.id}").pack())
            for p in await rota.staff(desk.session, area.id, desk.now)
            if p.id != person.id and p.unreachable_at is None
        ]
        nobody = Turn(act="stand", area=area.id, person=person.id, arg=f"{arg}-0")
        return desk.say(
            "rota-leave-who",
            [*others, desk.button("rota-leave-nobody", nobody), back(desk, area)],
            columns=2,
            name=person.name,
            first=day_name(desk.voice, begins),
            last=day_name(desk.voice, ends),
        )
    leave = Away(person.id, begins, ends, number(rest[0]) or None)
    row = await rota.add_leave(desk.session, area.id, leave, by=desk.me.id, now=desk.now, today=today(desk))
    _tell_leave(desk, row.person_id, row.substitute_id, leave, over=False)
    done = [desk.say("rota-leave-done", name=person.name), await show(desk, area)]
    asked = await _in_hand(desk, area, person, leave)
    return [*done, asked] if asked is not None else done


# -- what is in hand meanwhile: the substitute takes it (rule 4), the first responder stays (rule 3)


async def _work(desk: Desk, area: Area, person: Person, leave: Away) -> tuple[list[Request], list[Request]]:
    """What they hold here that nobody is asked to take; and of that what presses, urgent or due meanwhile."""
    zone = desk.office.rules.zone
    begins = datetime.combine(leave.first, time(), zone)
    ends = datetime.combine(leave.last + timedelta(days=1), time(), zone)
    within = await desk.people.within([area.id])
    held = [
        request
        for request in await desk.casebook.tasks(person.id)
        if request.handler_id == person.id and request.area_id in within and request.offered_to_id is None
    ]
    return held, [r for r in held if r.urgent or begins <= owed_by(r) < ends or owed_by(r) <= desk.now]


async def _in_hand(desk: Desk, area: Area, person: Person, leave: Away) -> Say | None:
    """What the substitute could take now; None when nothing is in hand."""
    held, pressing = await _work(desk, area, person, leave)
    if not held:
        return None
    substitute = await desk.people.get(leave.substitute) if leave.substitute else None
    counts: dict[str, Any] = {"name": person.name, "open": len(held), "due": len(pressing)}
    if substitute is None:
        return desk.say("rota-leave-holds-alone", **counts)
    arg = f"{_pack(leave.first, leave.last)}-{substitute.id}"
    ways = {"rota-leave-hand-due": "due", "rota-leave-hand-all": "all"}
    choices = [
        desk.button(
            key,
            Turn(act="hand", area=area.id, person=person.id, arg=f"{arg}-{which}"),
            count=len(pressing if which == "due" else held),
        )
        for key, which in ways.items()
        if which == "all" or 0 < len(pressing) < len(held)
    ]
    keep = desk.button("rota-leave-hand-none", Pick(what="rota", arg=str(area.id)))
    return desk.say("rota-leave-holds", [*choices, keep], substitute=substitute.name, **counts)


async def _hand(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    """Offer it to the substitute, who takes each by 受理; until then it is held as before."""
    first, last, to, which = arg.split("-")
    if person is None or which not in ("due", "all"):
        raise ValueError("nobody, or nothing, was chosen")
    leave = Away(person.id, date.fromisoformat(first), date.fromisoformat(last), number(to))
    held, pressing = await _work(desk, area, person, leave)
    substitute = await member(desk, area, number(to))
    if substitute is None or substitute.id == person.id:
        raise ValueError("nobody takes over")
    handed = held if which == "all" else pressing
    reason = desk.label("rota-leave-reason", name=person.name)
    for request in handed:
        await desk.casebook.transfer(request.id, desk.me.id, substitute.id, reason)
    done = desk.say("rota-leave-handed", count=len(handed), substitute=substitute.name, name=person.name)
    return [done, await show(desk, area)]


def _tell_leave(desk: Desk, person_id: int, substitute_id: int | None, leave: Away, *, over: bool) -> None:
    """Both hear of it, whoever of them did not do it themselves."""
    for told in {person_id, substitute_id} - {None, desk.me.id}:
        if told is not None:
            desk.casebook.outbox.notice(
                told,
                "rota_leave",
                over=over,
                who=person_id,
                first=leave.first.isoformat(),
                last=leave.last.isoformat(),
                substitute=substitute_id,
            )


async def _unleave(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    if not arg:
        rows = await rota.leaves(desk.session, area.id, today(desk))
        lines = await rota_words.leave_lines(desk.session, desk.voice, rows)
        choices = [
            Choice(line, Turn(act="unleave", area=area.id, arg=str(row.id)).pack())
            for line, row in zip(lines, rows, strict=True)
        ]
        return desk.say("rota-unleave-which", [*choices, back(desk, area)])
    row = await rota.cancel_leave(desk.session, area.id, number(arg))
    if row is None:
        return desk.say("button-old")
    leave = Away(row.person_id, row.first, row.last, row.substitute_id)
    _tell_leave(desk, row.person_id, row.substitute_id, leave, over=True)
    return [desk.say("rota-unleave-done"), await show(desk, area)]


# -- 离岗: the post ends, the work is handed over first


async def _depart(desk: Desk, area: Area, person: Person | None, arg: str) -> Answer:
    """Who leaves, then who takes over everything they hold; nothing stays with somebody who cannot act."""
    if person is None:
        others = await people(desk, area, "depart", without=desk.me.id)
        return desk.say("rota-depart-whom", [*others, back(desk, area)], columns=2)
    if person.id == desk.me.id:
        raise ValueError("nobody ends their own post")
    work = await rota.held(desk.session, await desk.people.within([area.id]), person.id)
    if not arg:
        heirs = [p for p in await desk.people.colleagues(area.id) if p.id != person.id] if work else []
        choices = [
            Choice(p.name, Turn(act="depart", area=area.id, person=person.id, arg=str(p.id)).pack()) for p in heirs
        ]
        if not work:
            choices = [desk.button("rota-depart-yes", Turn(act="depart", area=area.id, person=person.id, arg="0"))]
        key = "rota-depart-work" if work else "rota-depart-sure"
        return desk.say(key, [*choices, back(desk, area)], columns=2, name=person.name, count=len(work))
    heir = number(arg)
    if heir == person.id or (work and not heir):
        raise ValueError("somebody must take over")
    reason = desk.t("rota-depart-reason", name=person.name)
    # The post ends first: whoever has left holds nothing while a colleague is asked.
    await rota.end_post(desk.session, area.id, person.id, desk.now)
    for request in work:
        await desk.casebook.take_over(request.id, desk.me.id, person.id, heir, reason)
    return [desk.say("rota-departed", name=person.name, count=len(work)), await show(desk, area)]


ACTS = {"leave": _leave, "stand": _stand, "hand": _hand, "unleave": _unleave, "depart": _depart}
"""What the buttons do, by the word in them."""
