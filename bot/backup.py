"""`python -m bot backup` and `restore`: everything the office knows in one file, taken while it works.

The file is a zip: `manifest.json`, `tables/NAME.jsonl` (storage/backup.py), `files/…` for the data folder. It holds
what people said and the key of the web chat's cookies, so it is written for its owner's eyes only."""

import asyncio
import json
import os
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO

from storage import backup as tables
from storage import history
from storage.backup import BackupError
from storage.database import Database
from storage.schema import revisions

FORM = 1
"""The form of the file; a newer one is refused."""


async def backup(database: Database, data: Path, out: Path, now: datetime) -> dict[str, int]:
    """Write everything into `out`, which is there whole or not at all; returns how many rows of each table.

    The rows are those of one moment. Files are copied after it: one that came since is copied too and belongs to
    nobody, one that was erased since is missing, as it should be.

    :raises BackupError, SchemaError, OSError: it cannot be taken
    """
    part = out.with_name(f"{out.name}.part")
    with _private(part) as stream:
        with _new(stream) as archive:
            counts = {}
            async with tables.snapshot(database) as session:
                for table in tables.tables():
                    counts[table.name] = 0
                    with archive.open(f"tables/{table.name}.jsonl", "w", force_zip64=True) as lines:
                        async for line in tables.rows(session, table):
                            lines.write(line.encode() + b"\n")
                            counts[table.name] += 1
            await asyncio.to_thread(_add_files, archive, data)
            manifest = {"form": FORM, "schema": revisions()[-1], "made_at": now.isoformat(), "rows": counts}
            archive.writestr("manifest.json", json.dumps(manifest, indent=2))
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(out)
    return counts


def _new(stream: BinaryIO) -> zipfile.ZipFile:
    # A zip knows no time before 1980; a file that says so of itself is put in all the same.
    return zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=6, strict_timestamps=False)


def _private(path: Path) -> BinaryIO:
    return open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")


def _add_files(archive: zipfile.ZipFile, data: Path) -> None:
    for path in sorted(data.rglob("*")):
        if path.is_file() and path.suffix != ".part":
            try:
                archive.write(path, f"files/{path.relative_to(data).as_posix()}", zipfile.ZIP_STORED)
            except FileNotFoundError:
                continue  # erased at this moment


async def restore(database: Database, data: Path, source: Path) -> tuple[dict[str, int], list[str]]:
    """Put a backup into an empty database and its files into the data folder; returns the rows by table, and what an
    audit of every history finds wrong.

    :raises BackupError, SchemaError, OSError: it cannot be put back; no row is left in the database. Files that were
        put into the data folder before belong to nobody, and are there when it is tried again.
    """
    try:
        archive = zipfile.ZipFile(source)
    except zipfile.BadZipFile as error:
        raise BackupError(f"{source}: this is no backup") from error
    with archive:
        manifest = _manifest(archive, source)
        names = set(archive.namelist())

        def lines(table: str) -> Iterator[str]:
            if (name := f"tables/{table}.jsonl") in names:
                with archive.open(name) as stream:
                    yield from (line.decode() for line in stream)

        await tables.expect_room(database, manifest["schema"])
        await asyncio.to_thread(_expect_whole, archive, source)
        await asyncio.to_thread(_put_files, archive, data)  # first, for there may be no room for them
        try:
            counts = await tables.restore(database, manifest["schema"], lines, manifest["rows"])
        except BackupError as error:
            raise BackupError(f"{source}: {error}") from error
    async with database.read(aside=True) as session:
        flaws = [f"{f.number} event {f.position}: {f.what}" async for f in history.audit(session)]
    return counts, flaws


def _expect_whole(archive: zipfile.ZipFile, source: Path) -> None:
    try:
        broken = archive.testzip()
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BackupError(f"{source}: the file is damaged") from error
    if broken is not None:
        raise BackupError(f"{source}: the file is damaged at {broken}")


def _manifest(archive: zipfile.ZipFile, source: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads(archive.read("manifest.json"))
    except (KeyError, ValueError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise BackupError(f"{source}: this is no backup") from error
    if manifest.get("form") != FORM:
        raise BackupError(f"{source}: made by a newer version: upgrade the program")
    return manifest


def _put_files(archive: zipfile.ZipFile, data: Path) -> None:
    for info in archive.infolist():
        inside = PurePosixPath(info.filename)
        if inside.parts[:1] != ("files",) or ".." in inside.parts or info.is_dir():
            continue
        path = data.joinpath(*inside.parts[1:])
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(archive.read(info))


async def move(database: Database, target: Database, now: datetime) -> tuple[dict[str, int], list[str]]:
    """Put everything into another, empty database, which may be of the other kind; the data folder stays where it is.

    :raises BackupError, SchemaError, OSError: it cannot be moved
    """
    with tempfile.TemporaryDirectory() as name:
        nothing = Path(name) / "none"
        between = Path(name) / "moving.zip"
        await backup(database, nothing, between, now)
        return await restore(target, nothing, between)
