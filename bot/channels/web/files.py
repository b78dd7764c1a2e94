"""Files of the web chat: what may come in, where the bytes lie, who may have them back."""

import asyncio
import os
import re
import secrets
import shutil
import unicodedata
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

import filetype

from knowledge import identity
from storage.transcript import StoredFile, Transcript

UPLOAD_LIMIT = 20 * 1024 * 1024
"""Bytes a browser may send in one file."""
SEND_LIMIT = 50 * 1024 * 1024
"""Bytes the bot may send in one file (as on Telegram)."""

_HEAD = 8192
_NAME = re.compile(r"[0-9a-f]{32}(\.[a-z0-9]{1,5})?")
_TITLE_LENGTH = 120
_OFFICE = "application/vnd.openxmlformats-officedocument."
_MIMES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "webp": "image/webp",
    "heic": "image/heic",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "webm": "video/webm",
    "mp3": "audio/mpeg",
    "ogg": "audio/ogg",
    "wav": "audio/wav",
    "m4a": "audio/mp4",
    "weba": "audio/webm",
    "amr": "audio/amr",
    "pdf": "application/pdf",
    "doc": "application/msword",
    "xls": "application/vnd.ms-excel",
    "ppt": "application/vnd.ms-powerpoint",
    "wps": "application/vnd.ms-works",
    "docx": _OFFICE + "wordprocessingml.document",
    "xlsx": _OFFICE + "spreadsheetml.sheet",
    "pptx": _OFFICE + "presentationml.presentation",
    "zip": "application/zip",
    "txt": "text/plain",
    "csv": "text/csv",
}
INLINE = {mime for mime in _MIMES.values() if mime.startswith(("audio/", "video/"))} | {
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
}
"""Types a browser may show in place; all others are downloads."""

_SAME = {"opus": "ogg", "oga": "ogg", "jpeg": "jpg", "apng": "png", "m4v": "mp4"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EBML = b"\x1a\x45\xdf\xa3"


class TooBigError(ValueError):
    """The file is over the limit."""


class NotAllowedError(ValueError):
    """The bytes are of no type the office takes."""


def sniff(head: bytes, title: str | None, *, sound: bool = False) -> str | None:
    """The usual ending of what the first bytes show, None when it is nothing we take.

    The title only chooses among types that look alike from their bytes (old and new office files, text).
    `sound` says that the sender recorded sound only, which the containers WebM and MP4 do not show early.
    """
    ending = (title or "").rpartition(".")[2].lower() if "." in (title or "") else ""
    if head.startswith(_OLE):
        return ending if ending in {"doc", "xls", "ppt", "wps"} else "doc"
    if head.startswith(b"PK\x03\x04"):
        return ending if ending in {"docx", "xlsx", "pptx"} else "zip"
    found = filetype.guess_extension(head)
    found = _SAME.get(found, found)
    if found is None and head[4:8] == b"ftyp":
        found = "mp4"
    if found is None and head.startswith(_EBML) and b"webm" in head[:64]:
        found = "webm"
    if sound:
        found = {"webm": "weba", "mp4": "m4a"}.get(found or "", found)
    if found is not None:
        return found if found in _MIMES else None
    return ending or "txt" if ending in {"", "txt", "csv"} and _is_text(head) else None


def _is_text(head: bytes) -> bool:
    if not head or any(byte < 32 and byte not in b"\t\n\r\f\x1b" for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            head[:-4].decode(encoding) if len(head) == _HEAD else head.decode(encoding)
        except UnicodeDecodeError as error:
            if len(head) == _HEAD and error.start >= len(head) - 8:  # cut in the middle of a character
                return True
            continue
        return True
    return False


def clean_title(title: str | None) -> str | None:
    """A file's name without folders, control or direction characters and numbers of identity cards, at most 120
    characters."""
    if not title:
        return None
    plain = "".join(c for c in title if unicodedata.category(c)[0] != "C")
    plain = identity.mask(plain.replace("\\", "/").rpartition("/")[2].strip())
    if len(plain) > _TITLE_LENGTH:
        stem, dot, ending = plain.rpartition(".")
        keep = f"{dot}{ending}" if dot and len(ending) <= 5 else ""
        plain = (stem or plain)[: _TITLE_LENGTH - len(keep)] + keep
    return plain or None


class FileRoom:
    """Keeps files under a folder by random names and knows whose each one is."""

    def __init__(self, transcript: Transcript, folder: Path) -> None:
        self._transcript = transcript
        self._folder = folder

    def path(self, name: str) -> Path | None:
        """Where the bytes of a file lie; None when this cannot be a file's name."""
        return self._folder / name[:2] / name if _NAME.fullmatch(name) else None

    async def keep(
        self,
        chunks: AsyncIterator[bytes],
        *,
        chat_id: int,
        title: str | None,
        at: datetime,
        limit: int = UPLOAD_LIMIT,
        sound: bool = False,
        any_type: bool = False,
    ) -> StoredFile:
        """Write the bytes to disk, then remember the file.

        :raises TooBigError: more than `limit` bytes.
        :raises NotAllowedError: an empty file, or (unless `any_type`) none of the types we take.
        :raises OSError: the disk is full.
        """
        title = clean_title(title)
        stem = secrets.token_hex(16)
        part = self._folder / f"{stem}.part"
        head, size = b"", 0
        try:
            await asyncio.to_thread(_private_folder, self._folder)
            with await asyncio.to_thread(_private_file, part) as out:
                async for chunk in chunks:
                    size += len(chunk)
                    if size > limit:
                        raise TooBigError
                    if len(head) < _HEAD:
                        head += chunk[: _HEAD - len(head)]
                    await asyncio.to_thread(out.write, chunk)
                out.flush()
                await asyncio.to_thread(os.fsync, out.fileno())
            ending = sniff(head, title, sound=sound) if head else None
            if not head or (ending is None and not any_type):
                raise NotAllowedError
            mime = _MIMES[ending] if ending else "application/octet-stream"
            stored = StoredFile(f"{stem}.{ending or 'bin'}", chat_id, title, mime, size)
            await self._enter(part, stored, at)
        finally:
            part.unlink(missing_ok=True)
        return stored

    async def copy(self, source: StoredFile, chat_id: int, *, at: datetime) -> StoredFile:
        """The same bytes as a file of another chat, so that each chat's files can go with it.

        :raises OSError: the bytes are gone, or the disk is full.
        """
        name = secrets.token_hex(16) + Path(source.name).suffix
        stored = StoredFile(name, chat_id, source.title, source.mime, source.size)
        part = self._folder / f"{name}.part"
        try:
            await asyncio.to_thread(_link, self._require(source.name), part)
            await self._enter(part, stored, at)
        finally:
            part.unlink(missing_ok=True)
        return stored

    async def stream(self, name: str, chunk_size: int) -> AsyncIterator[bytes]:
        """The bytes of a file.

        :raises FileNotFoundError: there is no such file.
        """
        with await asyncio.to_thread(self._require(name).open, "rb") as source:
            while chunk := await asyncio.to_thread(source.read, chunk_size):
                yield chunk

    async def remove(self, names: list[str]) -> None:
        """Delete the bytes of files that nothing points to any more, then what is remembered of them: cut off in
        between, the same names are given again."""
        for path in map(self.path, names):
            if path is not None:
                await asyncio.to_thread(path.unlink, missing_ok=True)
        if names:
            await self._transcript.drop_files(names)

    async def _enter(self, part: Path, stored: StoredFile, at: datetime) -> None:
        path = self._require(stored.name)
        await asyncio.to_thread(_private_folder, path.parent)
        await asyncio.to_thread(part.rename, path)
        try:
            await self._transcript.add_file(stored, at=at)
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def _require(self, name: str) -> Path:
        path = self.path(name)
        if path is None:
            raise FileNotFoundError(name)
        return path


def _link(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # a file system without links
        with source.open("rb") as given, _private_file(target) as out:
            shutil.copyfileobj(given, out)


def _private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)


def _private_file(path: Path) -> BinaryIO:
    """Open a new file that only its owner may read or write, and that nobody can execute."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
