"""The open WebSockets: what happens in a chat goes to every browser that looks at it."""

import asyncio
import ipaddress
import json
import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from aiohttp import WSMsgType, web
from sqlalchemy.exc import SQLAlchemyError

from bot.channels.web.doors import Doors, Pace, Visitor, address
from bot.channels.web.incoming import Intake
from storage.transcript import Line, Payload, Transcript

log = logging.getLogger(__name__)

SIGNED_OUT = 4401
"""WebSocket close code: this session is over; do not come back with it."""
RESTARTING = 1012
"""WebSocket close code: the office restarts; come back soon."""

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


class Viewer:
    """One browser that looks at one chat. All writing goes through `write`, so that nothing overtakes."""

    def __init__(self, socket: web.WebSocketResponse, chat_id: int, transcript: Transcript) -> None:
        self.socket = socket
        self.chat_id = chat_id
        self._transcript = transcript
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
        self._viewers: defaultdict[int, set[Viewer]] = defaultdict(set)
        self._session_pace = Pace(20, 10.0, time.monotonic)
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
        viewer = Viewer(socket, visitor.chat_id, self._transcript)
        writing = asyncio.create_task(viewer.write())
        self._viewers[visitor.chat_id].add(viewer)
        try:
            await self._listen(request, viewer, visitor)
        finally:
            self._viewers[visitor.chat_id].discard(viewer)
            if not self._viewers[visitor.chat_id]:
                del self._viewers[visitor.chat_id]
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        return socket

    async def _listen(self, request: web.Request, viewer: Viewer, visitor: Visitor) -> None:
        language: str | None = None
        async for frame in viewer.socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            said = _parse(frame.data)
            kind = said.get("type")
            try:
                if not await self._doors.still_in(visitor):
                    await viewer.socket.close(code=SIGNED_OUT)
                    return
                if kind == "hello":
                    language = said.get("language") if said.get("language") in {"zh", "en"} else None
                    await self._hello(viewer, said.get("since"))
                elif kind == "older":
                    await self._older(viewer, said.get("before"))
                elif kind == "ping":
                    viewer.push({"type": "pong"})
                    viewer.push(None)  # another process may have written
                else:
                    await self._hold_back(request, viewer, visitor)
                    await self._take(viewer, said, language)
            except (SQLAlchemyError, OSError) as error:
                log.warning("web chat: database unavailable (%s)", type(error).__name__)
                viewer.push(
                    {
                        "type": "refused",
                        "client_id": said.get("client_id"),
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

    async def _hold_back(self, request: web.Request, viewer: Viewer, visitor: Visitor) -> None:
        pause = self._session_pace.wait(visitor.digest)
        if is_public(where := address(request)):
            pause = max(pause, self._address_pace.wait(where))
        if pause > 0:
            viewer.push({"type": "slow", "seconds": round(pause, 1)})
            await asyncio.sleep(pause)


def is_public(address: str) -> bool:
    """Whether an address is one household's or office's own. Others (loopback, private) are usually a proxy
    that stands for everybody, so limits by address must not apply to them."""
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _seen(lines: list[Line]) -> list[Payload]:
    return [shown(line) for line in lines if not line.payload.get("deleted")]


def _parse(text: str) -> Payload:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
