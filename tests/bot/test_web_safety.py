"""From where somebody comes when a proxy stands between, and how files lie on the disk."""

import ipaddress
import stat
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from sqlalchemy import update
from web_browser import open_office

from bot.channels.web.doors import PROXIES, address
from storage.tables import WebFile
from storage.visitors import NOBODYS

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00"
OURS = (ipaddress.ip_network("10.89.7.0/24"), ipaddress.ip_network("127.0.0.1/32"))


@pytest.mark.parametrize(
    ("connected", "said", "where"),
    [
        ("203.0.113.9", None, "203.0.113.9"),
        ("203.0.113.9", "8.8.8.8", "203.0.113.9"),  # whoever is no proxy of ours may write what they like
        ("10.89.7.2", "203.0.113.9", "203.0.113.9"),
        ("10.89.7.2", "8.8.8.8, 203.0.113.9", "203.0.113.9"),  # what came in was written by them
        ("127.0.0.1", "203.0.113.9, 10.89.7.2", "203.0.113.9"),
        ("10.89.7.2", "", "10.89.7.2"),
        ("10.89.7.2", "nonsense", "nonsense"),
        ("10.89.7.2", "127.0.0.1", "127.0.0.1"),
    ],
)
def test_address(connected: str, said: str | None, where: str) -> None:
    """The nearest address that is no proxy of ours; what anybody else claims is not believed."""
    app = web.Application()
    app[PROXIES] = OURS
    headers = {} if said is None else {"X-Forwarded-For": said}
    request = make_mocked_request("GET", "/", headers=headers, app=app).clone(remote=connected)
    request._match_info = make_mocked_request("GET", "/", app=app)._match_info  # type: ignore[attr-defined]
    assert address(request) == where


async def test_files_are_for_their_owner_only(tmp_path: Path) -> None:
    """Folders 0700, files 0600 under random names: nobody else reads them, and none can be run."""
    async with open_office(tmp_path) as office, office.browser() as browser:
        await browser.enter()
        await browser.upload(PNG, "run.sh")
        kept = list((office.folder / "files").rglob("*"))
        assert {stat.S_IMODE(path.stat().st_mode) for path in kept if path.is_file()} == {0o600}
        assert {stat.S_IMODE(path.stat().st_mode) for path in kept if path.is_dir()} == {0o700}
        assert not any("run" in path.name for path in kept)


@pytest.mark.parametrize("chat_id", [None, NOBODYS])
async def test_bytes_go_though_the_first_try_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chat_id: int | None
) -> None:
    """A chat is forgotten, or files that belong to nobody any more: nobody gets them from then on, and when the desk
    dies before the bytes are gone the next try finds them."""
    async with open_office(tmp_path) as office, office.browser() as browser:
        await browser.enter()
        name = (await browser.upload(PNG, "病历.png"))[1]["name"]
        whose = browser.chat if chat_id is None else chat_id
        async with office.database.write() as session:
            await session.execute(update(WebFile).values(chat_id=whose))
        path = office.folder / "files" / name[:2] / name
        real = Path.unlink

        def unlink(self: Path, missing_ok: bool = False) -> None:
            if self == path:
                raise OSError("cut off")
            real(self, missing_ok=missing_ok)

        with monkeypatch.context() as cut:
            cut.setattr(Path, "unlink", unlink)
            with pytest.raises(OSError, match="cut off"):
                await office.channel.forget(whose, office.time)
        async with browser.http.get(browser.url(f"files/{name}")) as answer:
            assert answer.status in (401, 404)
        assert path.exists()
        await office.channel.forget(whose, office.time)
        assert not path.exists()
        assert await office.transcript.file(name) is None


async def test_the_number_of_an_identity_card_is_not_kept(tmp_path: Path) -> None:
    """Neither as a line, nor as what waits to be handled, nor in the name of a file."""
    async with open_office(tmp_path) as office, office.browser() as browser:
        await browser.enter()
        await browser.send(type="text", text="身份证 510212194411052233")
        _, file = await browser.upload(b"%PDF-1.4\n", "11010519491231002X.pdf")
        await browser.send(type="files", files=[file["name"]], caption="11010519491231002X")
        updates = await office.got(2)
        shown = [(u.message.text or u.message.caption) for u in updates if u.message]
        assert shown == ["身份证 510212************", "110105************"]
        await browser.look()
        assert "1944" not in str(browser.seen)
        stored = await office.transcript.file(file["name"])
        assert stored is not None
        assert stored.title == "110105************.pdf"
