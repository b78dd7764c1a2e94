"""What machines may ask of the process, and how the log is written."""

import json
import logging
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from bot.app import App
from bot.channels.telegram import TelegramChannel
from bot.logs import JsonLines
from bot.settings import Settings
from handlers.desk import Office
from knowledge import Matcher
from knowledge.calendar import Calendar
from storage.ledger import Rules

TOKEN = "a-token-of-twenty-letters"


@pytest.fixture
async def app(database_url: str, tmp_path: Path, matcher: Matcher) -> AsyncIterator[App]:
    settings = Settings(
        _env_file=None, database_url=database_url, web_port=0, data=tmp_path / "data", metrics_token=TOKEN,
        web_url="https://desk.example.org",
    )  # fmt: skip
    app = App(settings.model_copy(update={"web_port": 65535}))
    assert app.web is not None
    app.web._port = 0
    app.office = Office(Rules(matcher.catalogue, Calendar.load(None), settings.zone), matcher)
    await app.start()
    yield app
    await app.stop()


async def ask(app: App, path: str, **headers: str) -> tuple[int, str]:
    assert app.web is not None
    assert app.web._runner is not None
    host, port = app.web._runner.addresses[0][:2]
    async with ClientSession() as http, http.get(f"http://{host}:{port}{path}", headers=headers) as answer:
        return answer.status, await answer.text()


async def test_alive_and_ready(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready while the database answers and nobody stops the process; alive all the while."""
    assert await ask(app, "/healthz") == (200, "ok\n")
    assert await ask(app, "/readyz") == (200, "ready\n")
    app.stopping = True
    assert await ask(app, "/readyz") == (503, "away: stopping\n")

    def away() -> None:
        raise OSError("away")

    monkeypatch.setattr(app.database, "read", away)
    assert await ask(app, "/readyz") == (503, "away: database, stopping\n")
    assert (await ask(app, "/healthz"))[0] == 200


async def test_figures_are_for_this_machine_or_a_token(app: App) -> None:
    """Numbers only, and not for whoever a proxy speaks for."""
    app.counters.update("web", 0.25, failed=False)
    status, told = await ask(app, "/metrics")
    assert status == 200
    assert 'shouwen_updates_handled_total{channel="web"} 1' in told
    assert "shouwen_outbox_waiting 0" in told
    assert all(line.startswith("#") or float(line.rpartition(" ")[2]) >= 0 for line in told.splitlines())
    for forwarded in ("8.8.8.8", "127.0.0.1", "8.8.8.8, 127.0.0.1"):
        assert (await ask(app, "/metrics", **{"X-Forwarded-For": forwarded}))[0] == 403
    right = {"X-Forwarded-For": "8.8.8.8", "Authorization": f"Bearer {TOKEN}"}
    assert (await ask(app, "/metrics", **right))[0] == 200
    assert (await ask(app, "/metrics", **{**right, "Authorization": f"Bearer {TOKEN}x"}))[0] == 403


async def test_how_long_nothing_came_from_telegram_is_a_figure(app: App, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token that was taken back ends no process that serves the web chat, so something else has to tell."""
    assert "shouwen_telegram_away_seconds" not in (await ask(app, "/metrics"))[1]
    channel = TelegramChannel("1:x", api="http://localhost", handle=app.gate.handle)
    monkeypatch.setattr(app, "telegram", channel)
    assert "shouwen_telegram_away_seconds 0" in (await ask(app, "/metrics"))[1].splitlines()
    channel._away_since = time.monotonic() - 600
    [told] = [line for line in (await ask(app, "/metrics"))[1].splitlines() if line.startswith("shouwen_telegram_away")]
    assert 600 <= float(told.rpartition(" ")[2]) < 700
    monkeypatch.setattr(app, "telegram", None)
    await channel.close()


async def test_https_stays_https(app: App) -> None:
    """Where people come by https, the browser is told to keep to it."""
    assert app.web is not None
    assert app.web._runner is not None
    host, port = app.web._runner.addresses[0][:2]
    async with ClientSession() as http:
        async with http.get(f"http://{host}:{port}/") as answer:
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=")
        origin = {"Origin": f"https://{host}:{port}"}
        async with http.post(f"http://{host}:{port}/session", headers=origin) as answer:
            assert answer.cookies["__Host-shouwen"]["secure"] is True


def test_json_lines_tell_no_more_than_the_message() -> None:
    """One object a line; of an error only its kind."""
    try:
        raise ValueError("张秀英 13900000000")
    except ValueError:
        record = logging.LogRecord("bot.x", logging.ERROR, "f", 1, "update %s\nfailed", (7,), sys.exc_info())
    said = JsonLines().format(record)
    assert "\n" not in said
    told = json.loads(said)
    assert (told["level"], told["logger"], told["message"], told["error"]) == (
        "ERROR",
        "bot.x",
        "update 7\nfailed",
        "ValueError",
    )
    assert "13900000000" not in said
