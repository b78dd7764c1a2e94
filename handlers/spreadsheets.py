"""Tables as files: a workbook with native charts, or CSV that Excel reads. People's text never becomes a formula.

Rows are written as they come, so that a long table does not stand in memory."""

import csv
import io
from collections.abc import AsyncIterable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo

BOM = "\ufeff"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula, full-width forms included."""
_MOST_ROWS = 1_048_575
_NARROWEST, _WIDEST = 8, 50
_WIDE = 15
"""Columns that still can be read on one page; more are printed on two side by side."""
_SHEET_NAME = str.maketrans("", "", "[]:*?/\\'")

Cell = str | int | float | bool | date | datetime | None
Row = Sequence[Cell]


class Kind(StrEnum):
    """How the cells of a column are shown; the value is Excel's number format."""

    TEXT = "@"
    COUNT = "#,##0"
    SHARE = "0.0%"
    SCORE = "0.00"
    HOURS = "#,##0.0"
    MOMENT = "yyyy-mm-dd hh:mm"
    DAY = "yyyy-mm-dd"


@dataclass(frozen=True)
class Chart:
    """A native chart beside a table: columns of it by its first column.

    :ivar kind: `line`, `column` or `bar`; `stacked` columns are put on one another
    :ivar columns: numbers of the columns that are drawn
    """

    kind: str
    title: str
    columns: Sequence[int]
    rows: int
    stacked: bool = False
    shares: bool = False


@dataclass(frozen=True)
class Table:
    """One table: its title, its headings, its rows.

    :ivar kinds: of each column; empty where every cell says itself what it is
    :ivar widths: in characters; empty where they follow the rows (which then must be a list)
    :ivar plain: a page to read rather than a table: no filter, the first row large
    """

    title: str
    headings: Sequence[str]
    rows: Iterable[Row] | AsyncIterable[Row]
    kinds: Sequence[Kind] = ()
    widths: Sequence[int] = ()
    charts: Sequence[Chart] = ()
    plain: bool = False
    bold: frozenset[int] = field(default_factory=frozenset)
    """Numbers of rows that stand out: totals."""


class Workbook:
    """An XLSX file that grows table by table; `close` ends it."""

    def __init__(self, out: Any, zone: ZoneInfo | None = None) -> None:
        """:param out: a path, or a stream to write into; rows go to disk as they come"""
        import xlsxwriter  # slow to load, and seldom needed

        from handlers.sheet_rows import RowSheet

        self._book = xlsxwriter.Workbook(out, {"constant_memory": True})
        self._sheet, self._zone = RowSheet, zone
        self._heading = self._book.add_format(
            {"bold": True, "bg_color": "#DDEBF7", "border": 1, "text_wrap": True, "valign": "vcenter"}
        )
        self._title = self._book.add_format({"bold": True, "font_size": 16})
        self._formats: dict[tuple[Kind, bool], Any] = {}

    async def add(self, table: Table) -> int:
        """Write a sheet; returns how many rows it has."""
        sheet = self._book.add_worksheet(table.title.translate(_SHEET_NAME)[:31], self._sheet)
        self._widths(sheet, table)
        for column, words in enumerate(table.headings):
            sheet.write_string(0, column, words, self._title if table.plain else self._heading)
        count = 0
        styles, strong = (self._styles(table, bold=bold) for bold in (False, True))
        async for row in each(table.rows):
            if count >= _MOST_ROWS:
                break
            count += 1
            sheet.write_line(count, row, strong if count - 1 in table.bold else styles, self._zone)
        sheet.freeze_panes(1, 0 if table.plain else 1)
        if count and not table.plain:
            sheet.autofilter(0, 0, count, len(table.headings) - 1)
        for number, chart in enumerate(table.charts):
            self._chart(sheet, table, chart, number, count)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        sheet.fit_to_pages(1 if len(table.headings) <= _WIDE else 2, 0)
        sheet.repeat_rows(0)
        if not table.plain:
            sheet.repeat_columns(0, 0)
        sheet.set_footer("&L&A&R&P / &N")
        return count

    def close(self) -> None:
        self._book.close()

    def _widths(self, sheet: Any, table: Table) -> None:
        for column, words in enumerate(table.headings):
            if table.widths:
                width = table.widths[column]
            else:
                cells = [row[column] for row in table.rows if column < len(row)] if isinstance(table.rows, list) else []
                width = max([_width(words), *(_width(str(c or "")) for c in cells)]) + 2
            sheet.set_column(column, column, min(max(width, _NARROWEST), _WIDEST))

    def _styles(self, table: Table, *, bold: bool) -> list[Any]:
        from handlers.sheet_rows import Style

        words, day = self._format(Kind.TEXT, bold=True) if bold else None, self._format(Kind.DAY, bold=bold)
        moment = self._format(Kind.MOMENT, bold=bold)
        if not table.kinds:
            return [Style(words, None, moment, day)] * len(table.headings)
        kinds = [self._format(kind, bold=bold) for kind in table.kinds]
        return [Style(words, kind, kind, day) for kind in kinds]

    def _format(self, kind: Kind, *, bold: bool = False) -> Any:
        if (kind, bold) not in self._formats:
            made: dict[str, Any] = {"num_format": kind.value} | ({"bold": True} if bold else {})
            self._formats[kind, bold] = self._book.add_format(made)
        return self._formats[kind, bold]

    def _chart(self, sheet: Any, table: Table, chart: Chart, number: int, count: int) -> None:
        """Under a table that is drawn whole, else beside it."""
        made = self._book.add_chart({"type": chart.kind, **({"subtype": "stacked"} if chart.stacked else {})})
        name = sheet.get_name()
        for column in chart.columns:
            series: dict[str, Any] = {
                "name": [name, 0, column],
                "categories": [name, 1, 0, chart.rows, 0],
                "values": [name, 1, column, chart.rows, column],
            }
            if chart.kind == "line":
                series["marker"] = {"type": "circle"}
            made.add_series(series)
        made.set_title({"name": chart.title, "name_font": {"size": 12}})
        made.set_legend({"position": "bottom"})
        if chart.shares:
            made.set_y_axis({"num_format": "0%", "min": 0, "max": 1})
        made.set_size({"width": 720, "height": 320})
        if chart.kind == "bar":
            made.set_y_axis({"reverse": True})
        under = chart.rows == count
        row, column = (count + 2 + 17 * number, 0) if under else (1 + 17 * number, len(table.headings) + 1)
        sheet.insert_chart(row, column, made)


def workbook(tables: Sequence[Table]) -> bytes:
    """A small XLSX file in memory, of tables whose rows are lists."""
    stream = io.BytesIO()
    book = Workbook(stream)
    for table in tables:
        adding = book.add(table)
        try:
            adding.send(None)
        except StopIteration:
            continue
        raise TypeError(f"the rows of {table.title} are not a list")
    book.close()
    return stream.getvalue()


async def write_csv(table: Table, out: Path, zone: ZoneInfo) -> int:
    """One table as CSV with a byte order mark; a cell that a spreadsheet would run as a formula is quoted."""
    with out.open("w", encoding="utf-8", newline="") as stream:
        return await _write(table, stream, zone)


async def _write(table: Table, stream: TextIO, zone: ZoneInfo) -> int:
    stream.write(BOM)
    writer = csv.writer(stream)
    writer.writerow([_harmless(words) for words in table.headings])
    count = 0
    async for row in each(table.rows):
        count += 1
        writer.writerow([_plain(cell, zone) for cell in row])
    return count


async def each(rows: Iterable[Row] | AsyncIterable[Row]) -> AsyncIterable[Row]:
    """The rows, wherever they come from."""
    if isinstance(rows, AsyncIterable):
        async for row in rows:
            yield row
        return
    for row in rows:
        yield row


def _plain(cell: Cell, zone: ZoneInfo) -> Cell:
    if isinstance(cell, str):
        return _harmless(cell)
    if isinstance(cell, float):
        return round(cell, 4)
    if isinstance(cell, datetime):
        return cell.astimezone(zone).strftime("%Y-%m-%d %H:%M")
    return cell


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell[:1] in ("\t", "\r", "\n") or cell.lstrip().startswith(_FORMULA) else cell


def _width(words: str) -> int:
    return sum(2 if ord(c) > 0x2E80 else 1 for c in words.split("\n", maxsplit=1)[0])
