"""The managers' page over HTTP: in once by a link from the chat, only one's own areas, for half an hour."""

import base64
import hashlib
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from aiohttp import ClientSession, CookieJar, web

from bot.channels.web import reports
from bot.channels.web.doors import HTTPS, safety
from bot.channels.web.reports import SESSION, ReportPages
from handlers.texts import texts
from knowledge.lifecycle import Role
from storage.people import digest
from storage.tables import WebLink
from tests.conversations.chat import Actor, World
from tests.conversations.stories import MEALS, rated


@dataclass
class Site:
    """The page of a world with a manager in it."""

    world: World
    manager: Actor
    url: str
    browser: ClientSession
    served: web.Application

    def https(self) -> None:
        """From now on people reach it over https."""
        self.served._state[HTTPS] = True

    async def link(self, actor: Actor) -> str:
        """The code behind the link that the chat gives."""
        await actor.presses("p:page:")
        return actor.sees("报表", "/reports/enter/").text.rsplit("/", 1)[1].split()[0]

    async def enter(self, code: str, **headers: str) -> int:
        origin = {"Origin": self.url, **headers}
        async with self.browser.post(f"{self.url}/reports/enter", json={"code": code}, headers=origin) as answer:
            return answer.status

    async def get(self, path: str) -> tuple[int, dict[str, object]]:
        async with self.browser.get(f"{self.url}/reports/{path}") as answer:
            return answer.status, await answer.json()


@pytest.fixture
async def site(world: World) -> AsyncIterator[Site]:
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await rated(world, worker, MEALS, "非常满意")
    app = web.Application(middlewares=[safety])
    ReportPages(world.app.database, world.app.office, lambda: world.now).add_to(app)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    object.__setattr__(world.app.office, "reports", lambda: f"{url}/reports/enter/")
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as browser:
        yield Site(world, manager, url, browser, app)
    await runner.cleanup()


async def test_in_by_a_link_once(site: Site) -> None:
    """The link opens the page for one browser; a second use, another site, or no link opens nothing."""
    code = await site.link(site.manager)
    assert (await site.get("figures"))[0] == 401
    assert await site.enter(code, Origin="http://evil.example") == 403
    assert await site.enter(code) == 200
    assert await site.enter(code) == 400
    status, found = await site.get("figures?period=2026-11&by=service")
    assert status == 200
    assert found["total"]["shown"]["requests"] == "1"  # type: ignore[index]
    assert [g["name"] for g in found["groups"]] == ["老年助餐"]  # type: ignore[attr-defined]


async def test_what_is_chosen(site: Site) -> None:
    """Areas, services and words to choose from; requests with nothing of residents in them; the bulletin."""
    await site.enter(await site.link(site.manager))
    _, choices = await site.get("choices")
    assert choices["areas"] == [["1", "黄桷社区"]]
    _, listed = await site.get("requests?period=2026-11&which=all")
    [row] = listed["rows"]  # type: ignore[misc]
    assert row[2:6] == ["老年助餐", "已结案", "李敏", "李敏"]
    assert "张秀英" not in str(listed)
    async with site.browser.get(f"{site.url}/reports/bulletin?period=2026-11") as answer:
        page = await answer.text()
    assert "黄桷社区满意度公示" in page
    assert "李敏" not in page
    async with site.browser.get(f"{site.url}/reports/bulletin?period=2026-11&domain=legal_aid") as answer:
        other = await answer.text()
    assert "黄桷社区 · 法律援助满意度公示" in other
    assert "养老服务" in page
    assert "养老服务" not in other
    for wrong in ("figures?period=nix", "figures?by=all", "figures?area=99", "requests?which=x", "requests?offset=-1"):
        assert (await site.get(wrong))[0] == 400, wrong


async def test_the_session_is_short_and_ends_with_the_post(site: Site) -> None:
    """Half an hour after the last look it is over; whoever lost the post sees nothing at once."""
    await site.enter(await site.link(site.manager))
    site.world.now += SESSION - timedelta(minutes=1)
    assert (await site.get("choices"))[0] == 200
    site.world.now += SESSION + timedelta(seconds=1)
    assert (await site.get("choices"))[0] == 401
    await site.enter(await site.link(site.manager))
    from sqlalchemy import update

    from storage.tables import Staff

    async with site.world.app.database.write() as session:
        await session.execute(update(Staff).values(until=site.world.now))
    assert (await site.get("choices"))[0] == 401


async def test_a_code_of_the_chat_opens_no_reports(site: Site) -> None:
    """Links of web chats and of this page are told apart, both ways."""
    code = "c" * 43
    async with site.world.app.database.write() as session:
        session.add(WebLink(digest=digest(code), chat_id=5, expires_at=site.world.now + timedelta(hours=1)))
    assert await site.enter(code) == 400


async def test_codes_are_tried_slowly(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """As at the door of the chat: after thirty in a minute from one address each waits."""
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr(reports, "asyncio", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(reports, "household", lambda request: "8.8.8.8")
    for number in range(40):
        assert await site.enter(f"{number:040d}") == 400
    assert waited[:30] == [0.0] * 30
    assert all(pause > 0 for pause in waited[30:])


async def test_the_cookie_over_https(site: Site) -> None:
    """Secure, and one that no neighbouring host can set."""
    site.https()
    origin = {"Origin": site.url.replace("http:", "https:")}
    code = await site.link(site.manager)
    async with site.browser.post(f"{site.url}/reports/enter", json={"code": code}, headers=origin) as answer:
        morsel = answer.cookies["__Host-shouwen_reports"]
        assert (morsel["secure"], morsel["path"], morsel["samesite"]) == (True, "/", "Strict")
    cookie = {"Cookie": f"__Host-shouwen_reports={morsel.value}"}
    async with site.browser.get(f"{site.url}/reports/choices", headers=cookie) as answer:
        assert answer.status == 200
    planted = {"Cookie": f"shouwen_reports={morsel.value}"}
    async with site.browser.get(f"{site.url}/reports/choices", headers=planted) as answer:
        assert answer.status == 401


async def test_the_bulletin_allows_its_own_style_only(site: Site) -> None:
    """The policy names the style of the sheet by its hash."""
    await site.enter(await site.link(site.manager))
    async with site.browser.get(f"{site.url}/reports/bulletin?period=2026-11") as answer:
        policy, page = answer.headers["Content-Security-Policy"], await answer.text()
    (style,) = re.findall("<style>(.*?)</style>", page, re.DOTALL)
    hashed = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{hashed}';" in policy
    assert "unsafe" not in policy
    assert "style=" not in page


def test_the_page_is_served_from_here() -> None:
    """No address of anybody else in it, and its words come from the texts."""
    folder = Path(__file__).parents[2] / "bot" / "channels" / "web" / "report_page"
    for path in folder.iterdir():
        written = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert "http" not in written, path.name
    assert texts().get("zh", "page-title") == "报表"
