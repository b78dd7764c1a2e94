"""One person's flood on the web chat: held back, told so, and in nobody else's way."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from web_browser import Browser, Office, open_office

from bot.channels.web import pages
from bot.channels.web.doors import LONGEST_WAIT, PROXIES, Pace, household
from bot.channels.web.files import UPLOAD_LIMIT
from bot.channels.web.socket import CROWDED

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path, proxies=LOOPBACK) as office:
        yield office


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """For how long the pages hold somebody back, without anybody waiting: everything is in the same moment."""
    found: list[float] = []

    async def sleep(seconds: float) -> None:
        found.append(seconds)

    monkeypatch.setattr(pages, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(pages, "time", SimpleNamespace(monotonic=lambda: 0.0))
    return found


def test_a_flood_that_is_over_keeps_nobody_waiting() -> None:
    """Twelve hundred turns that were taken and given up: the next one waits ten seconds, and after those, none."""
    now = 0.0
    pace = Pace(120, 60.0, lambda: now)
    for _ in range(1200):
        pace.wait("8.8.8.8")
    assert pace.wait("8.8.8.8") == LONGEST_WAIT
    now += LONGEST_WAIT + 1
    assert pace.wait("8.8.8.8") == 0.0
    assert [pace.wait(None) for _ in range(200)] == [0.0] * 200


@pytest.mark.parametrize(
    ("said", "counted"),
    [
        ("8.8.8.8", "8.8.8.8"),
        ("2001:4860:4860:1:aaaa::1", "2001:4860:4860:1::/64"),
        ("2001:4860:4860:1:bbbb::2", "2001:4860:4860:1::/64"),
        ("::ffff:8.8.8.8", "8.8.8.8"),
        ("127.0.0.1", None),
        ("192.168.1.7", None),
        ("::1", None),
        ("fd00::1", None),
        ("::ffff:192.168.1.7", None),
        ("nonsense", None),
    ],
)
def test_what_counts_as_one_address(said: str, counted: str | None) -> None:
    """A household has an IPv6 network of 64 bits to itself; what stands for everybody is not counted."""
    app = web.Application()
    app[PROXIES] = LOOPBACK
    request = make_mocked_request("GET", "/", headers={"X-Forwarded-For": said}, app=app).clone(remote="127.0.0.1")
    request._match_info = make_mocked_request("GET", "/", app=app)._match_info  # type: ignore[attr-defined]
    assert household(request) == counted


async def test_newcomers_of_one_address(tmp_path: Path, pauses: list[float]) -> None:
    """More than 120 new browsers in a minute wait, also when they change the address within their network; those who
    come through a proxy that names nobody do not."""
    async with open_office(tmp_path, proxies=LOOPBACK) as office, office.browser() as browser:
        for count, address in ((70, "2001:4860:4860:1::a"), (70, "2001:4860:4860:1::b"), (130, None)):
            for _ in range(count):
                browser.http.cookie_jar.clear()
                headers = {**browser.origin, **({"X-Forwarded-For": address} if address else {})}
                async with browser.http.post(browser.url("session"), headers=headers) as answer:
                    assert answer.status == 200
    assert pauses[:120] == [0.0] * 120
    assert all(pause > 0 for pause in pauses[120:140])
    assert pauses[140:] == [0.0] * 130


async def test_bytes_of_one_address(tmp_path: Path, pauses: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    """Uploads beyond so many bytes are taken more slowly, whichever browser of the address sends them."""
    monkeypatch.setattr(pages, "_ADDRESS_BYTES", 2_500_000)
    async with open_office(tmp_path, proxies=LOOPBACK) as office:
        for number in range(3):
            async with office.browser() as browser:
                await browser.enter()
                data = PNG + bytes(1_000_000)
                headers = {**browser.origin, "X-Title": "a.png", "X-Forwarded-For": "8.8.8.8"}
                async with browser.http.post(browser.url("files"), data=data, headers=headers) as answer:
                    assert answer.status == 200
                assert bool(max(pauses)) == (number == 2)
    assert max(pauses) <= LONGEST_WAIT
    assert UPLOAD_LIMIT < 200 * 1024 * 1024


async def test_whatever_is_asked_is_held_back(office: Office) -> None:
    """Asking for the whole chat again and again, or for older lines, is slowed like writing; a ping never is."""
    sockets = office.channel._sockets
    sockets._session_pace = Pace(20, 10.0, lambda: 0.0)  # all in the same moment, however slow the machine is
    sockets._scroll_pace = Pace(60, 10.0, lambda: 0.0)
    async with office.browser() as browser:
        await browser.enter()
        for _ in range(100):
            await browser.say({"type": "ping"})
        for _ in range(20):  # the first hello was the page's own
            await browser.say({"type": "hello", "since": None})
        heard = [(await browser.hear("pong", "history", "slow"))["type"] for _ in range(120)]
        assert heard == ["pong"] * 100 + ["history"] * 19 + ["slow"]
    async with office.browser() as browser:
        await browser.enter()
        for _ in range(61):
            await browser.say({"type": "older", "before": 1})
        heard = [(await browser.hear("older", "slow"))["type"] for _ in range(61)]
        assert heard == ["older"] * 60 + ["slow"]


async def test_a_browser_has_only_so_many_pages(office: Office) -> None:
    """The ninth page of a browser closes the one that was opened first; another browser's are not touched."""
    async with office.browser() as other, office.browser() as browser:
        await other.enter()
        await browser.enter()
        pages, closed = [browser], asyncio.create_task(browser.closed())
        for _ in range(8):
            page = Browser(office, browser.http, browser.place)
            await page.look()
            pages.append(page)
        assert await closed == CROWDED
        for page in (*pages[1:], other):
            await page.say({"type": "ping"})
            await page.hear("pong")
        for page in pages[1:]:
            await page.leave()
