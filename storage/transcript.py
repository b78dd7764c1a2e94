"""The web chat's memory: what was said in each chat, what still waits to be handled, who may come in.

A chat is a number; a line is one message of it. Every insert and edit takes the chat's next `change`, so a browser that
comes back asks for what came after the last change it saw and misses nothing."""

import secrets
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Kept, WebFile, WebLink, WebMessage, WebSession, WebUpdate
from storage.visitors import NOBODYS, Visitors, known

Payload = dict[str, Any]

PAGE = 50
"""Lines of history given at once."""

_KEY = "web-key"


class UnknownChatError(LookupError):
    """Nobody was ever let into this chat, or it was erased."""


@dataclass(frozen=True)
class Line:
    """One message as it stands now; `change` is its place among the chat's inserts and edits."""

    id: int
    chat_id: int
    change: int
    from_bot: bool
    payload: Payload
    created_at: datetime
    edited_at: datetime | None


@dataclass(frozen=True)
class Receipt:
    """What a browser is told about something it sent. `new` is false when it had been kept before."""

    message_ids: list[int]
    new: bool


@dataclass(frozen=True)
class Waiting:
    """Something a browser did that has not been handled yet; `id` is its update id."""

    id: int
    chat_id: int
    payload: Payload
    created_at: datetime


@dataclass(frozen=True)
class StoredFile:
    """A file of one chat; `name` is random and is also its file id; `size` in bytes."""

    name: str
    chat_id: int
    title: str | None
    mime: str
    size: int


class Transcript(Visitors):
    """Reads and writes the web chat's tables.

    Every writing method is one transaction and raises what `Database.write` raises when nothing could be
    kept. Times are aware UTC and come from the caller.
    """

    # -- who may come in

    async def signing_key(self) -> str:
        """The key cookies are signed with, made on first use and the same for every process."""
        return await self.kept_first(_KEY, secrets.token_hex(32))

    async def kept_first(self, name: str, value: str) -> str:
        """What was kept under this name first, by whichever process; `value` when this is the first time."""
        async with self._numbering(NOBODYS) as (session, _):
            kept = await session.get(Kept, name)
            if kept is None:
                kept = Kept(name=name, value=value)
                session.add(kept)
            return kept.value

    async def open_session(self, digest: str, chat_id: int, *, at: datetime, expires_at: datetime) -> None:
        """Let the browser whose token has this digest speak as the chat until `expires_at`."""
        async with self._database.write() as session:
            session.add(WebSession(digest=digest, chat_id=chat_id, created_at=at, expires_at=expires_at))

    async def chat_of(self, digest: str, *, at: datetime, lasts: timedelta | None) -> int | None:
        """The chat this session speaks as, or None when it is unknown, expired or revoked.

        A session in use is prolonged to `lasts` (if any) from now, written at most about ten times in that span.
        """
        async with self._database.read() as session:
            row = await session.get(WebSession, digest)
            if row is None or row.revoked_at is not None or row.expires_at <= at:
                return None
        if lasts is not None and row.expires_at < at + lasts * 0.9:
            async with self._database.write() as session:
                await session.execute(
                    update(WebSession).where(WebSession.digest == digest).values(expires_at=at + lasts)
                )
        return row.chat_id

    async def revoke(self, chat_id: int, *, at: datetime) -> None:
        """End every session and every unused link of the chat; what was said stays."""
        async with self._database.write() as session:
            await session.execute(
                update(WebSession)
                .where(WebSession.chat_id == chat_id, WebSession.revoked_at.is_(None))
                .values(revoked_at=at)
            )
            await session.execute(
                update(WebLink).where(WebLink.chat_id == chat_id, WebLink.used_at.is_(None)).values(used_at=at)
            )

    async def add_link(self, digest: str, chat_id: int, *, expires_at: datetime) -> None:
        """Keep a one-time link into the chat, by its digest."""
        async with self._database.write() as session:
            session.add(WebLink(digest=digest, chat_id=chat_id, expires_at=expires_at))

    async def use_link(self, link: str, session_digest: str, *, at: datetime, expires_at: datetime) -> int | None:
        """Use a link up (by its digest), open a session with it and say which chat it opens; None when it is
        unknown, used or too old. Of two who come at once exactly one gets in."""
        async with self._database.write() as session:
            chat_id = await session.scalar(
                update(WebLink)
                .where(WebLink.digest == link, WebLink.used_at.is_(None), WebLink.expires_at > at)
                .values(used_at=at)
                .returning(WebLink.chat_id)
            )
            if chat_id is not None:
                session.add(WebSession(digest=session_digest, chat_id=chat_id, created_at=at, expires_at=expires_at))
        return chat_id

    # -- what the resident did

    async def receive(
        self, chat_id: int, client_id: str, contents: Sequence[Payload], *, at: datetime, language: str | None
    ) -> Receipt:
        """Keep what was said as lines of the transcript and as updates that wait, together or not at all.
        The same `client_id` again changes nothing and gets the same receipt."""
        async with self._numbering(chat_id) as (session, change):
            if seen := await _seen(session, chat_id, client_id):
                return seen
            lines = [
                WebMessage(
                    chat_id=chat_id,
                    change=change + index,
                    from_bot=False,
                    payload={**content, "client_id": client_id},
                    created_at=at,
                )
                for index, content in enumerate(contents)
            ]
            session.add_all(lines)
            await session.flush()
            ids = [line.id for line in lines]
            for index, (line_id, content) in enumerate(zip(ids, contents, strict=True)):
                payload = {"type": "message", "message_id": line_id, "message_ids": ids}
                payload |= {"content": content, "language": language}
                key = f"{client_id}.{index}" if index else client_id
                session.add(WebUpdate(chat_id=chat_id, client_id=key, payload=payload, created_at=at))
        return Receipt(ids, new=True)

    async def click(
        self, chat_id: int, client_id: str, message_id: int, data: str, *, at: datetime, language: str | None
    ) -> Receipt | None:
        """Keep that a button was pressed and mark it as the chosen one. None: no such message of the bot."""

        def choose(line: WebMessage) -> Payload | None:
            if not line.from_bot:
                return None
            line.payload = {**line.payload, "chosen": data}
            return {"type": "click", "data": data, "language": language}

        return await self._act(chat_id, client_id, message_id, choose, at)

    async def correct(
        self, chat_id: int, client_id: str, message_id: int, text: str, *, at: datetime, language: str | None
    ) -> Receipt | None:
        """Keep a resident's edit of an own text. None: there is no such text of theirs."""

        def replace(line: WebMessage) -> Payload | None:
            if line.from_bot or line.payload.get("kind") != "text":
                return None
            line.payload, line.edited_at = {**line.payload, "text": text}, at
            sent_at = int(line.created_at.timestamp())
            return {"type": "edit", "content": line.payload, "sent_at": sent_at, "language": language}

        return await self._act(chat_id, client_id, message_id, replace, at)

    async def chats_waiting(self) -> list[int]:
        """Chats with something unhandled, those that have waited longest first."""
        async with self._database.read() as session:
            found = await session.scalars(
                select(WebUpdate.chat_id)
                .where(WebUpdate.handled_at.is_(None))
                .group_by(WebUpdate.chat_id)
                .order_by(func.min(WebUpdate.id))
            )
            return list(found)

    async def next_waiting(self, chat_id: int) -> Waiting | None:
        """The oldest unhandled thing of the chat."""
        async with self._database.read() as session:
            row = await session.scalar(
                select(WebUpdate)
                .where(WebUpdate.handled_at.is_(None), WebUpdate.chat_id == chat_id)
                .order_by(WebUpdate.id)
                .limit(1)
            )
            return None if row is None else Waiting(row.id, row.chat_id, row.payload, row.created_at)

    async def handled(self, update_id: int, *, at: datetime) -> None:
        """Done with it: its words now stand in the transcript only."""
        async with self._database.write() as session:
            row = await session.get(WebUpdate, update_id)
            if row is not None and row.handled_at is None:
                row.handled_at, row.payload = at, {"message_ids": row.payload["message_ids"]}

    async def update_source(self, update_id: int) -> tuple[int, int] | None:
        """The chat and the message an update came from."""
        async with self._database.read() as session:
            row = await session.get(WebUpdate, update_id)
            return None if row is None else (row.chat_id, row.payload["message_ids"][0])

    # -- what the bot says

    async def say(self, chat_id: int, payloads: Sequence[Payload], *, at: datetime) -> list[Line]:
        """Add the bot's lines.

        :raises UnknownChatError: nobody was ever let into the chat.
        """
        async with self._numbering(chat_id) as (session, change):
            if not await known(session, chat_id):
                raise UnknownChatError(chat_id)
            rows = [
                WebMessage(chat_id=chat_id, change=change + index, from_bot=True, payload=payload, created_at=at)
                for index, payload in enumerate(payloads)
            ]
            session.add_all(rows)
            await session.flush()
            return [_line(row) for row in rows]

    async def amend(
        self, chat_id: int, message_id: int, new: Callable[[Line], Payload], *, at: datetime
    ) -> Line | None:
        """Replace a line's payload by what `new` makes of it (what it raises undoes everything). None: no
        such line, or it was deleted."""
        async with self._numbering(chat_id) as (session, change):
            row = await session.get(WebMessage, message_id)
            if row is None or row.chat_id != chat_id or row.payload.get("deleted"):
                return None
            row.payload = new(_line(row))
            row.change, row.edited_at = change, at
            return _line(row)

    # -- reading

    async def line(self, chat_id: int, message_id: int) -> Line | None:
        """One line of the chat, deleted ones excepted."""
        async with self._database.read() as session:
            row = await session.get(WebMessage, message_id)
            if row is None or row.chat_id != chat_id or row.payload.get("deleted"):
                return None
            return _line(row)

    async def last_change(self, chat_id: int) -> int:
        """The chat's newest change; 0 when nothing was said."""
        async with self._database.read() as session:
            found = await session.scalar(select(func.max(WebMessage.change)).where(WebMessage.chat_id == chat_id))
            return found or 0

    async def after(self, chat_id: int, change: int) -> list[Line]:
        """The next lines (at most four pages) inserted or edited after `change`, in that order."""
        async with self._database.read() as session:
            rows = await session.scalars(
                select(WebMessage)
                .where(WebMessage.chat_id == chat_id, WebMessage.change > change)
                .order_by(WebMessage.change)
                .limit(4 * PAGE)
            )
            return [_line(row) for row in rows]

    async def history(self, chat_id: int, *, before: int | None = None) -> tuple[list[Line], bool]:
        """The last page of lines before the message `before`, oldest first, and whether there are more."""
        query = select(WebMessage).where(WebMessage.chat_id == chat_id)
        if before is not None:
            query = query.where(WebMessage.id < before)
        async with self._database.read() as session:
            rows = list(await session.scalars(query.order_by(WebMessage.id.desc()).limit(PAGE + 1)))
        return [_line(row) for row in reversed(rows[:PAGE])], len(rows) > PAGE

    async def menu(self, chat_id: int) -> Payload:
        """The menu bar as the last message that said something about it left it; `id` is that message."""
        async with self._database.read() as session:
            row = await session.scalar(
                select(WebMessage)
                .where(WebMessage.chat_id == chat_id, WebMessage.payload["menu"].as_string().is_not(None))
                .order_by(WebMessage.id.desc())
                .limit(1)
            )
        return {"rows": [], "id": 0} if row is None else {**row.payload["menu"], "id": row.id}

    # -- files and leaving

    async def add_file(self, file: StoredFile, *, at: datetime) -> None:
        """Remember a file whose bytes are safely on disk.

        :raises UnknownChatError: nobody was ever let into the chat, or it was erased while the bytes came.
        """
        async with self._numbering(file.chat_id) as (session, _):
            if not await known(session, file.chat_id):
                raise UnknownChatError(file.chat_id)
            session.add(WebFile(**vars(file), created_at=at))

    async def file(self, name: str) -> StoredFile | None:
        """A file by its name."""
        async with self._database.read() as session:
            row = await session.get(WebFile, name)
            return None if row is None else StoredFile(row.name, row.chat_id, row.title, row.mime, row.size)

    async def erase(self, chat_id: int, *, before: datetime) -> tuple[list[str], bool]:
        """Forget the chat until `before`: lines and inbox; when nobody spoke since, what came after and who may come in
        as well. Gives the files that are nobody's now, those of a try cut off too, and whether somebody spoke."""
        async with self._numbering(chat_id) as (session, change):
            updates = list(await session.scalars(select(WebUpdate).where(WebUpdate.chat_id == chat_id)))
            for row in (old := [row for row in updates if row.handled_at is not None and row.created_at <= before]):
                row.payload = {"message_ids": [0]}  # an update id must never be given twice: it stays, emptied
            back = len(old) < len(updates)
            gone = [WebFile.chat_id == chat_id, *([WebFile.created_at <= before] if back else ())]
            await session.execute(update(WebFile).where(*gone).values(chat_id=NOBODYS))
            names = list(await session.scalars(select(WebFile.name).where(WebFile.chat_id == NOBODYS)))
            if back:
                lines = select(WebMessage).where(WebMessage.chat_id == chat_id, WebMessage.created_at <= before)
                for index, line in enumerate(await session.scalars(lines)):  # marked, so that open pages drop them
                    line.payload, line.change = {"kind": "text", "deleted": True}, change + index
            else:
                for table in (WebMessage, WebSession, WebLink):
                    await session.execute(delete(table).where(table.chat_id == chat_id))
        return names, back

    async def drop_files(self, names: Sequence[str]) -> None:
        """Forget files whose bytes are gone; one that is somebody's stays."""
        async with self._database.write() as session:
            await session.execute(delete(WebFile).where(WebFile.name.in_(names), WebFile.chat_id == NOBODYS))

    async def _act(
        self,
        chat_id: int,
        client_id: str,
        message_id: int,
        change_line: Callable[[WebMessage], Payload | None],
        at: datetime,
    ) -> Receipt | None:
        async with self._numbering(chat_id) as (session, change):
            if seen := await _seen(session, chat_id, client_id):
                return seen
            line = await session.get(WebMessage, message_id)
            if line is None or line.chat_id != chat_id or line.payload.get("deleted"):
                return None
            if (payload := change_line(line)) is None:
                return None
            line.change = change
            payload = {**payload, "message_id": message_id, "message_ids": [message_id]}
            session.add(WebUpdate(chat_id=chat_id, client_id=client_id, payload=payload, created_at=at))
        return Receipt([message_id], new=True)

    @asynccontextmanager
    async def _numbering(self, chat_id: int) -> AsyncIterator[tuple[AsyncSession, int]]:
        """A transaction in which nobody else numbers this chat's changes, and the next number."""
        async with self._database.write() as session:
            if not self._database.is_sqlite:  # SQLite has one writer at a time anyway
                await session.execute(select(func.pg_advisory_xact_lock(chat_id)))
            last = await session.scalar(select(func.max(WebMessage.change)).where(WebMessage.chat_id == chat_id))
            yield session, (last or 0) + 1


async def _seen(session: AsyncSession, chat_id: int, client_id: str) -> Receipt | None:
    payload = await session.scalar(
        select(WebUpdate.payload).where(WebUpdate.chat_id == chat_id, WebUpdate.client_id == client_id)
    )
    return None if payload is None else Receipt(payload["message_ids"], new=False)


def _line(row: WebMessage) -> Line:
    return Line(row.id, row.chat_id, row.change, row.from_bot, row.payload, row.created_at, row.edited_at)
