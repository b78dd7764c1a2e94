"""Grown up: PostgreSQL, Redis, webhooks, and two processes behind a proxy that takes turns."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import asyncpg
import pytest
from aiohttp import web
from sqlalchemy.engine import make_url

from knowledge.lifecycle import Role
from tests.live.botapi import BotApi
from tests.live.office import Office
from tests.live.people import Person
from tests.live.process import Process
from tests.live.round import NEED, STEPS, begin, judge
from tests.redis_server import RedisServer, free_port

SECRET = "a-secret-that-nobody-guesses"
AWAY = (aiohttp.ClientError, OSError, TimeoutError)


class Turns:
    """The proxy: each request to the next process; to the other one where that is away."""

    def __init__(self, ports: list[int]) -> None:
        self.ports, self._next, self.url = ports, itertools.count(), ""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Turns]:
        app = web.Application()
        app.router.add_post("/telegram/webhook", self._pass_on)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=20)) as self._http:
            yield self
        await runner.cleanup()

    async def _pass_on(self, request: web.Request) -> web.Response:
        body, first = await request.read(), next(self._next)
        headers = {n: v for n, v in request.headers.items() if n in ("Content-Type", "X-Telegram-Bot-Api-Secret-Token")}
        for turn in range(len(self.ports)):
            port = self.ports[(first + turn) % len(self.ports)]
            try:
                url = f"http://127.0.0.1:{port}/telegram/webhook"
                async with self._http.post(url, data=body, headers=headers) as answer:
                    if answer.status < 500:
                        return web.Response(status=answer.status)
            except AWAY:
                continue
        return web.Response(status=502)


class Grown(Office):
    """The office on PostgreSQL, with as many processes as there are ports; `bot` is the first of them."""

    def __init__(self, folder: Path, api: BotApi, url: str, proxy: Turns, **settings: str) -> None:
        hook = {"webhook_url": proxy.url, "webhook_secret": SECRET, "log_format": "json"}
        super().__init__(folder, api, database_url=url, **hook, **settings)
        self.url = url
        self.dsn = make_url(url).set(drivername="postgresql").render_as_string(False)
        self.bots = [Process(self.env | {"SHOUWEN_WEB_PORT": str(port)}, api=api, cwd=folder) for port in proxy.ports]
        self.bot = self.bots[0]

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        async def ask() -> list[tuple[Any, ...]]:
            connection = await asyncpg.connect(self.dsn)
            found = [tuple(row) for row in await connection.fetch(query, *values)]
            await connection.close()
            return found

        with ThreadPoolExecutor(1) as aside:
            return aside.submit(lambda: asyncio.run(ask())).result()

    def count(self, table: str, where: str = "true") -> int:
        [(found,)] = self.rows(f"SELECT count(*) FROM {table} WHERE {where}")
        return int(found)

    async def handled(self) -> list[int]:
        """How many updates each process has handled, as it says itself."""
        found = []
        async with aiohttp.ClientSession() as http:
            for bot in self.bots:
                async with http.get(f"http://127.0.0.1:{bot._env['SHOUWEN_WEB_PORT']}/metrics") as answer:
                    lines = (await answer.text()).splitlines()
                    told = [line for line in lines if line.startswith("shouwen_updates_handled_total{")]
                    found.append(sum(int(line.rpartition(" ")[2]) for line in told))
        return found


@pytest.fixture
async def office(api: BotApi, postgres_url: str, redis: RedisServer, tmp_path: Path) -> AsyncIterator[Grown]:
    dsn = make_url(postgres_url).set(drivername="postgresql")
    admin = await asyncpg.connect(dsn.render_as_string(False))
    await admin.execute("CREATE DATABASE many")
    url = make_url(postgres_url).set(database="many").render_as_string(False)
    async with Turns([free_port(), free_port()]).serving() as proxy:
        yield Grown(tmp_path, api, url, proxy, redis_url=redis.url)
    await admin.execute("DROP DATABASE many WITH (FORCE)")
    await admin.close()


async def test_a_round_while_the_processes_are_restarted(api: BotApi, office: Grown) -> None:
    """Everybody sees all of it, once; then a crowd speaks while one process after the other is restarted, and every
    need is recorded once, said once, and both processes had a part in it."""
    story = await begin(office, api)
    first, second = office.bots
    async with first, second:
        for number, (act, seen) in enumerate(STEPS):
            rolling = {4: first, 9: second}.get(number)
            restart: Coroutine[Any, Any, None] | None = rolling.restart() if rolling else None
            await asyncio.gather(act(story), *([restart] if restart else []))
            await seen(story)
        judge(story)
        assert min(await office.handled()) > 0

        crowd = [Person(api, 8000 + number, f"居民{number}") for number in range(8)]

        async def asks(person: Person) -> None:
            await person.send(NEED)
            await person.sees("您同意吗", timeout=60)
            await person.click("同意")
            await person.sees("老年助餐", timeout=60)
            await person.click("确认登记")
            await person.sees("登记好了", timeout=60)

        async def rolling_restart() -> None:
            for bot in office.bots:
                await bot.restart()

        await asyncio.gather(rolling_restart(), *(asks(person) for person in crowd))
        await office.quiet(60)
        assert office.count("request") == len(crowd) + 1
        assert office.count("outbox", "failed_at IS NOT NULL") == 0
        for person in crowd:
            assert sum("登记好了" in message.text for message in person.chat.messages) == 1
        told = [message.text for message in story.worker.chat.messages if "新诉求" in message.text]
        assert len(told) == len(crowd) + 1
        await _at_both_at_once(office, crowd[0])
        audit = await first.run("audit")
        assert audit.out == ""
    for bot in office.bots:
        assert "ERROR" not in bot.output
        assert "居民" not in bot.output


async def test_redis_goes_away_and_comes_back(api: BotApi, office: Grown, redis: RedisServer) -> None:
    """Nothing is handled without its locks, and nothing is lost: people are told to wait, the balancer is told that
    nobody is ready, and what was said meanwhile is done once when Redis is there again."""
    first, second = office.bots
    resident, worker = Person(api, 8100, "居民"), Person(api, 8101, "李敏")
    await office.open({resident: None, worker: Role.WORKER})
    async with first, second:
        await resident.send("转人工")
        await resident.sees("请说您的事", timeout=60)
        await redis.stop()
        await resident.send("楼道的灯坏了三天了")
        await resident.sees("暂时存不上", timeout=60)
        assert set(await _ready(office)) == {503}
        assert office.count("request") == 0
        await redis.start()
        await resident.sees("登记好了", timeout=60)
        await office.quiet(60)
        assert set(await _ready(office)) == {200}
        assert office.count("request") == 1
        assert sum("登记好了" in message.text for message in resident.chat.messages) == 1
    for bot in office.bots:
        assert "Traceback" not in bot.output


async def _ready(office: Grown) -> list[int]:
    """What each process answers a balancer."""
    found = []
    async with aiohttp.ClientSession() as http:
        for bot in office.bots:
            async with http.get(f"http://127.0.0.1:{bot._env['SHOUWEN_WEB_PORT']}/readyz") as answer:
                found.append(answer.status)
    return found


async def _at_both_at_once(office: Grown, person: Person) -> None:
    """The same update handed to both processes in the same moment has its effect once; one person's updates that
    come to both at once are handled one after the other."""
    before = office.count("message")
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
    async with aiohttp.ClientSession() as http:

        async def hand_in(port: str, number: int) -> int:
            message = {"message_id": 90_000 + number, "date": 1, "chat": person._chat, "from": person.user}
            update = {"update_id": 900_000_000 + number, "message": message | {"text": f"不要放辣椒，第{number}样是葱"}}
            async with http.post(f"http://127.0.0.1:{port}/telegram/webhook", json=update, headers=headers) as answer:
                return answer.status

        ports = [bot._env["SHOUWEN_WEB_PORT"] for bot in office.bots]
        got = await asyncio.gather(*(hand_in(port, number) for number in range(10) for port in ports))
        assert set(got) == {200}
        url = f"http://127.0.0.1:{ports[0]}/telegram/webhook"
        for wrong in ("", "x", SECRET + "x"):
            async with http.post(url, json={}, headers={"X-Telegram-Bot-Api-Secret-Token": wrong}) as answer:
                assert answer.status == 403
    assert office.count("message") == before + 10
