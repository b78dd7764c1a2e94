"""三张清单 as sheets of the summary."""

from collections.abc import Callable, Mapping

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.spreadsheets import Chart, Kind, Row, Table
from knowledge.likeness import groups
from storage import three_lists
from storage.figures import Scope

_CHARTED = 15


async def list_sheets(
    session: AsyncSession,
    scope: Scope,
    t: Callable[[str], str],
    domains: Mapping[str, str],
    service: Callable[[str], str],
) -> list[Table]:
    """Needs by area and service with those that met none, staff with what they have in hand, projects."""
    found = await three_lists.needs(session, scope)
    overall = three_lists.overall(found)
    rows: list[Row] = [
        [service(n.service_id), domains.get(n.domain, n.domain), t("sheet-total"), n.count, n.before] for n in overall
    ]
    charted = Chart("bar", t("sheet-needs"), [3], min(len(rows), _CHARTED))
    rows += [[service(n.service_id), domains.get(n.domain, n.domain), n.area, n.count, n.before] for n in found]
    alike = groups((await three_lists.unmatched(session, scope))[0])
    rows += [[t("needs-general"), "", "", len(g.members), None, g.name, g.example] for g in alike]
    text = [Kind.TEXT] * 3
    needs = Table(
        t("sheet-needs"),
        [t(f"sheet-{h}") for h in ("service", "domain", "area", "count", "last", "project", "example")],
        rows,
        [*text, Kind.COUNT, Kind.COUNT, Kind.TEXT, Kind.TEXT],
        (24, 12, 16, 8, 8, 18, 40),
        charts=[charted] if overall else [],
    )
    staff = await three_lists.resources(session, scope.areas, scope.now)
    resources = Table(
        t("sheet-resources"),
        [t(f"sheet-{h}") for h in ("person", "area", "role", "domain", "load")],
        [
            [r.name, r.area, t(f"role-{r.role.value}"), "、".join(domains.get(d, d) for d in r.domains), r.load]
            for r in staff
        ],
        [Kind.TEXT] * 4 + [Kind.COUNT],
        (14, 16, 14, 30, 8),
    )
    projects = Table(
        t("sheet-projects"),
        [t(f"sheet-{h}") for h in ("project", "area", "count", "state")],
        [
            [p.name, area, p.needs, t(f"project-{p.state.value}")]
            for p, area in await three_lists.projects(session, scope.areas)
        ],
        [Kind.TEXT, Kind.TEXT, Kind.COUNT, Kind.TEXT],
        (24, 16, 8, 12),
    )
    return [needs, resources, projects]
