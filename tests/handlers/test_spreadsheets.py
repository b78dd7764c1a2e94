"""A workbook read back with openpyxl: whatever people type stands in it as they typed it."""

import io
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from handlers.spreadsheets import Cell, Kind, Table, Workbook, workbook

WORDS = (
    "=1+1", "@SUM(A1)", "<b>&amp;</b>", "  前后有空格 ", "一行\n两行", "\x00\x07响铃", "_x0041_", "好👍",
    "http://example.org", "", "'引号", "<r><t>富</t></r>", "\ufffe",
)  # fmt: skip


async def read_back(table: Table, zone: str = "Asia/Shanghai") -> list[list[object]]:
    stream = io.BytesIO()
    book = Workbook(stream, ZoneInfo(zone))
    await book.add(table)
    book.close()
    sheet = openpyxl.load_workbook(stream).worksheets[0]
    return [list(row) for row in sheet.iter_rows(min_row=2, values_only=True)]


async def test_words_stay_words() -> None:
    """Formulas, markup, control characters, spaces at the edges, links: none of them is anything but words."""
    table = Table("t", ["字"], [[words] for words in WORDS], [Kind.TEXT], [20])
    assert [row[0] or "" for row in await read_back(table)] == [
        # a control character is written as Excel writes it, _x0007_; openpyxl leaves it so
        {"\x00\x07响铃": "_x0000__x0007_响铃", "_x0041_": "_x005F_x0041_", "\ufffe": "_xFFFE_"}.get(words, words)
        for words in WORDS
    ]


async def test_a_cell_too_long_for_excel_is_cut() -> None:
    """Excel would not open the file."""
    [[found]] = await read_back(Table("t", ["字"], [["长" * 40_000]], [Kind.TEXT], [20]))
    assert found == "长" * 16_000


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York"])
async def test_numbers_and_moments(zone: str) -> None:
    """Moments by the clock of the zone, also in summer; gaps stay gaps; a number is no words in a column of words."""
    moments = [datetime(2026, month, 3, 4, 5, 6, tzinfo=UTC) for month in (1, 7)]
    rows: list[list[Cell]] = [["a", 3, 0.25, moment, date(2026, 2, 28), None, True] for moment in moments]
    kinds = [Kind.TEXT, Kind.COUNT, Kind.SHARE, Kind.MOMENT, Kind.DAY, Kind.TEXT, Kind.TEXT]
    found = await read_back(Table("t", [str(n) for n in range(7)], rows, kinds, [10] * 7), zone)
    local = [moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) for moment in moments]
    assert found == [["a", 3, 0.25, moment, datetime(2026, 2, 28), None, 1] for moment in local]  # noqa: DTZ001


def test_formats_and_bold_rows() -> None:
    """Shares look like shares, a total stands out, the headings are frozen and filtered."""
    rows: list[list[Cell]] = [["甲", 0.5], ["合计", 0.25]]
    table = Table("表", ["名", "率"], rows, [Kind.TEXT, Kind.SHARE], [10, 10], bold=frozenset({1}))
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([table]))).worksheets[0]
    assert [sheet["B2"].number_format, sheet["B3"].number_format] == ["0.0%", "0.0%"]
    assert [sheet[cell].font.bold for cell in ("A2", "B2", "A3", "B3")] == [False, False, True, True]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.dimensions) == ("B2", "A1:B3", "A1:B3")
