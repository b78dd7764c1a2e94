"""Rule 1 once more: who may be the first responder of what is recorded now, from the posts, the leave and the load."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from knowledge.deadlines import next_service_moment
from knowledge.lifecycle import OPEN, Role
from tests.proof.books import Away, Books


def who_answers(books: Books, leaves: Collection[Away], area_id: int, domain: str, *, urgent: bool) -> set[int]:
    """The workers on duty for the domain, any on duty, the managers from here upward: of the first of these groups that
    is not empty, those with the least open load. Nobody has a rota but for leave: who is there is on duty."""
    office = books.rules.office(books.areas[area_id].code)
    today = office.local(books.now).date()
    moment = books.now if urgent else next_service_moment(books.now, office)
    here = [leave for leave in leaves if leave.area == area_id]
    working: dict[int, set[str] | None] = {}
    for person_id, posts in books.posts.items():
        held = [p for p in posts if p.area_id == area_id and p.role is Role.WORKER and p.until is None]
        if held and books.people[person_id].unreachable_at is None:
            working[person_id] = set(held[0].domains) or None
    on: dict[int, list[set[str] | None]] = {}
    for person_id, domains in working.items():
        who = _stand_in(person_id, office.local(moment).date(), here)
        if who in working:
            on.setdefault(who, []).append(domains)
    away = {leave.person for leave in here if leave.first <= today <= leave.last}
    groups = [{p for p, taken in on.items() if any(d is None or domain in d for d in taken)}, set(on)]
    for above in books.line(area_id):
        groups.append(_managers(books, above) - (away if above == area_id else set()))
    first = next(group for group in groups if group)
    load = {p: sum(r.handler_id == p and r.status in OPEN for r in books.requests) for p in first}
    return {p for p in first if load[p] == min(load.values())}


def _managers(books: Books, area_id: int) -> set[int]:
    return {
        person_id
        for person_id, posts in books.posts.items()
        if books.people[person_id].unreachable_at is None
        and any(p.area_id == area_id and p.role is Role.MANAGER and p.until is None for p in posts)
    }


def _stand_in(person_id: int, day: date, leaves: Collection[Away]) -> int | None:
    """Who is there for somebody on a day."""
    asked: set[int] = set()
    who: int | None = person_id
    while who is not None and who not in asked:
        asked.add(who)
        away = [leave for leave in leaves if leave.person == who and leave.first <= day <= leave.last]
        if not away:
            return who
        who = away[0].substitute
    return None
