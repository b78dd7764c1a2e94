"""The satisfaction summary as files: a workbook, or CSV that Excel reads. People's text never becomes a formula."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from handlers import cards
from handlers.texts import Voice
from knowledge.catalogue import Catalogue
from knowledge.numbers import spoken
from knowledge.satisfaction import Rating as Level
from knowledge.satisfaction import Summary, summarise
from storage.reports import Closure

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, full-width forms included."""
Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """One table of the summary: its title, its headings, its rows; `rates` are the columns that are shares."""

    title: str
    headings: Sequence[str]
    rows: list[list[Cell]]
    rates: frozenset[int] = frozenset()


def tables(
    voice: Voice, catalogue: Catalogue, closures: Sequence[Closure], start: datetime, end: datetime
) -> list[Table]:
    """The summary in tables: by domain, by service, by first responder, and one row a closure.

    Names of residents are left out; the period's end is not part of it.
    """
    domains = {d.id: voice.named(d) for d in catalogue.domains}
    services = catalogue.services

    def by(key: Callable[[Closure], tuple[str, object]], name: str) -> Table:
        """:param key: the label of a closure's row, and what tells rows with the same label apart"""
        groups: dict[tuple[str, object], list[Closure]] = defaultdict(list)
        for closure in closures:
            groups[key(closure)].append(closure)
        rows = [
            _figures(label, summarise(c.case for c in group))
            for (label, _), group in sorted(groups.items(), key=lambda item: (item[0][0], str(item[0][1])))
        ]
        total = _figures(voice.t("sheet-total"), summarise(c.case for c in closures))
        headings = [
            voice.t(name),
            *(voice.t(f"sheet-{h}") for h in ("closed", "surveyed", "rated", "coverage")),
        ]
        headings += [voice.t(cards.level_key(level)) for level in sorted(Level, reverse=True)]
        headings += [voice.t(f"sheet-{h}") for h in ("satisfaction", "mean", "staff-taken")]
        return Table(voice.t(f"{name}-title"), headings, [*rows, total], frozenset({4, 10}))

    detail = Table(
        voice.t("sheet-requests-title"),
        [voice.t(f"sheet-{h}") for h in _DETAIL],
        [_row(voice, c, domains, voice.named(services[c.request.service_id])) for c in closures],
    )
    head = Table(
        voice.t("sheet-about-title"),
        [voice.t("sheet-about"), ""],
        [
            [voice.t("sheet-from"), start.astimezone(voice.zone).strftime("%Y-%m-%d")],
            [voice.t("sheet-to"), end.astimezone(voice.zone).strftime("%Y-%m-%d")],
            [voice.t("sheet-satisfaction"), voice.t("formula-satisfaction")],
            [voice.t("sheet-coverage"), voice.t("formula-coverage")],
            [voice.t("sheet-mean"), voice.t("formula-mean")],
            [voice.t("sheet-staff-taken"), voice.t("formula-staff-taken")],
        ],
    )
    return [
        head,
        by(lambda c: (domains[c.request.domain], c.request.domain), "sheet-domain"),
        by(lambda c: (voice.named(services[c.request.service_id]), c.request.service_id), "sheet-service"),
        by(lambda c: (c.first_responder, c.first_responder_id), "sheet-responder"),
        detail,
    ]


_DETAIL = (
    "number", "area", "domain", "service", "responder", "handler", "recorded", "resolved", "level", "revised", "reason",
    "comment",
)  # fmt: skip


def _figures(label: str, summary: Summary) -> list[Cell]:
    levels: list[Cell] = [summary.counts[level] for level in sorted(Level, reverse=True)]
    rate = None if summary.few else summary.satisfaction
    mean = None if summary.few or summary.mean is None else round(summary.mean, 2)
    return [
        label,
        summary.closed,
        summary.surveyed,
        summary.rated,
        summary.coverage,
        *levels,
        rate,
        mean,
        summary.staff_taken.total,
    ]


def _row(voice: Voice, closure: Closure, domains: dict[str, str], service: str) -> list[Cell]:
    request, rating = closure.request, closure.rating

    def at(moment: datetime | None) -> str:
        return moment.astimezone(voice.zone).strftime("%Y-%m-%d %H:%M") if moment else ""

    return [
        spoken(request.number),
        closure.area,
        domains[request.domain],
        service,
        closure.first_responder,
        closure.handler,
        at(request.created_at),
        at(request.resolved_at),
        voice.t(cards.level_key(rating.level)) if rating else voice.t("unrated"),
        voice.t(cards.level_key(rating.revised_level)) if rating and rating.revised_level else "",
        voice.t(f"reason-{rating.reason}") if rating and rating.reason else "",
        rating.comment if rating and rating.comment else "",
    ]


def workbook(sheets: Sequence[Table]) -> bytes:
    """An XLSX file, a sheet a table: headings frozen, filters on, shares as percentages."""
    import xlsxwriter  # slow to load, and seldom needed

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    heading = book.add_format(
        {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
    )
    share = book.add_format({"num_format": "0.0%"})
    for table in sheets:
        sheet = book.add_worksheet(table.title[:31])
        for column, words in enumerate(table.headings):
            sheet.write_string(0, column, words, heading)
            widest = max([_width(words), *(_width(str(row[column] or "")) for row in table.rows)])
            sheet.set_column(column, column, min(max(widest + 2, 8), 50))
        for number, row in enumerate(table.rows, 1):
            for column, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(number, column, cell)
                elif cell is not None:
                    sheet.write_number(number, column, cell, share if column in table.rates else None)
        sheet.freeze_panes(1, 1)
        if table.rows:
            sheet.autofilter(0, 0, len(table.rows), len(table.headings) - 1)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(0)
    book.close()
    return stream.getvalue()


def _width(words: str) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in words.split("\n", maxsplit=1)[0])


def comma_separated(table: Table) -> bytes:
    """One table as CSV with a byte order mark; a cell that a spreadsheet would run as a formula is quoted."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerows(_plain([table.headings, *table.rows]))
    return (BOM + stream.getvalue()).encode()


def _plain(rows: Sequence[Sequence[Cell]]) -> Iterator[list[Cell]]:
    for row in rows:
        yield [_harmless(c) if isinstance(c, str) else round(c, 4) if isinstance(c, float) else c for c in row]


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("\t", "\r", "\n") or cell.lstrip().startswith(_FORMULA) else cell
