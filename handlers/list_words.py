"""三张清单 in chat and in the workbook: needs, resources, projects, put into words, tables and a picture."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.charts import Bar, Picture
from handlers.desk import Pick
from handlers.speech import Choice
from handlers.texts import Voice
from knowledge.catalogue import GENERAL, Catalogue
from knowledge.likeness import groups
from storage import three_lists
from storage.figures import Scope
from storage.ledger import Rules
from storage.report_tables import Project, ProjectState

LISTS = ("needs", "resources", "projects")
_PERIOD = timedelta(days=30)
_SHOWN = 10
_IN_PICTURE = 12


@dataclass(frozen=True)
class Listed:
    """One of the lists, as it is shown."""

    text: str
    picture: Picture
    projects: Sequence[tuple[Project, str]] = ()


async def listed(
    name: str, session: AsyncSession, voice: Voice, rules: Rules, areas: frozenset[int], now: datetime
) -> Listed:
    """One of `LISTS`, of these areas: the needs of the last 30 days, what there is now, the projects."""
    if name == "needs":
        return await _needs(session, voice, rules.catalogue, Scope(now - _PERIOD, now, now, areas))
    if name == "resources":
        return await _resources(session, voice, rules, areas, now)
    return await _projects(session, voice, areas)


async def _needs(session: AsyncSession, voice: Voice, catalogue: Catalogue, scope: Scope) -> Listed:
    found = await three_lists.needs(session, scope, by_area=False)
    alike = await asyncio.to_thread(groups, (await three_lists.unmatched(session, scope))[0])
    total = sum(need.count for need in found)
    lines = [voice.t("needs-head", total=total)]
    lines += [
        voice.t("needs-line", name=named(voice, catalogue, n.service_id), count=n.count, before=n.before)
        for n in found[:_SHOWN]
        if n.count
    ]
    if alike:
        lines.append(voice.t("needs-unmatched", count=sum(len(g.members) for g in alike)))
        lines += [voice.t("needs-group", count=len(g.members), example=g.example) for g in alike[:5]]
    most = max([n.count for n in found], default=1) or 1
    bars = [
        Bar(named(voice, catalogue, n.service_id), n.count / most, f"{n.count}") for n in found[:_IN_PICTURE] if n.count
    ]
    title = str(voice.t("list-needs"))
    return Listed("\n".join(lines), Picture(title, [(str(total), str(voice.t("needs-total")))], bars=[(title, bars)]))


async def _resources(session: AsyncSession, voice: Voice, rules: Rules, areas: frozenset[int], now: datetime) -> Listed:
    found, catalogue = await three_lists.resources(session, areas, now), rules.catalogue
    on_duty = await three_lists.on_duty(session, {r.area_id for r in found}, now, rules.office())
    lines = [voice.t("resources-head", services=len(catalogue.services), people=len(found))]
    lines += [voice.t("resources-domain", name=voice.named(d), count=len(d.services)) for d in catalogue.domains]
    lines += [
        voice.t("resources-person", name=r.name, area=r.area, load=r.load, duty=_duty(voice, r.person_id, on_duty))
        for r in found[:_SHOWN]
    ]
    most = max([r.load for r in found], default=1) or 1
    bars = [Bar(r.name, r.load / most, str(r.load)) for r in found[:_IN_PICTURE]]
    numbers = [
        (str(len(catalogue.services)), str(voice.t("resources-services"))),
        (str(len(found)), str(voice.t("resources-people"))),
        (str(sum(r.load for r in found)), str(voice.t("list-open"))),
    ]
    picture = Picture(str(voice.t("list-resources")), numbers, bars=[(str(voice.t("resources-load")), bars)])
    return Listed("\n".join(lines), picture)


def _duty(voice: Voice, person_id: int, on_duty: frozenset[int]) -> str:
    return voice.t("resources-on-duty") if person_id in on_duty else ""


async def _projects(session: AsyncSession, voice: Voice, areas: frozenset[int]) -> Listed:
    found = await three_lists.projects(session, areas)
    lines = [voice.t("projects-head", count=len(found)) if found else voice.t("projects-none")]
    lines += [
        voice.t("projects-line", name=p.name, area=area, needs=p.needs, state=voice.t(f"project-{p.state.value}"))
        for p, area in found[:_SHOWN]
    ]
    most = max([p.needs for p, _ in found], default=1) or 1
    bars = [Bar(p.name, p.needs / most, str(p.needs)) for p, _ in found[:_IN_PICTURE]]
    title = str(voice.t("list-projects"))
    picture = Picture(title, [(str(len(found)), title)], bars=[(title, bars)])
    return Listed("\n".join(lines), picture, found[:3])


def choices(voice: Voice, name: str, found: Listed) -> list[Choice]:
    """The other lists, and what can be decided of the first projects."""
    made = [
        Choice(
            voice.t(f"project-to-{state.value}", name=project.name),
            Pick(what="project", arg=f"{project.id}.{state.value}").pack(),
        )
        for project, _ in found.projects
        for state in _NEXT[project.state]
    ]
    return made + [
        Choice(voice.t(f"list-{other}"), Pick(what="lists", arg=other).pack()) for other in LISTS if other != name
    ]


_NEXT = {
    ProjectState.PROPOSED: (ProjectState.ACCEPTED, ProjectState.DROPPED),
    ProjectState.ACCEPTED: (ProjectState.DONE,),
    ProjectState.DONE: (),
    ProjectState.DROPPED: (ProjectState.PROPOSED,),
}


def allowed(before: ProjectState, after: ProjectState) -> bool:
    """Whether a project may go from one state to the other."""
    return after in _NEXT[before]


def named(voice: Voice, catalogue: Catalogue, service_id: str) -> str:
    """A service by its name; the general window as what no service met."""
    if service_id == GENERAL:
        return voice.t("needs-general")
    service = catalogue.services.get(service_id)
    return voice.named(service) if service else service_id
