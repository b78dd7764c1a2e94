"""A Redis of our own."""

import asyncio
import socket
from pathlib import Path


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


class RedisServer:
    """It can go away and come back at the same address."""

    def __init__(self, program: str, folder: Path) -> None:
        self._port = free_port()
        address = ("--port", str(self._port), "--bind", "127.0.0.1")
        self._command = (program, *address, "--save", "", "--dir", str(folder))
        self.url = f"redis://127.0.0.1:{self._port}/0"

    async def start(self) -> None:
        self._server = await asyncio.create_subprocess_exec(*self._command, stdout=asyncio.subprocess.PIPE)
        assert self._server.stdout is not None
        async with asyncio.timeout(20):
            while b"Ready to accept" not in (line := await self._server.stdout.readline()):
                assert line, "redis-server ended by itself"

    async def stop(self) -> None:
        if self._server.returncode is None:
            self._server.terminate()
            await self._server.communicate()
