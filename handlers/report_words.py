"""A report in chat: a short text and one picture, of what a manager asked for in a few words."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.charts import Bar, Picture
from handlers.texts import Markup, Voice
from knowledge.catalogue import Catalogue
from knowledge.periods import Period, Unit
from knowledge.satisfaction import Figures, Rating, Stage, Summary, together
from storage.figures import By, Scope, after_poor, figures, inside, satisfaction
from storage.tables import Request

_HOUR = 3600
_TREND = 4
"""Periods in the picture's trend, this one included."""


@dataclass(frozen=True)
class Asked:
    """What a report is of; everything beside the period narrows it."""

    period: Period
    area: int | None = None
    domain: str | None = None
    service: str | None = None
    responder: int | None = None
    handler: int | None = None

    def pack(self) -> dict[str, Any]:
        return {
            "period": str(self.period),
            "area": self.area,
            "domain": self.domain,
            "service": self.service,
            "responder": self.responder,
            "handler": self.handler,
        }

    @classmethod
    def unpack(cls, packed: Mapping[str, Any]) -> "Asked":
        period = Period.read(packed["period"], date.max)
        if period is None:
            raise ValueError(f"no period: {packed['period']!r}")
        return cls(period, *(packed.get(k) for k in ("area", "domain", "service", "responder", "handler")))

    def scope(self, areas: frozenset[int], now: datetime, voice: Voice) -> Scope:
        """:param areas: those that may be looked into, with those under them"""
        start, end = self.period.moments(voice.zone)
        return Scope(start, end, now, areas, self.domain, self.service, self.responder, self.handler)


@dataclass(frozen=True)
class Report:
    """What was counted for one report."""

    total: Figures
    domains: Mapping[Any, Summary]
    trend: list[tuple[Period, Summary | None]]

    @property
    def empty(self) -> bool:
        return not self.total.requests and not self.total.closures.closed


async def count(session: AsyncSession, asked: Asked, scope: Scope, voice: Voice) -> Report:
    """Everything that a report shows. A year has what its closures tell; for the rest, which takes seconds, the words
    name the page and the export."""
    domains = await satisfaction(session, scope, By.DOMAIN)
    if asked.period.unit is Unit.YEAR:
        recorded = await _recorded(session, scope)
        reasons, rectify = await after_poor(session, scope)
        nothing = Stage()
        total = Figures(recorded, together(domains.values()), reasons, rectify, nothing, nothing, nothing, 0, 0, 0)
        return Report(total, domains, [])
    total = (await figures(session, scope))[None]
    line = asked.period.line(_TREND)
    ends = tuple(period.moments(voice.zone)[1] for period in line)
    before = replace(scope, start=line[0].moments(voice.zone)[0], end=scope.start, spans=ends)
    found: dict[Any, Summary] = {**await satisfaction(session, before, By.TIME), _TREND - 1: total.closures}
    return Report(total, domains, [(period, found.get(number)) for number, period in enumerate(line)])


async def _recorded(session: AsyncSession, scope: Scope) -> int:
    query = select(func.count()).where(Request.created_at >= scope.start, Request.created_at < scope.end)
    if scope.areas is not None:
        query = query.where(inside(scope.areas))
    for column, wanted in (
        (Request.domain, scope.domain),
        (Request.service_id, scope.service_id),
        (Request.first_responder_id, scope.first_responder_id),
        (Request.handler_id, scope.handler_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return (await session.execute(query)).scalar_one()


def words(voice: Voice, catalogue: Catalogue, asked: Asked, title: str, report: Report) -> str:
    """The report in a few lines; what nothing is known of is left out."""
    total, summary, t = report.total, report.total.closures, voice.t
    lines = [
        t(
            "report-head",
            title=title,
            period=str(asked.period),
            requests=total.requests,
            closed=summary.closed,
            rated=summary.rated,
            coverage=share(summary.coverage),
        ),
        _satisfied(voice, report),
    ]
    if summary.counts.poor:
        why = sorted(((n, r) for r, n in total.reasons.items() if r), reverse=True)
        named = "、".join(
            f"{t(f'reason-{reason}'.replace('_', '-'))} {n}" for n, reason in why if _known(voice, reason)
        )
        lines.append(
            t(
                "report-poor",
                poor=summary.counts.poor,
                reasons=f"（{named}）" if named else "",
                rectified=share(total.rectify.rate),
            )
        )
    if total.acknowledge.due or total.resolve.due:
        kept = {
            "acknowledged": share(total.acknowledge.rate),
            "contacted": share(total.contact.rate),
            "resolved": share(total.resolve.rate),
        }
        lines.append(t("report-in-time", **kept))
    if total.resolve.median is not None and total.resolve.p90 is not None:
        within = "report-within"
        half, most = spent(voice, within, total.resolve.median), spent(voice, within, total.resolve.p90)
        lines.append(t("report-times", median=half, p90=most))
    if total.requests and asked.period.unit is not Unit.YEAR:
        each = f"{total.transfers / total.requests:.2f}"
        idle = spent(voice, "report-idle", total.idle)
        pushed = {"transfers": total.transfers, "each": each, "idle": idle, "asks": total.second_asks}
        lines.append(t("report-pushed", **pushed))
    if asked.domain is None and asked.service is None:
        lines += [
            t("report-domain", name=voice.named(d), counts=short(voice, report.domains[d.id]))
            for d in catalogue.domains
            if d.id in report.domains and report.domains[d.id].rated
        ]
    if asked.period.unit is Unit.YEAR:
        lines.append(t("report-year-more"))
    return "\n".join(lines)


def _known(voice: Voice, reason: str) -> bool:
    return voice.texts.has(f"reason-{reason}".replace("_", "-"))


def _satisfied(voice: Voice, report: Report) -> str:
    summary = report.total.closures
    if not summary.rated:
        return voice.t("report-none")
    if summary.few or summary.satisfaction is None:
        return voice.t("report-few", counts=short(voice, summary))
    change = ""
    before = report.trend[-2][1] if len(report.trend) > 1 else None
    if before is not None and not before.few and before.satisfaction is not None:
        points = round((summary.satisfaction - before.satisfaction) * 100, 1)
        key = "report-change-none" if not points else "report-change-up" if points > 0 else "report-change-down"
        change = voice.t(key, points=f"{abs(points):g}")
    mean = f"{summary.mean:.2f}"
    return voice.t(
        "report-satisfaction", rate=share(summary.satisfaction), change=change, good=share(summary.good_rate), mean=mean
    )


def picture(voice: Voice, catalogue: Catalogue, asked: Asked, title: str, report: Report) -> Picture:
    """The same at a glance."""
    t, summary = voice.t, report.total.closures
    numbers = [(str(report.total.requests), t("picture-recorded")), (str(summary.closed), t("picture-closed"))]
    if summary.few:
        numbers.append((str(summary.rated), t("picture-rated")))
    else:
        numbers.append((share(summary.satisfaction), t("measure-satisfaction")))
    if report.total.resolve.due:
        numbers.append((share(report.total.resolve.rate), t("picture-in-time")))
    ratings = sorted(Rating, reverse=True)
    named = [(str(t(f"level-{r.key.replace('_', '-')}")), summary.counts[r]) for r in ratings]
    domains = [_bar(voice, voice.named(d), report.domains[d.id]) for d in catalogue.domains if d.id in report.domains]
    trend = [_bar(voice, _short(period), found) for period, found in report.trend]
    bars = [(str(t("picture-trend")), trend)]
    if asked.domain is None and asked.service is None:
        bars.insert(0, (str(t("picture-domains")), domains))
    head = f"{title} {asked.period}"
    return Picture(head, [(value, str(name)) for value, name in numbers], named, str(t("picture-levels")), bars)


def _bar(voice: Voice, name: str, summary: Summary | None) -> Bar:
    if summary is None or not summary.rated:
        return Bar(name, None, voice.t("picture-none"))
    if summary.few:
        return Bar(name, None, voice.t("picture-few"))
    return Bar(name, summary.satisfaction, share(summary.satisfaction))


def _short(period: Period) -> str:
    return str(period) if period.unit is not Unit.WEEK else f"{period.first:%m-%d}~{period.last:%m-%d}"


def short(voice: Voice, summary: Summary) -> str:
    """Satisfaction as a share, or the counts of few ratings."""
    if summary.few:
        return voice.t("few", satisfied=summary.rated - summary.counts.poor, rated=summary.rated)
    return share(summary.satisfaction)


def share(value: float | None) -> str:
    return "—" if value is None else f"{value:.1%}"


def spent(voice: Voice, key: str, seconds: int) -> Markup:
    """How many hours, in the sentence `key`; no part of an hour is told as 0.0."""
    return voice.t("report-within-hour") if 0 < seconds < _HOUR else voice.t(key, hours=hours(seconds))


def hours(seconds: int) -> str:
    """Hours with one digit; less than one hour is just that."""
    return "<1" if 0 < seconds < _HOUR else f"{seconds / _HOUR:.1f}"
