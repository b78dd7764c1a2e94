"""Files of the web chat that no line names: sent and then not spoken of, or their line was taken away soon after. They
go after a day. Each file is looked at once."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import and_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tables import Kept, WebFile, WebMessage
from storage.visitors import NOBODYS

SPOKEN_OF_WITHIN = timedelta(days=1)
"""How long a file may wait for the line that names it: somebody who lost their connection sends it when it is back."""

LOOKED = "web-uploads-looked"
"""Under this the last file that was looked at is kept: when it came, and its name."""

BATCH = 200
_CLOCKS_DIFFER = timedelta(hours=1)


async def set_aside(session: AsyncSession, now: datetime) -> tuple[list[str], bool]:
    """Look at the next files that are old enough, and take those that no line names from their chats, so that no line
    can name them any more. Gives the names of all files that are nobody's, also of those that an end in between left
    behind, and whether there may be more to look at. `Transcript.drop_files` forgets them."""
    kept = await session.get(Kept, LOOKED)
    begun, _, last = (kept.value if kept else "").partition(" ")
    query = select(WebFile).where(WebFile.created_at <= now - SPOKEN_OF_WITHIN, WebFile.chat_id != NOBODYS)
    if begun:
        since = datetime.fromisoformat(begun)
        later = or_(WebFile.created_at > since, and_(WebFile.created_at == since, WebFile.name > last))
        query = query.where(
            WebFile.created_at >= since, later
        )  # the first for the index, the second for the same moment
    files = (await session.scalars(query.order_by(WebFile.created_at, WebFile.name).limit(BATCH))).all()
    if files:
        named = await _named(session, files)
        for file in files:
            if file.name not in named:
                file.chat_id = NOBODYS
        await session.merge(Kept(name=LOOKED, value=f"{files[-1].created_at.isoformat()} {files[-1].name}"))
        await session.flush()
    nobodys = await session.scalars(select(WebFile.name).where(WebFile.chat_id == NOBODYS))
    return list(nobodys), len(files) == BATCH


async def _named(session: AsyncSession, files: Collection[WebFile]) -> set[str]:
    """Which of the files a line of their chat names."""
    came: defaultdict[int, list[datetime]] = defaultdict(list)
    for file in files:
        came[file.chat_id].append(file.created_at)
    name = WebMessage.payload["file", "name"].as_string()
    named: set[str] = set()
    for chat_id, times in came.items():
        lines = select(name).where(
            WebMessage.chat_id == chat_id, WebMessage.created_at >= min(times) - _CLOCKS_DIFFER, name.is_not(None)
        )
        named |= set(await session.scalars(lines))
    return named
