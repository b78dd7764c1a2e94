"""The fourteen rules of 首问负责 (design.md), each a question that the books answer: every breach is one sentence.

A rule reads what was written (requests, events, ratings, notices, posts) and works out by itself what ought to stand
there; it never asks the code that wrote it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, time, timedelta
from itertools import pairwise

from knowledge.deadlines import Duration, next_service_moment
from knowledge.lifecycle import Action, Role, Status
from knowledge.satisfaction import POOR
from storage.tables import Request
from tests.lifecycle_table import ALLOWED, after
from tests.proof.books import OWING, Books, Move, Told
from tests.proof.promises import counted, length_of, owed, promised

Finding = str
_DAY = timedelta(days=1)
_RUNGS = {Action.WARN: "warn", Action.BREACH: "breach", Action.ESCALATE: "escalate"}


def rule_1(books: Books) -> Iterator[Finding]:
    """Exactly one first responder, live from the commit that records it; one who has left is being replaced."""
    for request, moves in _all(books):
        first = moves[0]
        if request.first_responder_id not in books.people:
            yield f"{request.number}: nobody is its first responder"
        if not books.in_office(first.after.first_responder, request.area_id, first.event.at):
            yield f"{request.number}: its first responder held no post when it was recorded"
        yield from _nobody_acts(books, request, moves)


def _nobody_acts(books: Books, request: Request, moves: list[Move]) -> Iterator[Finding]:
    """Who answers cannot act any more: by the next working day a manager has them on a list to hand over."""
    if request.status not in (*OWING, Status.SUPPLEMENT, Status.RESOLVED):
        return
    office = books.rules.office()
    named = max(m.event.at for m in moves if m.action in (Action.RECORD, Action.REPLACE, Action.REOPEN))
    for person in {request.first_responder_id} | ({request.handler_id} if request.status in OWING else set()):
        since = books.unable_since(person, request.area_id)
        if since is None:
            continue
        since = max(since, named)
        looked = [
            at
            for at in books.looked
            if office.local(at).date() > office.local(since).date() and next_service_moment(at, office) == at
        ]
        told = [n for n in books.told if n.kind in ("left_work", "unreachable") and n.payload.get("who") == person]
        if looked and not any(n.at >= since for n in told):
            yield f"{request.number}: {person} cannot act since {since:%F %R}, and no manager was told"


def rule_2(books: Books) -> Iterator[Finding]:
    """Whoever recorded it for somebody is its first responder and has it in hand at once."""
    for request, moves in _all(books):
        if request.recorded_by_id is None:
            continue
        if moves[0].after.first_responder != request.recorded_by_id:
            yield f"{request.number}: recorded by {request.recorded_by_id}, who does not answer for it"
        if [m.action for m in moves[:2]] != [Action.RECORD, Action.ACKNOWLEDGE]:
            yield f"{request.number}: recorded on behalf and not in hand at once"


def rule_3(books: Books) -> Iterator[Finding]:
    """Only a replacement by a manager, with a reason, changes the first responder, and the resident hears of it."""
    for request, moves in _all(books):
        if request.first_responder_id != moves[-1].after.first_responder:
            yield f"{request.number}: its first responder changed without a replacement"
        for move in moves:
            if move.action is not Action.REPLACE or move.before is None:
                continue
            said = move.event.data
            if said["before"] != move.before.first_responder or said["before"] == said["after"]:
                yield f"{request.number}: a replacement names the wrong one before"
            if "note" not in said:
                yield f"{request.number}: the first responder was replaced without a reason"
            if not books.in_office(said["after"], request.area_id, move.event.at):
                yield f"{request.number}: replaced by somebody without a post"
            if not books.resident_heard(request, "replaced", move.event.at):
                yield f"{request.number}: the resident was not told the new name"


def rule_4(books: Books) -> Iterator[Finding]:
    """No decline: the sender holds it until the receiver, a colleague named with a reason, has acknowledged."""
    for request, moves in _all(books):
        if (request.handler_id, request.offered_to_id) != (moves[-1].after.handler, moves[-1].after.offered):
            yield f"{request.number}: its handler changed without an acknowledgement"
        for move in moves:
            before, said = move.before, move.event.data
            if before is None:
                continue
            if move.action is Action.TRANSFER:
                if said["sender"] not in (before.handler, before.offered) or "note" not in said:
                    yield f"{request.number}: a transfer without its sender or its reason"
                if move.after.handler != before.handler and books.able(before.handler, request.area_id, move.event.at):
                    yield f"{request.number}: its handler lost it to a transfer that nobody has acknowledged"
                if not books.in_office(said["receiver"], request.area_id, move.event.at):
                    yield f"{request.number}: transferred to somebody without a post"
            asked = {before.offered, before.handler, *books.stand_ins(before.handler, request.area_id, move.event.at)}
            if move.action is Action.ACKNOWLEDGE and move.event.actor_id not in asked:
                yield f"{request.number}: taken by {move.event.actor_id}, whom nobody asked"
        for refusal in books.refusals.get(request.id, ()):
            if refusal.note_id is None or not refusal.contact.strip() or not refusal.body.strip():
                yield f"{request.number}: a refusal without its ground or the right body's contact"


def rule_5(books: Books) -> Iterator[Finding]:
    """The promise moves by exactly one 补正, by exactly its time, and by one granted extension; by nothing else."""
    for request, moves in _all(books):
        promises = promised(books, request, moves)
        if request.resolve_by != promises[-1]:
            yield f"{request.number}: promised {promises[-1]:%F %R}, now {request.resolve_by:%F %R}"
        pausing = [s for s in books.supplements.get(request.id, ()) if s.pauses]
        if len(pausing) > 1 or sum(m.action is Action.ASK_SUPPLEMENT for m in moves) != len(pausing):
            yield f"{request.number}: paused {len(pausing)} times"
        granted = [(p, m) for p, m in zip(promises, moves[1:], strict=False) if m.action is Action.GRANT_EXTENSION]
        kept = [e for e in books.extensions.get(request.id, ()) if e.granted]
        if len(granted) > 1 or len(granted) != len(kept):
            yield f"{request.number}: extended {len(granted)} times, {len(kept)} extensions kept"
        for (promise, _), grant in zip(granted, kept, strict=False):
            if grant.before != promise or grant.until < promise or grant.asked_at >= promise:
                yield f"{request.number}: an extension of another promise than the one given, or asked too late"


def rule_6(books: Books) -> Iterator[Finding]:
    """What was told once is recorded: what, when, by whom; and it had reached the resident before the clock paused."""
    for request, moves in _all(books):
        notices = {notice.id: notice for notice in books.notices.get(request.id, ())}
        told = sum(m.action is Action.NOTIFY or "told" in m.event.data for m in moves)
        if told != len(notices):
            yield f"{request.number}: {told} one-time notices in its history, {len(notices)} kept"
        for supplement in books.supplements.get(request.id, ()):
            notice = notices.get(supplement.notice_id or 0)
            if supplement.pauses and (notice is None or not notice.content or notice.delivered_at is None):
                yield f"{request.number}: paused without a one-time notice that had reached the resident"
            elif notice is not None and notice.delivered_at and notice.delivered_at > supplement.asked_at:
                yield f"{request.number}: paused before the one-time notice reached the resident"


def rule_7(books: Books) -> Iterator[Finding]:
    """Promised in the order of the stages, in counted (working) days, and never past the statutory limit."""
    for request, moves in _all(books):
        office = books.rules.office(books.areas[request.area_id].code)
        first, made = office.local(request.created_at).date(), moves[0].after.promise
        if not request.created_at < request.acknowledge_by <= request.contact_by <= request.resolve_by:
            yield f"{request.number}: its promises are not in order"
        service = books.rules.catalogue.service(request.service_id)
        if moves[0].event.data["service"] == service.id:
            length = length_of(books, service.id)
            lengths = [length] if service.statutory_limit is None else [length, Duration.parse(service.statutory_limit)]
            day = min(counted(first, one, office) for one in lengths)
            if office.local(made).date() != day:
                yield f"{request.number}: {length} from {first} is {day}, promised {office.local(made).date()}"
        if service.statutory_limit is not None:
            limit = office.at(counted(first, Duration.parse(service.statutory_limit), office), time(23, 59, 59))
            for pause in (s for s in books.supplements.get(request.id, ()) if s.pauses and s.ended_at):
                limit += (pause.ended_at or limit) - pause.asked_at
            if request.resolve_by > limit:
                yield f"{request.number}: promised past its statutory limit"


def rule_8(books: Books) -> Iterator[Finding]:
    """Every promise that passed while it was owed was noticed, once, and those who must hear of it heard of it."""
    for request, moves in _all(books):
        steps = [m for m in moves if m.action in _RUNGS]
        said = Counter((m.action, m.event.data["stage"], m.event.data["due"]) for m in steps)
        yield from (f"{request.number}: {step} was written {n} times" for step, n in said.items() if n > 1)
        for move in steps:
            yield from _heard(books, request, move)
        for stage, due, start, end in owed(request, moves, promised(books, request, moves)):
            office = books.rules.office(books.areas[request.area_id].code)
            spoken = due if request.urgent else next_service_moment(due, office)
            if not books.swept_between(max(start, spoken), end):
                continue
            if (Action.BREACH, stage.value, due.isoformat()) not in said:
                yield f"{request.number}: {stage} by {due:%F %R} passed and nobody was told"


def rule_8_once(books: Books) -> Iterator[Finding]:
    """No notice of a sweep comes twice: not by its key, and not by what it says."""
    keys = Counter(notice.key for notice in books.told if notice.key is not None)
    yield from (f"the key {key} was used {n} times" for key, n in keys.items() if n > 1)
    for request, moves in _all(books):
        heard = Counter(step for notice in books.told_of.get(request.id, ()) for step in _once(request, moves, notice))
        yield from (f"{request.number}: {step} was told {n} times" for step, n in heard.items() if n > 1)


def rule_9(books: Books) -> Iterator[Finding]:
    """办结 has an outcome; 还没解决 returns it to the first responder; silence closes it after 7 days, unrated."""
    for request, moves in _all(books):
        if request.status is Status.RESOLVED and not (request.outcome or "").strip():
            yield f"{request.number}: resolved without an outcome"
        rated = {rating.round for rating in books.ratings.get(request.id, ())}
        resolved: datetime | None = None
        for move in moves:
            if move.after.status is Status.RESOLVED and move.before and move.before.status is not Status.RESOLVED:
                resolved = move.event.at
                if "note" not in move.event.data:
                    yield f"{request.number}: resolved without a word"
                news = "refusal_upheld" if move.action is Action.UPHOLD else "resolved"
                if not books.resident_heard(request, news, resolved):
                    yield f"{request.number}: resolved and the resident does not know"
            if move.action is Action.CLOSE_UNRATED:
                if move.after.round in rated:
                    yield f"{request.number}: closed by silence, and rated"
                if resolved is None or move.event.at < resolved + 7 * _DAY:
                    yield f"{request.number}: closed before seven days of silence"
            if move.action in (Action.REOPEN, Action.TAKE_REOPEN) and request.handler_id != moves[-1].after.handler:
                yield f"{request.number}: reopened, and not with its first responder"


def rule_10(books: Books) -> Iterator[Finding]:
    """One rating a closure and one change of it, by the resident served, naming who answered and worked then."""
    for request, moves in _all(books):
        acts = {
            action: [m for m in moves if m.action is action]
            for action in (Action.RATE, Action.TAKE_RATING, Action.REVISE)
        }
        given = {m.after.round: m for action in (Action.RATE, Action.TAKE_RATING) for m in acts[action]}
        if len(given) != len(acts[Action.RATE]) + len(acts[Action.TAKE_RATING]):
            yield f"{request.number}: rated twice for one closure"
        ratings = {rating.round: rating for rating in books.ratings.get(request.id, ())}
        if len(ratings) != len(books.ratings.get(request.id, ())) or ratings.keys() != given.keys():
            yield f"{request.number}: ratings {sorted(ratings)}, closures rated {sorted(given)}"
            continue
        for number, move in given.items():
            rating, held = ratings[number], move.before or move.after
            if (rating.first_responder_id, rating.handler_id) != (held.first_responder, held.handler):
                yield f"{request.number}: the rating names others than those who answered then"
            if rating.staff_taken is not (move.action is Action.TAKE_RATING):
                yield f"{request.number}: a rating taken by staff is not marked, or another is"
            if not rating.staff_taken and rating.rated_by_id != request.resident_id:
                yield f"{request.number}: rated by somebody else than the resident"
            if not rating.staff_taken and rating.rated_by_id in held_by(moves, move) and not rating.conflict:
                yield f"{request.number}: rated by somebody who handled it"
        changed = Counter(m.after.round for m in acts[Action.REVISE])
        if any(n > 1 for n in changed.values()) or changed.keys() != {
            r.round for r in ratings.values() if r.revised_level is not None
        }:
            yield f"{request.number}: changed ratings {dict(changed)} are not those kept"


def rule_11(books: Books) -> Iterator[Finding]:
    """Every poor rating has one rectification, with a manager who was not the handler, and its own clock."""
    for request, moves in _all(books):
        office = books.rules.office(books.areas[request.area_id].code)
        opened = Counter(r.rating_id for r in books.rectifications.get(request.id, ()))
        ratings = {rating.id: rating for rating in books.ratings.get(request.id, ())}
        for rating in ratings.values():
            poor = {rating.level, rating.revised_level} & {int(level) for level in POOR}
            if opened[rating.id] != bool(poor):
                yield f"{request.number}: rated {rating.level}, {opened[rating.id]} rectifications"
        for row in books.rectifications.get(request.id, ()):
            own = row.rating_id in ratings and row.manager_id == ratings[row.rating_id].handler_id
            if own and not _nobody_else(moves, row.id):
                yield f"{request.number}: the handler of a poor rating puts it right"
            given = (m.event.at for m in moves if m.event.data.get("manager") == row.manager_id)
            named = max(given, default=row.opened_at)
            if not books.in_office(row.manager_id, request.area_id, named, Role.MANAGER):
                yield f"{request.number}: put right by somebody who is no manager"
            first, days = office.local(row.opened_at).date(), "15wd" if row.complicated else "5wd"
            if office.local(row.contact_by).date() != counted(first, Duration.parse("1wd"), office):
                yield f"{request.number}: a rectification is not answered within a working day"
            if office.local(row.settle_by).date() != counted(first, Duration.parse(days), office):
                yield f"{request.number}: a rectification is not settled within {days}"


def _nobody_else(moves: list[Move], rectification: int) -> bool:
    """Whether it was written down, when it was opened or handed on, that no other manager could."""
    opened = [m.event.data for m in moves if m.action is Action.RECTIFY]
    return bool([d for d in opened if d.get("rectification") == rectification and d.get("own_work")])


def rule_12(books: Books) -> Iterator[Finding]:
    """Every act is an event that the table allows, in an unbroken chain; the statuses follow from the events."""
    for request, moves in _all(books):
        if moves[-1].after.status is not request.status or moves[-1].event.hash != request.last_hash:
            yield f"{request.number}: is {request.status}, its history says {moves[-1].after.status}"
        for one, following in pairwise(moves):
            if following.event.previous != one.event.hash or following.event.at < one.event.at:
                yield f"{request.number}: event {following.event.position} does not follow the one before"
        for move in moves[1:]:
            assert move.before is not None
            if (move.action, move.before.status, move.event.role) not in ALLOWED:
                yield f"{request.number}: {move.action} by {move.event.role} on {move.before.status}"
            elif after(move.action, move.before.status) is not move.after.status:
                yield f"{request.number}: {move.action} led to {move.after.status}"


def rule_13(books: Books) -> Iterator[Finding]:
    """Danger is urgent, and the worker and a manager are called in the commit that records it."""
    for request, moves in _all(books):
        if request.danger is None:
            continue
        at, responder = moves[0].event.at, moves[0].after.first_responder
        if not request.urgent or request.acknowledge_by > request.created_at + timedelta(hours=2):
            yield f"{request.number}: danger that is not urgent"
        if [n.person_id for n in books.heard(request, "assigned", at)] != [responder]:
            yield f"{request.number}: the worker was not called to a danger"
        called = [responder, *(n.person_id for n in books.heard(request, "danger_alert", at))]
        if not any(books.in_office(p, request.area_id, at, Role.MANAGER) for p in called):
            yield f"{request.number}: no manager was called to a danger"


def rule_14(books: Books) -> Iterator[Finding]:
    """The resident was told the number and who answers, and can see both, with what is due, in every status."""
    for request, moves in _all(books):
        resident = books.people.get(request.resident_id)
        if resident is None or not books.people[request.first_responder_id].name:
            yield f"{request.number}: no resident, or nobody they could see"
        elif request.recorded_by_id is None and not books.heard(request, "recorded", moves[0].event.at):
            yield f"{request.number}: the resident was not told its number"


RULES: tuple[Callable[[Books], Iterator[Finding]], ...] = (
    rule_1, rule_2, rule_3, rule_4, rule_5, rule_6, rule_7, rule_8, rule_8_once, rule_9, rule_10, rule_11, rule_12,
    rule_13, rule_14,
)  # fmt: skip


def findings(books: Books) -> list[Finding]:
    """Everything in the books that breaks a rule."""
    return [f"{rule.__name__}: {finding}" for rule in RULES for finding in rule(books)]


# -- what the rules share


def _all(books: Books) -> Iterator[tuple[Request, list[Move]]]:
    return ((request, books.moves[request.id]) for request in books.requests)


def held_by(moves: list[Move], until: Move) -> set[int]:
    """Everybody who answered for it, had it in hand or resolved it up to a move."""
    found: set[int] = set()
    for move in moves:
        found |= {move.after.handler, move.after.first_responder}
        if move.action in (Action.ACKNOWLEDGE, Action.RESOLVE) and move.event.actor_id is not None:
            found.add(move.event.actor_id)
        if move is until:
            break
    return found


def _heard(books: Books, request: Request, move: Move) -> Iterator[Finding]:
    """Whether those heard of a step of a promise who must, at the moment it was written."""
    said, at, held = move.event.data, move.event.at, move.before or move.after
    told = {
        notice.person_id
        for notice in books.told_of.get(request.id, ())
        if notice.at == at and (_RUNGS[move.action], said["stage"], said["due"]) in _rungs(request, [move], notice)
    }
    must = {held.handler} if move.action is Action.WARN else {held.handler, held.first_responder}
    must = {person for person in must if books.able(person, request.area_id, at)}
    if move.action is Action.ESCALATE:
        must = set()
    if must - told:
        yield f"{request.number}: {said['stage']} {move.action}: {must - told} did not hear of it"
    if (move.action is not Action.WARN or not must) and not any(
        books.in_office(person, request.area_id, at, Role.MANAGER) for person in told
    ):
        yield f"{request.number}: {said['stage']} {move.action}: no manager heard of it"


def _rungs(request: Request, moves: list[Move], notice: Told) -> list[tuple[str, str, str]]:
    """Rung, stage and moment of every promise of this request that a notice speaks of."""
    said = notice.payload
    if notice.kind == "promise_digest":
        listed = [(rung, stage) for number, rung, stage in said["steps"] if number == request.id]
        return [
            (rung, stage, move.event.data["due"])
            for rung, stage in listed
            for move in moves
            if move.event.at == notice.at and _RUNGS.get(move.action) == rung and move.event.data["stage"] == stage
        ]
    if notice.request_id == request.id and notice.kind in [f"promise_{rung}" for rung in _RUNGS.values()]:
        return [(notice.kind.removeprefix("promise_"), said["stage"], said["due"])]
    return []


def _once(request: Request, moves: list[Move], notice: Told) -> Iterator[tuple[object, ...]]:
    """What may be said to a person only once."""
    for rung in _rungs(request, moves, notice):
        yield (notice.person_id, *rung)
    if notice.kind == "rating_reminder" or notice.payload.get("news") == "rating_reminder":
        closures = sum(m.after.status is Status.RESOLVED and m.event.at < notice.at for m in moves)
        yield (notice.person_id, notice.kind, closures)
