"""Who gets into the web chat, what may come in with them, and what a page is allowed to show."""

import asyncio
from collections.abc import AsyncIterator
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from aiohttp import WSServerHandshakeError
from hypothesis import given
from hypothesis import strategies as st
from web_browser import Browser, Office, open_office

from bot.channels.web.doors import DESK_SESSION, LINK_LIFE, RESIDENT_SESSION, Pace
from bot.channels.web.files import UPLOAD_LIMIT, clean_title, sniff
from bot.channels.web.markup import clean_html

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


async def refused(browser: Browser, code: str) -> bool:
    """Whether a code opens nothing because it is a link that let somebody in before, or is too old."""
    url = browser.office.channel.url + "/enter"
    async with browser.http.post(url, json={"code": code}, headers=browser.origin) as answer:
        return (answer.status, await answer.json()) == (410, {"error": "used"})


async def enter_by(browser: Browser, code: str) -> SimpleCookie:
    """Come in by a code as the page of a link does; the cookie given."""
    url = browser.office.channel.url + "/enter"
    async with browser.http.post(url, json={"code": code}, headers=browser.origin) as answer:
        assert answer.status == 200
        browser.place = "/" + (await answer.json())["to"]
        return answer.cookies


async def test_a_resident_is_known_again(office: Office) -> None:
    """Looking at the page makes nobody; asking for a session does, once, and the cookie brings one back."""
    async with office.browser() as browser:
        async with browser.http.get(browser.url("")) as page:
            assert page.status == 200
            assert not page.cookies
        await browser.enter()
        first = browser.chat
        await browser.enter()
        assert browser.chat == first
        (cookie,) = browser.http.cookie_jar
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")


async def test_a_forged_cookie_is_nobody(office: Office) -> None:
    """A cookie with a wrong signature opens nothing."""
    async with office.browser() as browser, office.browser() as other:
        await browser.enter()
        (cookie,) = browser.http.cookie_jar
        other.http.cookie_jar.update_cookies({"shouwen": cookie.value[:-2] + "xx"})
        async with other.http.get(other.url("files/" + "0" * 32)) as answer:
            assert answer.status == 401


async def test_a_link_is_used_by_entering_not_by_looking(office: Office) -> None:
    """A preview of the link changes nothing; the first to enter gets the chat, the next one hears that it was used, and
    is nobody new."""
    chat = await office.channel.new_chat()
    link = await office.channel.login_link(chat)
    code = link.rpartition("/")[2]
    async with office.browser() as browser, office.browser() as late:
        async with browser.http.get(link) as page:
            assert page.status == 200
        cookies = await enter_by(browser, code)
        assert cookies["shouwen_desk"]["path"] == browser.place
        await browser.enter()
        assert browser.chat == chat
        assert await refused(late, code)
        assert not late.http.cookie_jar
        await enter_by(late, "an-invitation")
        await late.enter()
        (update,) = await office.got(1)
        assert update.message is not None
        assert (update.message.chat.id, update.message.text) == (late.chat, "/start an-invitation")


async def test_several_people_in_one_browser(office: Office) -> None:
    """A resident and two desks live side by side, each with its own chat and its own address."""
    async with office.browser() as browser:
        chats, places = [], ["/"]
        for code in ("invite-one", "invite-two"):
            await enter_by(browser, code)
            places.append(browser.place)
        for place in places:
            browser.place = place
            await browser.enter()
            chats.append(browser.chat)
        assert len(set(chats)) == len(set(places)) == 3
        browser.place = "/desk/0123456789ab/"
        async with browser.http.post(browser.url("session"), headers=browser.origin) as answer:
            assert answer.status == 401


async def test_links_and_sessions_grow_old(office: Office) -> None:
    """A link lasts ten minutes, a desk twelve hours, a resident half a year after the last use."""
    chat = await office.channel.new_chat()
    codes = [(await office.channel.login_link(chat)).rpartition("/")[2] for _ in range(2)]
    async with office.browser() as desk, office.browser() as resident, office.browser() as late:
        await resident.enter()
        await enter_by(desk, codes[0])
        await desk.enter()
        office.later(seconds=LINK_LIFE.total_seconds())
        assert await refused(late, codes[1])
        office.later(seconds=DESK_SESSION.total_seconds() * 0.5)
        await desk.send(type="text", text="还在")
        office.later(seconds=DESK_SESSION.total_seconds() * 0.8)
        await desk.send(type="text", text="用着就还在")
        office.later(seconds=DESK_SESSION.total_seconds())
        await desk.say({"type": "ping"})
        assert await desk.closed() == 4401
        first = resident.chat
        office.later(seconds=RESIDENT_SESSION.total_seconds() * 0.9)
        await resident.enter()
        office.later(seconds=RESIDENT_SESSION.total_seconds() * 0.9)
        await resident.enter()
        assert resident.chat == first
        office.later(seconds=RESIDENT_SESSION.total_seconds())
        await resident.enter()
        assert resident.chat != first


async def test_signing_out_closes_the_door_at_once(office: Office) -> None:
    """A signed-out chat's sockets close, its sessions and its unused links are worth nothing."""
    chat = await office.channel.new_chat()
    codes = [(await office.channel.login_link(chat)).rpartition("/")[2] for _ in range(2)]
    async with office.browser() as browser:
        await enter_by(browser, codes[0])
        await browser.enter()
        await office.channel.sign_out(chat)
        assert await browser.closed() == 4401
        async with browser.http.post(browser.url("session"), headers=browser.origin) as answer:
            assert answer.status == 401
        assert await refused(browser, codes[1])


@pytest.mark.parametrize("origin", [None, "null", "https://evil.example", "http://127.0.0.1"])
async def test_other_sites_get_nothing(office: Office, origin: str | None) -> None:
    """Posts and sockets from another site's page, or from nowhere, are refused."""
    headers = {"Origin": origin} if origin else {}
    async with office.browser() as browser:
        await browser.enter()
        for path in ("session", "files", "enter"):
            async with browser.http.post(browser.url(path), headers=headers) as answer:
                assert answer.status == 403
        with pytest.raises(WSServerHandshakeError) as refused:
            await browser.http.ws_connect(browser.url("socket"), headers=headers)
        assert refused.value.status == 403


async def test_the_page_may_load_nothing_from_elsewhere(office: Office) -> None:
    """Every answer carries a policy of its own host only; pages and scripts name no other host."""
    page_folder = Path(__file__).parents[2] / "bot" / "channels" / "web" / "page"
    async with office.browser() as browser:
        for path in ("", "chat.js", "chat.css", "enter/x", "nothing"):
            async with browser.http.get(browser.url(path)) as answer:
                policy = answer.headers["Content-Security-Policy"]
                assert "default-src 'none'" in policy
                assert "unsafe" not in policy
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert answer.headers["Referrer-Policy"] == "no-referrer"
    for file in page_folder.iterdir():
        assert "http://" not in file.read_text("utf-8").replace("http://www.w3.org", "")
        assert "https://" not in file.read_text("utf-8")


@pytest.mark.parametrize(
    "said",
    [
        "not json",
        "[]",
        '{"type":"text"}',
        '{"type":"text","client_id":"a"}',
        '{"type":"text","client_id":"a","text":"  \\u0000 "}',
        '{"type":"text","client_id":"a","text":7}',
        '{"type":"text","client_id":"' + "x" * 61 + '","text":"x"}',
        '{"type":"text","client_id":"a","text":"' + "x" * 4097 + '"}',
        '{"type":"click","client_id":"a","message_id":99999999999999999999,"data":"x"}',
        '{"type":"location","client_id":"a","latitude":NaN,"longitude":0}',
        '{"type":"location","client_id":"a","latitude":91,"longitude":0}',
        '{"type":"files","client_id":"a","files":["../../etc/passwd"]}',
        '{"type":"voice","client_id":"a","file":"x","seconds":1e999}',
        '{"type":"shutdown","client_id":"a"}',
    ],
)
async def test_nonsense_is_refused_and_the_line_stays_open(office: Office, said: str) -> None:
    """Whatever a browser sends that makes no sense, the answer is a refusal and the next message works."""
    async with office.browser() as browser:
        await browser.enter()
        assert browser.socket is not None
        await browser.socket.send_str(said)
        assert (await browser.hear("refused"))["reason"] in {"invalid", "empty", "gone"}
        assert (await browser.send(type="text", text="好"))["type"] == "ack"


async def test_uploads_are_checked(office: Office) -> None:
    """Types are judged by the bytes; too much is too much; nothing is left lying about."""
    async with office.browser() as browser, office.browser() as other:
        await browser.enter()
        await other.enter()
        for data, title, status in (
            (PNG, "a.exe", 200),
            (b"MZ" + bytes(100), "photo.jpg", 415),
            (b"<html><script>alert(1)</script>", "a.html", 415),
            (b"<svg onload=alert(1)>", "a.svg", 415),
            (b"", "empty.txt", 415),
            ("姓名,电话\n".encode("gb18030"), "名单.csv", 200),
        ):
            assert (await browser.upload(data, title))[0] == status, title
        assert await browser.upload(BytesIO(bytes(UPLOAD_LIMIT + 1)), "big.bin") == (413, {"error": "too_big"})

        async def endless() -> AsyncIterator[bytes]:
            for _ in range(22):
                yield PNG + bytes(1024 * 1024)

        headers = {**browser.origin, "X-Title": "a.png"}
        async with browser.http.post(browser.url("files"), data=endless(), headers=headers) as answer:
            assert answer.status == 413
        assert len([path for path in (office.folder / "files").rglob("*") if path.is_file()]) == 2


async def test_files_come_back_safely(office: Office) -> None:
    """A picture is shown in place, a document is a download with its own name, a stranger gets neither."""
    async with office.browser() as browser, office.browser() as other:
        await browser.enter()
        await other.enter()
        picture = (await browser.upload(PNG, "现场.png"))[1]["name"]
        paper = (await browser.upload(b"%PDF-1.7", "合同.pdf"))[1]["name"]
        for name, mime, place in (
            (picture, "image/png", "inline"),
            (paper, "application/pdf", "attachment"),
        ):
            async with browser.http.get(browser.url(f"files/{name}")) as answer:
                assert answer.status == 200
                assert answer.headers["Content-Type"] == mime
                assert answer.headers["Content-Disposition"].startswith(f"{place}; filename*=UTF-8''%")
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
                assert "sandbox" in answer.headers["Content-Security-Policy"]
                assert answer.headers["Cache-Control"] == "no-store"
            async with other.http.get(other.url(f"files/{name}")) as answer:
                assert answer.status == 404
        assert (await other.send(type="files", files=[picture]))["reason"] == "gone"


@pytest.mark.parametrize(
    ("head", "title", "sound", "ending"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(20), "x", False, "jpg"),
        (b"GIF89a" + bytes(20), None, False, "gif"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm", None, True, "weba"),
        (b"\x00\x00\x00\x1cftypmp42\x00\x00\x00\x00isom", "a", False, "mp4"),
        (b"\x00\x00\x00\x1cftypiso5\x00\x00\x00\x00iso5", "a", True, "m4a"),
        (b"PK\x03\x04" + bytes(30), "报告.docx", False, "docx"),
        (b"PK\x03\x04" + bytes(30), "a.apk", False, "zip"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(30), "表.xls", False, "xls"),
        (b"#!AMR\n" + bytes(20), None, False, "amr"),
        (b"\x7fELF" + bytes(20), "a.txt", False, None),
        (b"Rar!\x1a\x07\x00", "a.zip", False, None),
        (b"plain words", "a.txt", False, "txt"),
        (b"plain words", "a.js", False, None),
        (("字" * 4000).encode()[:8192], "a.txt", False, "txt"),
        (b"\x00\x01\x02", "a.txt", False, None),
    ],
)
def test_sniff(head: bytes, title: str | None, sound: bool, ending: str | None) -> None:
    """The bytes decide the type; the name only helps among look-alikes."""
    assert sniff(head, title, sound=sound) == ending


@pytest.mark.parametrize(
    ("title", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\照片\\a.jpg", "a.jpg"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("a\x00b.txt", "ab.txt"),
        ("长" * 300 + ".docx", "长" * 115 + ".docx"),
        ("", None),
        ("\n", None),
    ],
)
def test_titles_are_only_names(title: str, clean: str | None) -> None:
    """No folders, no hidden characters, not too long."""
    assert clean_title(title) == clean


@pytest.mark.parametrize(
    ("markup", "html", "text"),
    [
        ("<b>粗</b><i>斜</i>&lt;", "<b>粗</b><i>斜</i>&lt;", "粗斜<"),
        ("<strong><em>x</em></strong>", "<b><i>x</i></b>", "x"),
        ('<a href="https://a.b/?x=1&amp;y">z</a>', None, "z"),
        ('<a href="javascript:alert(1)">z</a>', "z", "z"),
        ('<a href=" JAVAscript:x" onclick="y">z</a>', "z", "z"),
        ('<b onmouseover="alert(1)">z</b>', "<b>z</b>", "z"),
        ("<tg-spoiler>秘</tg-spoiler>", "秘", "秘"),
        ("3 < 5 & 6", "3 &lt; 5 &amp; 6", "3 < 5 & 6"),
    ],
)
def test_markup_is_cleaned(markup: str, html: str | None, text: str) -> None:
    """Only the known tags pass, without attributes other than a harmless address."""
    cleaned, plain = clean_html(markup)
    assert plain == text
    assert cleaned == html or (html is None and 'rel="noopener noreferrer"' in cleaned)


@given(st.text(alphabet="<>/ab!\"'=&;- \x00\nscriptg", max_size=60))
def test_no_markup_gets_through_by_accident(source: str) -> None:
    """Whatever is put in, either it is refused or only the page's own tags come out."""
    try:
        html, _ = clean_html(source)
    except ValueError:
        return
    for tag in ("b", "i", "u", "s", "code", "pre", "blockquote", "a"):
        html = html.replace(f"<{tag}>", "").replace(f"</{tag}>", "")
    assert "<" not in html


def test_pace_holds_back_and_drops_nothing() -> None:
    """Twenty at once are free, then each waits its turn; after a rest all is free again."""
    now = 100.0
    pace = Pace(20, 10.0, lambda: now)
    assert [pace.wait("a") for _ in range(20)] == [0.0] * 20
    assert [round(pace.wait("a"), 2) for _ in range(3)] == [0.5, 1.0, 1.5]
    assert pace.wait("b") == 0.0
    now += 30
    assert pace.wait("a") == 0.0


async def test_a_flood_is_slowed_with_a_word(office: Office) -> None:
    """The twenty-first message within ten seconds is held back, the browser is told, and it still arrives."""
    async with office.browser() as browser:
        await browser.enter()
        for number in range(22):
            await browser.say({"type": "text", "client_id": f"n{number}", "text": str(number)})
        assert (await browser.hear("slow"))["seconds"] > 0
        updates: list[Any] = await office.got(22)
        assert [u.message.text for u in updates] == [str(n) for n in range(22)]


async def test_two_come_by_one_link_at_once(office: Office) -> None:
    """Of two who enter by the same link in the same moment exactly one gets the chat."""
    chat = await office.channel.new_chat()
    code = (await office.channel.login_link(chat)).rpartition("/")[2]
    async with office.browser() as one, office.browser() as other:
        found = await asyncio.gather(refused(one, code), refused(other, code))
        assert sorted(found) == [False, True]
