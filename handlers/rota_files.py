"""The duty rota as files: reading what a manager sends (XLSX, or CSV as any office program writes it), and the
workbook that goes out and can come back."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, time
from itertools import islice

from handlers.spreadsheets import Cell, Table
from handlers.texts import Voice
from knowledge.catalogue import Catalogue
from knowledge.rota import Duty, Rota
from knowledge.rota_sheet import COLUMNS, MOST_ROWS
from storage.rota_tables import Leave

MOST_BYTES = 1024 * 1024
_MOST_UNPACKED = 30 * MOST_BYTES
_MOST_COLUMNS = 20
Row = Sequence[object]


class UnreadableError(ValueError):
    """The bytes are no table that can be read."""


def read(content: bytes) -> list[Row]:
    """The rows of the first sheet, or of a CSV file; what it is, its bytes say.

    :raises UnreadableError: it is neither, or too large
    """
    if len(content) > MOST_BYTES:
        raise UnreadableError("too large")
    return _workbook(content) if content.startswith(b"PK") else _text(content)


def _workbook(content: bytes) -> list[Row]:
    from openpyxl import load_workbook  # takes a third of a second to import, and is seldom needed

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(part.file_size for part in packed.infolist()) > _MOST_UNPACKED:
                raise UnreadableError("too large when unpacked")
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        try:
            sheet = book.worksheets[0]
            sheet.reset_dimensions()
            rows = sheet.iter_rows(values_only=True, max_col=_MOST_COLUMNS)
            return list(islice(rows, MOST_ROWS + 2))
        finally:
            book.close()
    except Exception as error:  # a broken file breaks its reader in many ways
        raise UnreadableError(type(error).__name__) from error


def _text(content: bytes) -> list[Row]:
    if b"\0" in content:
        raise UnreadableError("not text")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise UnreadableError("not text") from error
    head = text.split("\n", 1)[0]
    delimiter = max(",\t;", key=head.count)
    try:
        return list(islice(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), MOST_ROWS + 2))
    except csv.Error as error:
        raise UnreadableError(str(error)) from error


def sheets(
    voice: Voice, catalogue: Catalogue, rota: Rota, leaves: Sequence[Leave], names: Mapping[int, str]
) -> list[Table]:
    """The rota and the leave to come, as tables; the first one is what `read` and the import take back."""
    lines: dict[tuple[int, time | None, time | None, frozenset[str], date | None], list[int]] = {}
    for duty in sorted(rota.duties, key=_order):
        weekday, day = (duty.day, None) if isinstance(duty.day, int) else (None, duty.day)
        days = lines.setdefault((duty.person_id, duty.start, duty.end, duty.domains, day), [])
        if weekday is not None:
            days.append(weekday)
    rows = [
        _line(
            voice, catalogue, names[person_id], day.isoformat() if day else weekdays(voice, days), start, end, domains
        )
        for (person_id, start, end, domains, day), days in lines.items()
    ]
    away: list[list[Cell]] = [
        [
            names.get(leave.person_id, "—"),
            leave.first.isoformat(),
            leave.last.isoformat(),
            names.get(leave.substitute_id or 0),
        ]
        for leave in leaves
    ]
    headings = [voice.t(f"rota-sheet-{heading}") for heading in ("name", "from", "to", "substitute")]
    return [_table(voice, rows), Table(voice.t("rota-sheet-leave-title"), headings, away)]


def template(
    voice: Voice, catalogue: Catalogue, names: Sequence[str], spans: Sequence[tuple[time, time]]
) -> list[Table]:
    """A rota to begin with: everybody on duty from Monday to Friday, ready to be changed and sent back."""
    week = weekdays(voice, range(5))
    return [_table(voice, [_line(voice, catalogue, n, week, spans[0][0], spans[-1][1], frozenset()) for n in names])]


def _table(voice: Voice, rows: list[list[Cell]]) -> Table:
    return Table(voice.t("menu-rota"), [voice.t(f"rota-sheet-{column}") for column in COLUMNS], rows)


def _line(
    voice: Voice,
    catalogue: Catalogue,
    name: str,
    days: str,
    start: time | None,
    end: time | None,
    domains: frozenset[str],
) -> list[Cell]:
    called = [voice.named(domain) for domain in catalogue.domains if domain.id in domains]
    return [name, days, clock(start) or None, clock(end, last=True) or None, voice.t("rota-and").join(called) or None]


def weekdays(voice: Voice, days: Sequence[int]) -> str:
    """Weekdays as people write them; Monday to Friday in one word."""
    if list(days) == list(range(5)):
        return voice.t("rota-weekdays")
    return voice.t("rota-and").join(voice.t(f"rota-weekday-{day}") for day in days)


def clock(moment: time | None, *, last: bool = False) -> str:
    """A time as 09:00; nothing for none; midnight as the end of a span is 24:00."""
    if moment is None:
        return ""
    return "24:00" if last and moment == time(0) else f"{moment:%H:%M}"


def _order(duty: Duty) -> tuple[bool, str, int, time]:
    day = duty.day
    return (not isinstance(day, int), str(day), duty.person_id, duty.start or time(0))
