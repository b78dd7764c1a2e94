"""The satisfaction summary as tables: cover, by area, by domain and service, by person, trend, every 差评 with its
整改, one row a request, and what each figure means. Made from an `Order`, which is plain data, so that another process
can carry it out."""

import re
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any, Self
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.list_sheets import list_sheets
from handlers.spreadsheets import Cell, Chart, Kind, Row, Table
from handlers.texts import Voice, texts
from knowledge.catalogue import Catalogue
from knowledge.numbers import spoken
from knowledge.periods import Period, Unit
from knowledge.satisfaction import MEASURES, Figures, Sort
from knowledge.satisfaction import Rating as Level
from storage import report_rows
from storage.figures import By, Scope, figures, figures_by
from storage.people import People
from storage.tables import Area, Person

_KINDS = {
    Sort.COUNT: Kind.COUNT,
    Sort.SHARE: Kind.SHARE,
    Sort.SCORE: Kind.SCORE,
    Sort.HOURS: Kind.HOURS,
    Sort.RATIO: Kind.SCORE,
}
_WEEKS_UP_TO = 62
"""Days of a period whose trend is by week; longer ones go by month."""
_BEFORE = 12
_GROUPINGS = (By.ALL, By.AREA, By.DOMAIN, By.SERVICE, By.FIRST_RESPONDER, By.HANDLER)
_KEY_FIGURES = (
    "requests", "closed", "rated", "coverage", "satisfaction", "good_rate", "mean", "poor", "rectified", "acknowledged",
    "contacted", "resolved", "resolve_median", "resolve_p90", "transfers_each", "idle_hours", "second_asks",
)  # fmt: skip
_LONG_NUMBER = re.compile(r"\d(?:[\d -]{4,})\d")


@dataclass(frozen=True)
class Order:
    """What is to be counted and for whom, as plain data.

    :ivar areas: the areas that are asked for, by id; those under them belong to it; None: the whole office
    :ivar services: of each service its name and its domain; `domains` their names
    :ivar personal: names, phone numbers and words of residents as they are; else masked
    """

    first: str
    after: str
    unit: str
    now: str
    language: str
    zone: str
    title: str
    domains: dict[str, str]
    services: dict[str, tuple[str, str]]
    areas: list[int] | None = None
    domain: str | None = None
    service_id: str | None = None
    personal: bool = False

    @classmethod
    def make(cls, period: Period, now: datetime, voice: Voice, catalogue: Catalogue, title: str, **more: Any) -> Self:
        return cls(
            first=period.first.isoformat(),
            after=period.after.isoformat(),
            unit=period.unit.value,
            now=now.isoformat(),
            language=voice.language,
            zone=voice.zone.key,
            title=title,
            domains={d.id: voice.named(d) for d in catalogue.domains},
            services={s.id: (voice.named(s), s.domain) for s in catalogue.services.values()},
            **more,
        )

    def pack(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def period(self) -> Period:
        return Period(date.fromisoformat(self.first), date.fromisoformat(self.after), Unit(self.unit))

    @property
    def voice(self) -> Voice:
        return Voice(texts(), self.language, False, ZoneInfo(self.zone))

    def scope(self, areas: frozenset[int] | None) -> Scope:
        start, end = self.period.moments(ZoneInfo(self.zone))
        return Scope(
            start, end, datetime.fromisoformat(self.now), areas=areas, domain=self.domain, service_id=self.service_id
        )


class Book:
    """The tables of one order, read from the database one after another."""

    def __init__(self, session: AsyncSession, order: Order) -> None:
        self._session, self._order, self._t = session, order, cache(order.voice.t)
        self._areas: dict[int, Area] = {}
        self._scope = order.scope(None)

    async def tables(self) -> AsyncIterator[Table]:
        """Each table once; its rows must be read before the next is asked for."""
        order = self._order
        people = People(self._session, datetime.fromisoformat(order.now))
        self._areas = {area.id: area for area in await people.areas()}
        if order.areas is not None:
            self._scope = order.scope(await people.within(order.areas))
        found = await figures_by(self._session, self._scope, list(_GROUPINGS))
        total = found[By.ALL][None]
        yield await self._cover(total)
        yield self._by_area(found[By.AREA])
        yield self._by_service(total, found[By.DOMAIN], found[By.SERVICE])
        yield await self._by_person(found)
        yield await self._trend()
        yield self._poor()
        yield self._requests()
        for table in await list_sheets(self._session, self._scope, self._t, order.domains, self._service):
            yield table
        yield self._meanings()

    # -- the sheets

    async def _cover(self, total: Figures) -> Table:
        t, order = self._t, self._order
        before = order.period.before()
        earlier = (await figures(self._session, self._scope.between(*before.moments(ZoneInfo(order.zone)))))[None]
        rows: list[list[Cell]] = [
            [order.title],
            [t("sheet-period"), f"{order.first} – {order.period.last.isoformat()}"],
            [t("sheet-before"), f"{before.first.isoformat()} – {before.last.isoformat()}"],
            [t("sheet-made"), datetime.fromisoformat(order.now)],
            [t("sheet-personal" if order.personal else "sheet-masked")],
            [],
            [t("sheet-figure"), t("sheet-this"), t("sheet-last")],
        ]
        for key in _KEY_FIGURES:
            kind = next(m.sort for m in MEASURES if m.key == key)
            this, last = (written(kind, self._cell(f, key)) for f in (total, earlier))
            rows.append([t(name_of(key)), this, last])
        return Table(t("sheet-cover"), [t("export-name"), "", ""], rows, widths=(30, 30, 30), plain=True)

    def _by_area(self, found: Mapping[Any, Figures]) -> Table:
        shown = self._tree(found)
        rows = [[name, *self._cells(found[area])] for area, name in shown]
        return self._figures("sheet-by-area", [self._t("sheet-area")], rows, (26,))

    def _tree(self, found: Mapping[Any, Figures]) -> list[tuple[int, str]]:
        """Areas with those under them below them, indented."""
        below: dict[int | None, list[Area]] = {}
        for area in sorted(self._areas.values(), key=lambda a: (a.code, a.id)):
            inside = area.id in found
            parent = area.parent_id if area.parent_id in found else None
            if inside:
                below.setdefault(parent, []).append(area)
        shown: list[tuple[int, str]] = []

        def add(parent: int | None, depth: int) -> None:
            for area in below.get(parent, ()):
                shown.append((area.id, "　" * depth + area.name))
                add(area.id, depth + 1)

        add(None, 0)
        return shown

    def _by_service(self, total: Figures, domains: Mapping[Any, Figures], services: Mapping[Any, Figures]) -> Table:
        order = self._order
        rows: list[list[Cell]] = []
        bold = set()
        for domain, name in order.domains.items():
            if domain not in domains:
                continue
            bold.add(len(rows))
            rows.append([name, "", *self._cells(domains[domain])])
            mine = sorted(
                (order.services.get(str(s), (str(s), ""))[0], s) for s in services if self._domain(s) == domain
            )
            rows += [[name, label, *self._cells(services[s])] for label, s in mine]
        bold.add(len(rows))
        rows.append([self._t("sheet-total"), "", *self._cells(total)])
        headings = [self._t("sheet-domain"), self._t("sheet-service")]
        return self._figures("sheet-by-service", headings, rows, (12, 24), bold=frozenset(bold))

    def _domain(self, service: object) -> str:
        return self._order.services.get(str(service), ("", ""))[1]

    async def _by_person(self, figures_: Mapping[By, Mapping[Any, Figures]]) -> Table:
        rows: list[list[Cell]] = []
        for by, role in ((By.FIRST_RESPONDER, "sheet-responder"), (By.HANDLER, "sheet-handler")):
            found = figures_[by]
            names = await self._names(found)
            ordered = sorted(found, key=lambda p: (names.get(p, ""), str(p)))
            rows += [[names.get(p, "—"), self._t(role), *self._cells(found[p])] for p in ordered]
        headings = [self._t("sheet-person"), self._t("sheet-role")]
        return self._figures("sheet-by-person", headings, rows, (14, 12))

    async def _names(self, ids: Iterable[Any]) -> dict[Any, str]:
        wanted = sorted(i for i in ids if i is not None)
        names: dict[Any, str] = {}
        for begun in range(0, len(wanted), 5_000):
            rows = await self._session.execute(
                select(Person.id, Person.name).where(Person.id.in_(wanted[begun : begun + 5_000]))
            )
            names |= {person: name for person, name in rows}  # noqa: C416 - rows are not pairs to the type checker
        return names

    async def _trend(self) -> Table:
        """By week inside a short period with the weeks before it, else by month."""
        period = self._order.period
        if (period.after - period.first).days <= _WEEKS_UP_TO:
            last = Period.of(Unit.WEEK, period.last)
            spans = last.line(_BEFORE + 1)
        else:
            spans = period.parts(Unit.MONTH)
        zone = ZoneInfo(self._order.zone)
        start, end = spans[0].moments(zone)[0], spans[-1].moments(zone)[1]
        ends = tuple(span.moments(zone)[1] for span in spans)
        found = await figures(
            self._session, replace(self._scope, start=start, end=end, spans=ends), By.TIME, times=False
        )
        rows = [
            [str(span), *(self._cells(found[number]) if number in found else [])] for number, span in enumerate(spans)
        ]
        names = [m.key for m in MEASURES]
        levels = sorted(Level, reverse=True)
        t = self._t
        place = {key: number for number, key in enumerate(names, 1)}
        rates = [place["satisfaction"], place["coverage"]]
        kept = [place[key] for key in ("acknowledged", "contacted", "resolved")]
        charts = (
            Chart("line", t("chart-rates"), rates, len(rows), shares=True),
            Chart("column", t("chart-levels"), [place[level.key] for level in levels], len(rows), stacked=True),
            Chart("line", t("chart-in-time"), kept, len(rows), shares=True),
        )
        return self._figures("sheet-trend", [t("sheet-time")], rows, (24,), charts=charts)

    def _poor(self) -> Table:
        t = self._t
        text, moment = (Kind.TEXT, 14), (Kind.MOMENT, 17)
        shown = {
            "number": (Kind.TEXT, 18), "area": text, "domain": text, "service": (Kind.TEXT, 22), "resident": text,
            "responder": text, "handler": text, "rated-at": moment, "level": text, "revised": text, "how": text,
            "reason": text, "comment": (Kind.TEXT, 40), "manager": text, "contact-by": moment, "contacted-at": moment,
            "settle-by": moment, "settled-at": moment, "settled-in-time": text, "followed-up": moment, "answer": text,
        }  # fmt: skip

        async def rows() -> AsyncIterator[Row]:
            async for p in report_rows.poor(self._session, self._scope):
                in_time = None
                if p.settle_by is not None and (p.settled or p.settle_by < self._scope.now):
                    in_time = self._yes(p.settled is not None and p.settled <= p.settle_by)
                yield [
                    spoken(p.number), p.area, self._order.domains.get(p.domain, p.domain), self._service(p.service_id),
                    self._person(p.resident), p.first_responder, p.handler, p.rated, self._level(p.level),
                    self._level(p.revised), self._how(p.staff_taken, p.conflict), self._reason(p.reason),
                    self._words(p.comment, p.resident), p.manager, p.contact_by, p.contacted, p.settle_by, p.settled,
                    in_time, p.followed_up, None if p.satisfied is None else self._yes(p.satisfied),
                ]  # fmt: skip

        return Table(t("sheet-poor"), [t(f"sheet-{h}") for h in shown], rows(), *_columns(shown))

    def _requests(self) -> Table:
        t = self._t
        text, moment, count = (Kind.TEXT, 14), (Kind.MOMENT, 17), (Kind.COUNT, 8)
        shown = {
            "number": (Kind.TEXT, 18), "area": text, "domain": text, "service": (Kind.TEXT, 22), "intake": text,
            "status": text, "resident": text, **({"phone": text} if self._order.personal else {}), "responder": text,
            "handler": text, "recorded": moment, "acknowledged-at": moment, "contacted-at": moment,
            "resolved-at": moment, "closed-at": moment, "resolve-by": moment, "reopened": count, "urged": count,
            "level": text, "revised": text, "how": text, "reason": text, "comment": (Kind.TEXT, 40),
        }  # fmt: skip

        async def rows() -> AsyncIterator[Row]:
            async for r in report_rows.rows(self._session, self._scope):
                phone = [r.phone or ""] if self._order.personal else []
                rating = self._level(r.level) or (t("unrated") if r.closed and r.status == "closed" else None)
                yield [
                    spoken(r.number), r.area, self._order.domains.get(r.domain, r.domain), self._service(r.service_id),
                    t(f"intake-{r.intake}"), t(f"status-{r.status.replace('_', '-')}"), self._person(r.resident),
                    *phone, r.first_responder, r.handler, r.recorded, r.acknowledged, r.contacted, r.resolved, r.closed,
                    r.resolve_by, r.rounds - 1, r.urged, rating, self._level(r.revised),
                    self._how(bool(r.staff_taken), bool(r.conflict)), self._reason(r.reason),
                    self._words(r.comment, r.resident),
                ]  # fmt: skip

        return Table(t("sheet-requests-title"), [t(f"sheet-{h}") for h in shown], rows(), *_columns(shown))

    def _meanings(self) -> Table:
        t = self._t
        rows = [[t(name_of(m.key)), t(formula_of(m.key))] for m in MEASURES]
        return Table(t("sheet-meanings"), [t("sheet-figure"), t("sheet-formula")], rows, widths=(24, 50))

    # -- cells

    def _figures(
        self, title: str, headings: Sequence[str], rows: Sequence[Row], widths: Sequence[int], **more: Any
    ) -> Table:
        t = self._t
        return Table(
            t(title),
            [*headings, *(t(name_of(m.key)) for m in MEASURES)],
            rows,
            [Kind.TEXT] * len(headings) + [_KINDS[m.sort] for m in MEASURES],
            [*widths, *(11 for _ in MEASURES)],
            **more,
        )

    def _cells(self, found: Figures) -> list[Cell]:
        return [self._cell(found, m.key) for m in MEASURES]

    def _cell(self, found: Figures, key: str) -> Cell:
        """A figure; of too few ratings the counts."""
        if key == "satisfaction" and found.closures.few and found.closures.rated:
            return self._t(
                "few", satisfied=found.closures.rated - found.closures.counts.poor, rated=found.closures.rated
            )
        return found.value(key)

    def _service(self, service_id: str) -> str:
        return self._order.services.get(service_id, (service_id, ""))[0]

    def _level(self, level: int | None) -> str | None:
        return self._t(f"level-{Level(level).key.replace('_', '-')}") if level else None

    def _reason(self, reason: str | None) -> str | None:
        key = f"reason-{reason}".replace("_", "-")
        return (self._t(key) if texts().has(key) else reason) if reason else None

    def _how(self, staff_taken: bool, conflict: bool) -> str | None:
        return self._t(name_of("conflict" if conflict else "staff_taken")) if staff_taken or conflict else None

    def _yes(self, value: bool) -> str:
        return self._t("sheet-yes" if value else "sheet-no")

    def _person(self, name: str) -> str:
        return name if self._order.personal else name[:1] + "*" * (len(name) - 1)

    def _words(self, words: str | None, name: str) -> str | None:
        if not words or self._order.personal:
            return words
        return mask_words(words, name)


def mask_words(words: str, *names: str) -> str:
    """Somebody's words without long numbers (telephones, cards) and without these names."""
    for name in names:
        if len(name) > 1:
            words = words.replace(name, name[:1] + "*" * (len(name) - 1))
    return _LONG_NUMBER.sub(lambda found: "*" * len(found[0]), words)


def written(sort: Sort, value: Cell) -> Cell:
    """A figure as words, where a column holds several sorts of them."""
    if not isinstance(value, int | float):
        return value or "—"
    if sort is Sort.SHARE:
        return f"{value:.1%}"
    return f"{value:,.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else f"{value:,}"


def name_of(key: str) -> str:
    """The text that names a figure."""
    return f"measure-{key.replace('_', '-')}"


def formula_of(key: str) -> str:
    """The text that says how a figure is worked out."""
    return f"formula-{key.replace('_', '-')}"


def _columns(shown: Mapping[str, tuple[Kind, int]]) -> tuple[list[Kind], list[int]]:
    return [kind for kind, _ in shown.values()], [width for _, width in shown.values()]


Progress = Callable[[str, int], None]
"""Told of each table that is done: its title, and how many rows it has."""
