"""请假 with a substitute (AB岗), and 离岗: who does the work of somebody who is away, or gone."""

from datetime import date, timedelta

from handlers import rota_words
from handlers.desk import Desk
from handlers.rota_view import RotaStep, Turn, back, number, people, show, today
from handlers.rota_words import day_name
from handlers.speech import Answer, Choice
from knowledge.rota import Leave as Away
from knowledge.rota_sheet import read_dates
from storage import rota
from storage.tables import Area, Person

_LONGEST = timedelta(days=366)

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
    return desk.say("rota-leave-when", [*choices, back(desk, area)], columns=2, name=person.name)


async def take_dates(desk: Desk, area: Area, person: Person, said: str) -> Answer:
    """The dates that were asked for."""
    found = read_dates(said, today(desk))
    if found is None or found[1] < today(desk) or found[1] - found[0] > _LONGEST:
        return desk.say("rota-leave-wrong", [back(desk, area)])
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
    return [desk.say("rota-leave-done", name=person.name), await show(desk, area)]


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


ACTS = {"leave": _leave, "stand": _stand, "unleave": _unleave, "depart": _depart}
"""What the buttons do, by the word in them."""
