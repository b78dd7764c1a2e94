"""Reports that come as files or by themselves: the export asked for in chat, and the week's and month's report."""

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import list_words, report_words
from handlers.about import Document, Parcel
from handlers.charts import draw
from handlers.desk import Office, Pick
from handlers.export_job import Job, large
from handlers.report_words import Asked
from handlers.speech import Choice, Say
from handlers.summary import Order
from handlers.texts import Voice
from knowledge.periods import Period
from storage.people import People
from storage.tables import Area, Outbox, Person


async def export(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """The satisfaction summary of everything this person manages today; another process makes it."""
    start, end = (datetime.fromisoformat(row.payload[edge]).astimezone(voice.zone) for edge in ("start", "end"))
    areas = await People(session, now).managed(person.id)
    if not areas:
        return []
    period = Period.between(start.date(), end.date() - timedelta(days=1))
    stem = f"{voice.t('export-name')}-{period.first:%Y%m%d}"
    kind = row.payload["format"]
    order = Order.make(period, now, voice, office.rules.catalogue, voice.t("export-name"), areas=sorted(areas))
    url = session.get_bind().engine.url.render_as_string(hide_password=False)
    job = Job(url, order, f"{stem}.{kind}", apart=await large(session, order.scope(None)))
    if kind == "xlsx":
        names = [f"{stem}.xlsx"]
    else:
        main = voice.t("sheet-by-service")
        titles = (
            "cover",
            "by-area",
            "by-service",
            "by-person",
            "trend",
            "poor",
            "requests-title",
            "needs",
            "resources",
            "projects",
            "meanings",
        )
        said = [voice.t(f"sheet-{title}") for title in titles]
        names = [f"{stem}.csv" if title == main else f"{stem}-{title}.csv" for title in said]

    def one(name: str) -> Document:
        return Document(name, lambda: job.files()[name])

    return [Parcel(documents=[one(name) for name in names])]


async def report(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """A report of what was asked for, within what this person manages today. One that comes by itself is left out
    when nothing happened."""
    asked, people = Asked.unpack(row.payload), People(session, now)
    areas = await people.managed(person.id)
    title = voice.t(f"title-{asked.period.unit.value}")
    if asked.area is not None:
        areas &= await people.within([asked.area])
    if not areas:
        return []
    said = [title, *await _narrowed(asked, voice, office, session)]
    counted = await report_words.count(session, asked, asked.scope(areas, now, voice), voice)
    if counted.empty and row.unique_key:
        return []
    catalogue, head = office.rules.catalogue, " · ".join(said)
    drawn = report_words.picture(voice, catalogue, asked, head, counted)
    words = report_words.words(voice, catalogue, asked, head, counted)
    choices = [
        Choice(voice.t(key), Pick(what=what, arg=arg).pack())
        for key, what, arg in (
            ("report-page", "page", ""),
            ("export", "export", ""),
            ("report-lists", "lists", ""),
            ("menu-overview", "overview", "month"),
        )
    ]
    return [Parcel(Say(words, choices, 2), picture=Document("report.png", lambda: draw(drawn)))]


async def _narrowed(asked: Asked, voice: Voice, office: Office, session: AsyncSession) -> list[str]:
    """The names of what a report was narrowed to."""
    said = []
    if asked.area is not None and (area := await session.get(Area, asked.area)) is not None:
        said.append(area.name)
    if asked.domain is not None:
        said += [voice.named(d) for d in office.rules.catalogue.domains if d.id == asked.domain]
    if asked.service is not None and asked.service in office.rules.catalogue.services:
        said.append(voice.named(office.rules.catalogue.services[asked.service]))
    for person_id, role in ((asked.responder, "sheet-responder"), (asked.handler, "sheet-handler")):
        if person_id is not None and (who := await session.get(Person, person_id)) is not None:
            said.append(f"{who.name}（{voice.t(role)}）")
    return said


async def three_lists(
    row: Outbox, person: Person, voice: Voice, office: Office, session: AsyncSession, now: datetime
) -> list[Parcel]:
    """One of the three lists, of what this person manages today."""
    areas, name = await People(session, now).managed(person.id), row.payload["list"]
    if not areas:
        return []
    found = await list_words.listed(name, session, voice, office.rules, areas, now)
    choices = list_words.choices(voice, name, found)
    return [Parcel(Say(found.text, choices, 2), picture=Document("list.png", lambda: draw(found.picture)))]
