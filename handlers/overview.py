"""总览: how it stands in the areas of a manager. Counted when it is delivered, so that nobody waits for it."""

from datetime import datetime
from html import unescape

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.about import Parcel
from handlers.desk import Office, Pick
from handlers.speech import Choice, Say
from handlers.texts import Markup, Voice
from knowledge.periods import Period
from knowledge.satisfaction import Summary
from storage import outbox, reports
from storage.casebook import Casebook
from storage.people import People
from storage.tables import Outbox, Person

PERIODS = ("week", "month", "last-month", "year")
FILTERS = ("open", "overdue", "poor", "all")
"""Which requests of the areas can be listed."""


async def overview(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """The figures of one of `PERIODS`, and the way to everything that a manager looks into."""
    areas, name = await People(session, now).managed(person.id), row.payload["period"]
    if not areas:
        return []
    start, end = Period.named(name, now.astimezone(voice.zone).date()).moments(voice.zone)
    found = await reports.overview(session, areas, start, end, now)
    lines = [
        voice.t(
            "overview",
            period=voice.t(f"period-{name}"),
            recorded=found.recorded,
            open=found.open,
            overdue=found.overdue,
            closed=found.total.closed,
            rated=found.total.rated,
        ),
        _satisfaction(voice, voice.t("overview-all"), found.total),
    ]
    for domain in office.rules.catalogue.domains:
        summary = found.by_domain.get(domain.id)
        if summary is not None and summary.closed:
            lines.append(_satisfaction(voice, voice.named(domain), summary))
    mending, _ = await Casebook(session, office.rules, now).rectifications_counted(person.id)
    _, lost = await outbox.undelivered(session, areas, 0, 0)
    return [Parcel(Say("\n".join(lines), _choices(voice, name, mending, lost), columns=2))]


def _choices(voice: Voice, name: str, mending: int, lost: int) -> list[Choice]:
    def button(key: str, what: str, arg: str = "", **values: object) -> Choice:
        return Choice(unescape(voice.t(key, **values)), Pick(what=what, arg=arg).pack())

    choices = [button(f"list-{f}", "list", f) for f in FILTERS]
    choices += [button(f"period-{p}", "overview", p) for p in PERIODS if p != name]
    if mending:
        choices.append(button("list-mending", "mending", count=mending))
    if lost:
        choices.append(button("undelivered-count", "undelivered", count=lost))
    for key, what, arg in (
        ("report-week-button", "report", "week"),
        ("report-month-button", "report", "month"),
        ("report-lists", "lists", ""),
        ("report-page", "page", ""),
        ("menu-rota", "rota", ""),
        ("export", "export", ""),
    ):
        choices.append(button(key, what, arg))
    return choices


def _satisfaction(voice: Voice, name: str, summary: Summary) -> Markup:
    """One line of satisfaction; below five ratings the counts instead of a rate."""
    if summary.rated == 0:
        return voice.t("overview-unrated", name=name, closed=summary.closed)
    if summary.satisfaction is None or summary.few:
        return voice.t("overview-few", name=name, satisfied=summary.rated - summary.counts.poor, rated=summary.rated)
    rate = f"{summary.satisfaction:.0%}"
    return voice.t("overview-rate", name=name, rate=rate, rated=summary.rated, closed=summary.closed)
