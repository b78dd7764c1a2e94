"""The process under test: started, killed, stopped, and heard when it dies."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.live.botapi import BotApi
from tests.live.people import Person
from tests.live.process import Process

ECHO = """
import json, os, signal, sys, urllib.request

def call(method, **parameters):
    url = f"{os.environ['SHOUWEN_TELEGRAM_API']}/bot{os.environ['SHOUWEN_TELEGRAM_TOKEN']}/{method}"
    body, kind = json.dumps(parameters).encode(), {"Content-Type": "application/json"}
    return json.load(urllib.request.urlopen(urllib.request.Request(url, body, kind)))["result"]

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("here already, which is not yet the word", flush=True)
offset = call("getMe") and 0
print("the bot is ready", flush=True)
while True:
    for update in call("getUpdates", offset=offset, timeout=30):
        if update["message"]["text"] == "die":
            print("脚下一空", file=sys.stderr, flush=True)
            os._exit(3)
        call("sendMessage", chat_id=7, text="听到：" + update["message"]["text"])
        offset = update["update_id"] + 1
"""


@pytest.fixture
async def wang(api: BotApi) -> Person:
    person = Person(api, 7, "王秀英")
    await person.send("/start")
    return person


def _echo(api: BotApi, cwd: Path) -> Process:
    env = {"SHOUWEN_TELEGRAM_API": api.url, "SHOUWEN_TELEGRAM_TOKEN": api.token}
    return Process(env, api=api, cwd=cwd, program=("-c",), serve=(ECHO,))


async def test_a_killed_process_finds_what_it_missed(api: BotApi, wang: Person, tmp_path: Path) -> None:
    """A real bot process is killed, started and stopped; what was said meanwhile is delivered then."""
    async with _echo(api, tmp_path) as bot:
        await wang.sees("听到：/start")
        first = bot.pid
        await bot.kill()
        await wang.send("有人吗")
        await bot.start()
        await wang.sees("听到：有人吗")
        await bot.restart()
        await wang.send("还在吗")
        await wang.sees("听到：还在吗")
        last = bot.pid
    assert bot.code == 0
    for pid in (first, last):
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


async def test_a_death_is_told_with_the_last_words(api: BotApi, wang: Person, tmp_path: Path) -> None:
    """Whoever waits for a dead bot fails at once and sees what it wrote."""
    bot = _echo(api, tmp_path)
    await bot.start()
    await wang.send("die")
    with pytest.raises(AssertionError, match=r"(?s)王秀英 did not see.*exit code 3.*脚下一空"):
        await wang.sees("永远不来", timeout=60)
    with pytest.raises(AssertionError, match="exit code 3"):
        await bot.stop()
    await bot.kill()


async def test_one_off_commands_are_run_and_judged(tmp_path: Path) -> None:
    """`run` gives what a command wrote and insists on its exit code."""
    program = Process({"SHOUWEN_X": "值"}, cwd=tmp_path, program=("-c",), serve=("raise SystemExit('no')",))
    said = await program.run("import os, sys; print(os.environ['SHOUWEN_X']); sys.exit('坏了')", code=1)
    assert (said.out, said.err) == ("值\n", "坏了\n")
    with pytest.raises(AssertionError, match="ended with 1, not 0"):
        await program.run("raise SystemExit(1)")
    with pytest.raises(AssertionError, match=r"(?s)ended by itself.*no"):
        await program.start()
