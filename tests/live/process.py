"""The bot under test in a process of its own, which can be stopped, killed and started again."""

from __future__ import annotations

import asyncio
import atexit
import codecs
import os
import re
import signal
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from tests.live.botapi import BotApi

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Finished:
    """What a one-off command did."""

    code: int
    out: str
    err: str


# Ends with the process that started it, even when that one is killed; then becomes the real program.
_LAUNCH = """
import os, sys
if sys.platform == "linux":
    import ctypes
    ctypes.CDLL(None).prctl(1, 9)
if os.getppid() == int(sys.argv[1]):
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])
"""
_living: set[int] = set()  # process groups of ours


def _end(group: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    _living.discard(group)


@atexit.register
def _end_all() -> None:
    for group in list(_living):
        _end(group)


class Process:
    """The real bot: `async with Process({"SHOUWEN_TELEGRAM_API": api.url, …}, api=api) as bot:`.

    `env` is all it knows of SHOUWEN_ settings (but a `.env` in `cwd` is read as always: give it an empty
    folder as `cwd`). With `api`, a person who waits for an answer fails at once when the bot dies.
    """

    def __init__(
        self,
        env: Mapping[str, str],
        *,
        api: BotApi | None = None,
        cwd: Path = ROOT,
        program: Sequence[str] = ("-m", "bot"),
        serve: Sequence[str] = ("run",),
        ready: str = r"\bready\b",
    ) -> None:
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("SHOUWEN_")}
        paths = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        inherited |= {"PYTHONPATH": paths, "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"}
        # Compiled once for all the processes of a test run: a start is then half as long.
        inherited.pop("PYTHONDONTWRITEBYTECODE", None)
        inherited["PYTHONPYCACHEPREFIX"] = str(ROOT / ".pytest_cache" / "bytecode")
        self._env = inherited | dict(env)
        self._api, self._cwd, self._program, self._serve = api, cwd, tuple(program), tuple(serve)
        self._ready, self._changed = re.compile(ready), asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._expected, self._started = True, 0
        self.output = ""  # all it has written, over all its lives
        self.code: int | None = None  # how the last life ended; None while it runs
        if api:
            api.watchers.append(self.trouble)

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: object, *_: object) -> None:
        trouble = self.trouble()
        try:
            if self.running and not kind:
                await self.stop()
        finally:
            await self.kill()
            if self._api:
                self._api.watchers.remove(self.trouble)
        assert kind or not trouble, trouble

    @property
    def running(self) -> bool:
        return self._process is not None and self.code is None

    @property
    def pid(self) -> int:
        assert self._process, "not started"
        return self._process.pid

    def trouble(self) -> str | None:
        """What to say of it when it died by itself."""
        dead = not self._expected and self.code is not None
        return f"The bot ended by itself (exit code {self.code}). It wrote:\n{self._tail()}" if dead else None

    async def start(self, timeout: float = 60) -> None:
        """Starts it and waits until it says that it is ready."""
        assert not self.running, "it runs already"
        self.code, self._expected, self._started = None, False, len(self.output)
        self._changed.clear()
        self._process = await self._spawn(*self._program, *self._serve, stderr=asyncio.subprocess.STDOUT)
        self._reader = asyncio.create_task(self._read(self._process))
        try:
            async with asyncio.timeout(timeout):
                await self._changed.wait()
        except TimeoutError:
            await self.kill()
            raise AssertionError(f"The bot was not ready in {timeout:g} s. It wrote:\n{self._tail()}") from None
        except BaseException:
            await self.kill()
            raise
        trouble = self.trouble()
        assert not trouble, trouble

    async def kill(self) -> None:
        """Ends it as a power cut would (SIGKILL). Does nothing where nothing runs."""
        self._expected = True
        if self.running and self._process and self._reader:
            _end(self._process.pid)
            await self._reader

    async def stop(self, timeout: float = 15) -> None:
        """Asks it to end (SIGTERM), and expects that it does so in time and with exit code 0."""
        assert self.running, self.trouble() or "it does not run"
        assert self._process
        assert self._reader
        self._expected = True
        self._process.send_signal(signal.SIGTERM)
        done, _ = await asyncio.wait({self._reader}, timeout=timeout)
        await self.kill()
        assert done, f"The bot did not stop within {timeout:g} s. It wrote:\n{self._tail()}"
        assert self.code == 0, f"The bot stopped with exit code {self.code}. It wrote:\n{self._tail()}"

    async def restart(self, *, kill: bool = False) -> None:
        """Ends it, politely or not, and starts it again."""
        await (self.kill() if kill else self.stop())
        await self.start()

    async def run(self, *args: str, code: int | None = 0, timeout: float = 60) -> Finished:
        """Runs the program once with other arguments; expects this exit `code` (None: any)."""
        process = await self._spawn(*self._program, *args, stderr=asyncio.subprocess.PIPE)
        try:
            async with asyncio.timeout(timeout):
                out, err = await process.communicate()
        finally:
            _end(process.pid)
            await process.wait()
        done = Finished(process.returncode or 0, out.decode(errors="replace"), err.decode(errors="replace"))
        assert code in (None, done.code), f"{args} ended with {done.code}, not {code}:\n{done.out}{done.err}"
        return done

    async def _spawn(self, *args: str, stderr: int) -> asyncio.subprocess.Process:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _LAUNCH, str(os.getpid()), *args),
            cwd=self._cwd,
            env=self._env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=stderr,
            start_new_session=True,
        )
        _living.add(process.pid)
        return process

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout
        decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        while chunk := await process.stdout.read(1 << 16):
            self.output += decode(chunk)
            if self._ready.search(self.output, self._started):
                self._changed.set()
        self.code = await process.wait()
        _end(process.pid)  # whatever it may have started itself
        self._changed.set()
        if self._api:
            self._api.ring()

    def _tail(self) -> str:
        return "\n".join(self.output[self._started :].splitlines()[-60:]) or "(nothing)"
