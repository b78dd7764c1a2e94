"""A session of the web chat that is over, seen from a page that is still open; and the cookies that carry sessions."""

from collections.abc import AsyncIterator
from datetime import timedelta
from http.cookies import SimpleCookie
from pathlib import Path

import pytest
from aiohttp import ClientSession, DummyCookieJar
from web_browser import Office, open_office

from bot.channels.web.doors import DESK_SESSION
from bot.channels.web.socket import SIGNED_OUT
from storage.transcript import Transcript

DESK = "desk.example.org"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


async def _desk(office: Office, browser: object) -> int:
    """Come in at a desk by a link; its chat."""
    chat = await office.channel.new_chat()
    code = (await office.channel.login_link(chat)).rpartition("/")[2]
    url = office.channel.url
    async with browser.http.post(f"{url}/enter", json={"code": code}, headers=browser.origin) as answer:  # type: ignore[attr-defined]
        browser.place = "/" + (await answer.json())["to"]  # type: ignore[attr-defined]
    await browser.enter()  # type: ignore[attr-defined]
    return chat


async def test_who_only_listens_hears_nothing_after_being_signed_out(office: Office) -> None:
    """Another process ends the session (it shares nothing with this one but the database): not one line more."""
    async with office.browser() as browser:
        chat = await _desk(office, browser)
        await office.channel.bot.send_message(chat, "早上好")
        await browser.sees(lambda message: message["text"] == "早上好")
        await Transcript(office.database).revoke(chat, at=office.time)
        await office.channel.bot.send_message(chat, "张秀英要送餐")
        assert await browser.closed() == SIGNED_OUT
        assert not any("张秀英" in str(message) for message in browser.seen)


async def test_who_only_listens_grows_old(office: Office) -> None:
    """What is said to a desk does not keep its session young: after twelve hours without a sign it hears no more."""
    async with office.browser() as browser:
        chat = await _desk(office, browser)
        office.later(seconds=DESK_SESSION.total_seconds() * 0.9)
        await office.channel.bot.send_message(chat, "还听得到")
        await browser.sees(lambda message: message["text"] == "还听得到")
        office.later(seconds=DESK_SESSION.total_seconds() * 0.2)
        await office.channel.bot.send_message(chat, "听不到了")
        assert await browser.closed() == SIGNED_OUT
        assert not any(message["text"] == "听不到了" for message in browser.seen)


# -- cookies over https


async def _session(office: Office, cookies: str = "", scheme: str = "https") -> tuple[int, int, SimpleCookie]:
    """Ask for a session as a browser at https://desk.example.org would, through the proxy: the status, the chat, and
    the cookies that are set."""
    headers = {"Host": DESK, "Origin": f"{scheme}://{DESK}", **({"Cookie": cookies} if cookies else {})}
    async with (
        ClientSession(cookie_jar=DummyCookieJar()) as http,
        http.post(f"{office.base}/session", headers=headers) as answer,
    ):
        return answer.status, (await answer.json()).get("chat", 0), answer.cookies


def _sent(cookies: SimpleCookie) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items() if morsel["max-age"] != "0")


async def test_no_neighbour_can_set_our_cookie(tmp_path: Path) -> None:
    """Over https the cookie is one that only this host can set; one of the plain name, as a neighbouring host could set
    it, brings nobody in, beside ours or alone."""
    async with open_office(tmp_path, public_url=f"https://{DESK}") as office:
        _, victim, cookies = await _session(office)
        (name,) = cookies
        morsel = cookies[name]
        assert name == "__Host-shouwen"
        assert (morsel["secure"], morsel["path"], morsel["domain"]) == (True, "/", "")
        _, attacker, theirs = await _session(office)
        planted = f"shouwen={theirs[name].value}"
        assert (await _session(office, f"{_sent(cookies)}; {planted}"))[1] == victim
        assert (await _session(office, f"{planted}; {_sent(cookies)}"))[1] == victim
        assert (await _session(office, planted))[1] not in {attacker, victim}


async def test_sessions_from_before_the_new_names_go_on(tmp_path: Path) -> None:
    """Whoever had a session when the desk was first served with the new names keeps it, and gets the new cookie for the
    old one; sessions opened since are not known by the old name."""
    async with open_office(tmp_path) as before, before.browser() as browser:
        before.later(hours=-1)
        await browser.enter()
        old, chat = next(iter(browser.http.cookie_jar)), browser.chat
    async with open_office(tmp_path, public_url=f"https://{DESK}") as office:
        _, again, cookies = await _session(office, f"shouwen={old.value}")
        assert again == chat
        assert cookies["shouwen"]["max-age"] == "0"
        assert (await _session(office, _sent(cookies)))[1] == chat


async def test_the_page_that_asks_must_be_ours_by_scheme_too(tmp_path: Path) -> None:
    """A page of the same name without TLS can be anybody's on the way."""
    async with open_office(tmp_path, public_url=f"https://{DESK}") as office:
        assert (await _session(office, scheme="http"))[0] == 403
        assert (await _session(office))[0] == 200


async def test_a_session_made_before_is_a_matter_of_time(tmp_path: Path) -> None:
    """The moment is kept: a second start does not move it, and what was opened since is not known by the old name."""
    async with open_office(tmp_path, public_url=f"https://{DESK}") as office:
        office.later(hours=1)
        _, chat, cookies = await _session(office)
        office.time += timedelta(hours=1)
        await office.restart()
        assert (await _session(office, f"shouwen={cookies['__Host-shouwen'].value}"))[1] != chat
