"""What the managers' page shows, as plain data: the same figures as everywhere, of what one manager may see."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.report_words import share
from handlers.summary import formula_of, name_of
from handlers.texts import Voice
from knowledge.catalogue import Catalogue
from knowledge.numbers import spoken
from knowledge.periods import Period, Unit
from knowledge.satisfaction import MEASURES, Figures, Sort
from storage import report_rows
from storage.figures import By, Scope, figures
from storage.people import People
from storage.tables import Area, Person

GROUPS = (By.AREA, By.DOMAIN, By.SERVICE, By.FIRST_RESPONDER, By.HANDLER)
_TREND = 8
_LISTED = 50


class PageData:
    """Reads for one manager; nothing outside the areas they manage today."""

    def __init__(self, session: AsyncSession, voice: Voice, catalogue: Catalogue, now: datetime, me: int) -> None:
        self._session, self._voice, self._catalogue, self._now, self._me = session, voice, catalogue, now, me

    async def scope(self, asked: dict[str, str]) -> tuple[Period, Scope] | None:
        """What a request of the page is about; None when it is nobody's to see, or not understood."""
        people = People(self._session, self._now)
        areas = await people.managed(self._me)
        today = self._now.astimezone(self._voice.zone).date()
        period = Period.read(asked.get("period") or "month", today)
        area = asked.get("area", "")
        if area:
            areas &= await people.within([int(area)]) if area.isdecimal() and len(area) < 18 else frozenset()
        if period is None or not areas:
            return None
        start, end = period.moments(self._voice.zone)
        domain, service = asked.get("domain") or None, asked.get("service") or None
        return period, Scope(start, end, self._now, areas, domain, service)

    async def choices(self) -> dict[str, Any]:
        """Everything that can be chosen, and the words of the page."""
        managed = await People(self._session, self._now).managed(self._me)
        rows = await self._session.execute(select(Area).where(Area.id.in_(sorted(managed))).order_by(Area.code))
        t = self._voice.t
        words = ("title", "now", "area", "domain", "service", "by", "all", "print", "requests", "more", "failed")
        return {
            "areas": [[str(area.id), area.name] for area in rows.scalars()],
            "domains": [[d.id, self._voice.named(d)] for d in self._catalogue.domains],
            "services": [[s.id, self._voice.named(s), s.domain] for s in self._catalogue.services.values()],
            "by": [[by.value, t(f"page-by-{by.value.replace('_', '-')}")] for by in GROUPS],
            "which": [[w, t(f"page-requests-{w}")] for w in ("all", "poor", "late")],
            "periods": [
                [p, t(f"period-{p}")] for p in ("week", "last-week", "month", "last-month", "year", "last-year")
            ],
            "measures": [[m.key, t(name_of(m.key)), t(formula_of(m.key))] for m in MEASURES],
            "levels": [
                [k, t(name_of(k))]
                for k in ("very_satisfied", "satisfied", "fairly_satisfied", "dissatisfied", "very_dissatisfied")
            ],
            "words": {word: t(f"page-{word}") for word in words}
            | {"signedOut": t("page-signed-out"), "bulletin": t("report-bulletin"), "this": t("sheet-this"),
               "last": t("sheet-last"), "trend": t("sheet-trend"), "ratings": t("bulletin-levels"),
               "figure": t("sheet-figure"), "none": t("picture-none"), "few": t("picture-few")},
        }  # fmt: skip

    async def report(self, period: Period, scope: Scope, by: By) -> dict[str, Any]:
        """The figures of the period, of the one before, of each group, and the trend."""
        session, zone = self._session, self._voice.zone
        total = (await figures(session, scope))[None]
        before = (await figures(session, scope.between(*period.before().moments(zone)), times=False))[None]
        groups = await figures(session, scope, by, times=False)
        line = period.line(3 if period.unit is Unit.YEAR else _TREND)
        spans = tuple(p.moments(zone)[1] for p in line)
        trend = replace(scope, start=line[0].moments(zone)[0], end=spans[-1], spans=spans)
        found = await figures(session, trend, By.TIME, times=False)
        names = await self._names(by, groups)
        rows = sorted(((names.get(key, "—"), str(key), value) for key, value in groups.items()), key=lambda r: r[:2])
        return {
            "period": str(period),
            "days": f"{period.first.isoformat()} – {period.last.isoformat()}",
            "total": self._plain(total),
            "before": self._plain(before),
            "groups": [{"key": key, "name": name, **self._plain(value)} for name, key, value in rows],
            "trend": [
                {"name": str(p), **(self._plain(found[n]) if n in found else {"values": {}, "shown": {}})}
                for n, p in enumerate(line)
            ],
        }

    async def requests(self, scope: Scope, which: str, offset: int) -> dict[str, Any]:
        """A page of requests of the period: numbers and names of staff, nothing of residents."""
        found = await report_rows.listed(self._session, scope, which, offset, _LISTED + 1)
        t, zone = self._voice.t, self._voice.zone
        rows = [
            [
                spoken(r.number),
                r.area,
                self._voice.named(self._catalogue.recorded(r.service_id)),
                t(f"status-{r.status.replace('_', '-')}"),
                r.first_responder,
                r.handler,
                r.recorded.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
                r.resolve_by.astimezone(zone).strftime("%Y-%m-%d %H:%M"),
                t(f"level-{_LEVELS[r.level]}") if r.level else "",
            ]
            for r in found[:_LISTED]
        ]
        heads = ("number", "area", "service", "status", "responder", "handler", "recorded", "resolve-by", "level")
        return {"heads": [t(f"sheet-{h}") for h in heads], "rows": rows, "more": len(found) > _LISTED}

    def _plain(self, found: Figures) -> dict[str, Any]:
        """Values to draw and, of each, what is written."""
        values = {m.key: found.value(m.key) for m in MEASURES}
        shown: dict[str, str] = {}
        for measure in MEASURES:
            value = values[measure.key]
            if value is None:
                shown[measure.key] = "—"
            elif measure.sort is Sort.SHARE:
                shown[measure.key] = share(value)
            else:
                shown[measure.key] = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
        closures = found.closures
        if closures.few and closures.rated:
            counts = {"satisfied": closures.rated - closures.counts.poor, "rated": closures.rated}
            shown["satisfaction"] = self._voice.t("few", **counts)
        return {"values": values, "shown": shown}

    async def _names(self, by: By, groups: dict[Any, Figures]) -> dict[Any, str]:
        if by is By.DOMAIN:
            return {d.id: self._voice.named(d) for d in self._catalogue.domains}
        if by is By.SERVICE:
            return {s.id: self._voice.named(s) for s in self._catalogue.services.values()}
        table: Any = Area if by is By.AREA else Person
        ids = sorted(key for key in groups if key is not None)[:20_000]
        rows = await self._session.execute(select(table.id, table.name).where(table.id.in_(ids)))
        return {key: name for key, name in rows}  # noqa: C416 - rows are not pairs to the type checker


_LEVELS = {5: "very-satisfied", 4: "satisfied", 3: "fairly-satisfied", 2: "dissatisfied", 1: "very-dissatisfied"}
