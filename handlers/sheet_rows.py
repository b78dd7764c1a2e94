"""Rows of a workbook, written whole. xlsxwriter keeps and writes cells one by one, through seven calls each: of a month
of a district that is six seconds. Here a row is put together as XML at once and goes to where xlsxwriter collects rows
in its `constant_memory` mode; headings, widths, filters, charts and all the rest are its own."""

import re
from collections.abc import Sequence
from datetime import date, datetime, tzinfo
from functools import cache
from typing import Any, NamedTuple

from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

_SPECIAL = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_|^\s|\s$")
_LONGEST = 16_000
"""Characters of a cell; Excel opens no file with more than twice as many (an emoji is two)."""
_KNOWN = 10_000
_EPOCH = date(1899, 12, 30).toordinal()
"""Day 0 of a spreadsheet."""


class Style(NamedTuple):
    """The formats of a column, by what stands in a cell of it; None: plain."""

    words: Any
    number: Any
    moment: Any
    day: Any


class RowSheet(Worksheet):  # type: ignore[misc]
    """A worksheet of a workbook in `constant_memory` mode."""

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, str] = {}

    def write_line(self, number: int, row: Sequence[Any], styles: Sequence[Style], zone: tzinfo | None) -> None:
        """One row; those before it must have been written. Words are never anything but words, empty cells are left
        out.

        :param styles: of each column
        :param zone: by whose clock moments are shown
        """
        self._write_single_row(number)  # what was written cell by cell before
        known, line, xml = self._known, number + 1, []
        for column, cell in enumerate(row):
            if cell is None:
                continue
            begun, style = _begun(column), styles[column]
            if isinstance(cell, str):
                told = known.get(cell) or self._text(cell)
                xml.append(f'{begun}{line}"{_index(style.words)} t="inlineStr"><is>{told}</is></c>')
                continue
            kind, value = style.number, cell
            if isinstance(cell, datetime):
                local = cell.astimezone(zone)
                seconds = local.hour * 3600 + local.minute * 60 + local.second
                kind, value = style.moment, local.toordinal() - _EPOCH + seconds / 86_400
            elif isinstance(cell, date):
                kind, value = style.day, cell.toordinal() - _EPOCH
            xml.append(f'{begun}{line}"{_index(kind)}><v>{value:.16G}</v></c>')
        self.row_data_fh.write(f'<row r="{line}">{"".join(xml)}</row>')
        self._check_dimensions(number, max(len(row) - 1, 0))

    def _text(self, words: str) -> str:
        """Words as they stand in a sheet; kept, for the same ones come again and again."""
        told, keep = words[:_LONGEST], ""
        if _SPECIAL.search(told):
            if told[:1].isspace() or told[-1:].isspace():
                keep = ' xml:space="preserve"'
            told = self._escape_data(self._escape_control_characters(told))
        if len(self._known) >= _KNOWN:
            self._known.clear()
        self._known[words] = f"<t{keep}>{told}</t>"
        return self._known[words]


@cache
def _begun(column: int) -> str:
    return f'<c r="{xl_col_to_name(column)}'


def _index(style: Any) -> str:
    return "" if style is None else f' s="{style._get_xf_index()}"'
