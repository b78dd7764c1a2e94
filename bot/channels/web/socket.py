"""The open WebSockets: what happens in a chat goes to every browser that looks at it."""

import asyncio
import json
import logging
import time
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from aiohttp import WSMsgType, web
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web.doors import Doors, Pace, Visitor, household
from bot.channels.web.incoming import Intake
from storage.transcript import Line, Payload, Transcript

log = logging.getLogger(__name__)

SIGNED_OUT = 4401
"""WebSocket close code: this session is over; do not come back with it."""
CROWDED = 4429
"""WebSocket close code: too many pages of this browser are open; come back when somebody looks at this one."""
RESTARTING = 1012
"""WebSocket close code: the office restarts; come back soon."""

_MOST_PAGES = 8
"""Pages that one browser may have open at one place; the one opened first makes room."""
_MESSAGE_BYTES = 64 * 1024
_RETRY_SECONDS = 2.0


def shown(line: Line) -> Payload:
    """A line as the page gets it; `at` in milliseconds since 1970."""
    return {
        **line.payload,
        "id": line.id,
        "change": line.change,
        "mine": not line.from_bot,
        "at": int(line.created_at.timestamp() * 1000),
        "edited": line.edited_at is not None and not line.from_bot,
    }


StillIn = Callable[[], Awaitable[bool]]
"""Whether a browser's session goes on: another process, or time, may have ended it."""


class Viewer:
    """One browser that looks at one chat. All writing goes through `write`, so that nothing overtakes."""

    def __init__(
        self, socket: web.WebSocketResponse, visitor: Visitor, transcript: Transcript, still_in: StillIn
    ) -> None:
        self.socket = socket
        self.visitor = visitor
        self.chat_id = visitor.chat_id
        self.closing: asyncio.Task[bool] | None = None
        self._transcript = transcript
        self._still_in = still_in
        self._fleeting: deque[Payload] = deque(maxlen=200)
        self._something = asyncio.Event()
        self._changed = False
        self._since: int | None = None

    def push(self, payload: Payload | None) -> None:
        """Send this soon; None: the transcript has changed."""
        if payload is None:
            self._changed = True
        else:
            self._fleeting.append(payload)
        self._something.set()

    def begin(self, since: int) -> None:
        """The browser has everything up to this change; from now on it is told what comes after."""
        self._since = since
        self.push(None)

    def send_away(self, code: int) -> None:
        """Close the socket; who asks for it need not wait for the browser's answer."""
        self.closing = self.closing or asyncio.create_task(self.socket.close(code=code))

    async def write(self) -> None:
        """Send what there is to send until the socket closes."""
        while not self.socket.closed:
            await self._something.wait()
            self._something.clear()
            try:
                while self._fleeting:
                    await self._send(self._fleeting.popleft())
                while self._changed and self._since is not None:
                    self._changed = False
                    if not await self._still_in():  # whoever only listens is asked here
                        self.send_away(SIGNED_OUT)
                        return
                    lines = await self._transcript.after(self.chat_id, self._since)
                    if lines:
                        self._since = lines[-1].change
                        self._changed = True
                        said: Payload = {"type": "messages", "messages": [shown(line) for line in lines]}
                        if any("menu" in line.payload for line in lines):  # a new menu may be in another language
                            said["language"] = await self._transcript.language(self.chat_id)
                        await self._send(said)
            except ConnectionError:
                return
            except (SQLAlchemyError, OSError) as error:
                log.warning("could not read a web chat: %s", type(error).__name__)
                self._changed = True
                asyncio.get_running_loop().call_later(_RETRY_SECONDS, self._something.set)

    async def _send(self, payload: Payload) -> None:
        await self.socket.send_str(json.dumps(payload, ensure_ascii=False, separators=(",", ":")))


class Sockets:
    """Every open WebSocket of this process."""

    def __init__(self, transcript: Transcript, doors: Doors, intake: Intake, wake: Callable[[int], None]) -> None:
        self._transcript = transcript
        self._doors = doors
        self._intake = intake
        self._wake = wake
        self._viewers: defaultdict[int, dict[Viewer, None]] = defaultdict(dict)  # in the order in which they came
        self._session_pace = Pace(20, 10.0, time.monotonic)
        self._scroll_pace = Pace(60, 10.0, time.monotonic)
        self._address_pace = Pace(400, 10.0, time.monotonic)

    def tell(self, chat_id: int, payload: Payload | None) -> None:
        """Push to all who look at the chat; None: the transcript has changed."""
        for viewer in self._viewers.get(chat_id, ()):
            viewer.push(payload)

    async def close(self, code: int, chat_id: int | None = None) -> None:
        """Close the sockets of one chat, or all."""
        chats = list(self._viewers) if chat_id is None else [chat_id]
        viewers = [viewer for chat in chats for viewer in self._viewers.get(chat, ())]
        await asyncio.gather(*(viewer.socket.close(code=code) for viewer in viewers), return_exceptions=True)

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """GET …/socket: the conversation of one browser."""
        visitor = await self._doors.visitor(request)
        socket = web.WebSocketResponse(heartbeat=30, max_msg_size=_MESSAGE_BYTES)
        await socket.prepare(request)
        if visitor is None:
            await socket.close(code=SIGNED_OUT)
            return socket
        viewer = Viewer(socket, visitor, self._transcript, partial(self._doors.still_in, visitor, used=False))
        self._make_room(visitor)
        writing = asyncio.create_task(viewer.write())
        self._viewers[visitor.chat_id][viewer] = None
        try:
            await self._listen(request, viewer, visitor)
        finally:
            del self._viewers[visitor.chat_id][viewer]
            if not self._viewers[visitor.chat_id]:
                del self._viewers[visitor.chat_id]
            writing.cancel()
            closing = [viewer.closing] if viewer.closing else []
            await asyncio.gather(writing, *closing, return_exceptions=True)
        return socket

    def _make_room(self, visitor: Visitor) -> None:
        """Before one more page of the same browser is let in."""
        viewers = self._viewers.get(visitor.chat_id, {})
        open_ones = [one for one in viewers if one.visitor.digest == visitor.digest and one.closing is None]
        for viewer in open_ones[: max(0, len(open_ones) + 1 - _MOST_PAGES)]:
            viewer.send_away(CROWDED)

    async def _listen(self, request: web.Request, viewer: Viewer, visitor: Visitor) -> None:
        language: str | None = None
        async for frame in viewer.socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            said = _parse(frame.data)
            kind = _word(said.get("type"))
            try:
                if not await self._doors.still_in(visitor, used=True):
                    viewer.send_away(SIGNED_OUT)
                    return
                if kind == "ping":
                    viewer.push({"type": "pong"})
                    viewer.push(None)  # another process may have written
                    continue
                await self._hold_back(request, viewer, self._scroll_pace if kind == "older" else self._session_pace)
                if kind == "hello":
                    spoken = _word(said.get("language"))
                    language = spoken if spoken in {"zh", "en"} else None
                    await self._hello(viewer, said.get("since"))
                elif kind == "older":
                    await self._older(viewer, said.get("before"))
                else:
                    await self._take(viewer, said, language)
            except (SQLAlchemyError, OSError) as error:
                log.warning("web chat: database unavailable (%s)", type(error).__name__)
                viewer.push(
                    {
                        "type": "refused",
                        "client_id": _word(said.get("client_id")),
                        "reason": "unavailable",
                        "of": kind,
                    }
                )

    async def _take(self, viewer: Viewer, said: Payload, language: str | None) -> None:
        answer = await self._intake.take(viewer.chat_id, said, language)
        viewer.push(answer)
        if answer["type"] == "ack":
            self.tell(viewer.chat_id, None)
            self._wake(viewer.chat_id)

    async def _hello(self, viewer: Viewer, since: Any) -> None:
        menu = await self._transcript.menu(viewer.chat_id)
        newest = await self._transcript.last_change(viewer.chat_id)
        viewer.push({"type": "hello", "chat": viewer.chat_id, "menu": menu})
        if isinstance(since, int) and 0 <= since <= newest:
            viewer.begin(since)
            return
        lines, more = await self._transcript.history(viewer.chat_id)
        viewer.push({"type": "history", "messages": _seen(lines), "more": more, "change": newest})
        viewer.begin(newest)

    async def _older(self, viewer: Viewer, before: Any) -> None:
        if isinstance(before, int) and 0 < before < 2**53:
            lines, more = await self._transcript.history(viewer.chat_id, before=before)
            viewer.push({"type": "older", "messages": _seen(lines), "more": more})

    async def _hold_back(self, request: web.Request, viewer: Viewer, pace: Pace) -> None:
        pause = max(pace.wait(viewer.visitor.digest), self._address_pace.wait(household(request)))
        if pause > 0:
            viewer.push({"type": "slow", "seconds": round(pause, 1)})
            await asyncio.sleep(pause)


def _seen(lines: list[Line]) -> list[Payload]:
    return [shown(line) for line in lines if not line.payload.get("deleted")]


def _parse(text: str) -> Payload:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}


def _word(said: Any) -> str | None:
    """What stands where a word belongs; None when it is none, or could not be written back."""
    return said if isinstance(said, str) and said.isprintable() else None
