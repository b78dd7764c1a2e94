"""What strangers send that no browser would: refused, without a fault, and with nothing of it in the log."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from web_browser import Office, open_office

from bot.logs import TextLines

SECRET = "SECRET-13900001111"


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with open_office(tmp_path) as office:
        yield office


async def _asked(office: Office, line: str, *headers: str, body: bytes = b"") -> bytes:
    """Send these bytes and no others; the first line of the answer."""
    host = office.base.removeprefix("http://")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    head = [line, f"Host: {host}", f"Content-Length: {len(body)}", "Connection: close", *headers, "", ""]
    writer.write("\r\n".join(head).encode("latin-1") + body)
    async with asyncio.timeout(10):
        answer = await reader.read()
    writer.close()
    return answer.partition(b"\r\n")[0]


@pytest.mark.parametrize(
    ("line", "headers", "body", "status"),
    [
        ("POST /session", ("Cookie: shouwen=\xff\xfe.abc",), b"", 200),
        ("POST /session", ("Origin: http://[bad",), b"", 403),
        ("POST /enter", (f"Content-Type: application/json; charset={SECRET}",), b'{"code":"x"}', 400),
        ("POST /enter", ("Content-Type: application/json",), b"[" * 100_000, 400),
        ("POST /enter", ("Content-Type: application/json",), b"\xff", 400),
        ("POST /enter", ("Content-Type: application/json", "Content-Encoding: gzip"), b'{"code":"x"}', 400),
        ("POST /enter", ("Content-Type: application/json",), b'["code"]', 400),
        ("POST /enter", ("Content-Type: application/json",), b'{"code":["x"]}', 400),
        ("GET /enter/x", (f"bad header {SECRET}",), b"", 400),
        ("POST /session", (f"Content-Length: {SECRET}",), b"", 400),
        ("POST /enter", ("Transfer-Encoding: chunked",), f"{SECRET}\r\n".encode(), 400),
        (f"{SECRET} says", (), b"", 400),
    ],
)
async def test_nonsense_is_no_fault(
    office: Office, caplog: pytest.LogCaptureFixture, line: str, headers: tuple[str, ...], body: bytes, status: int
) -> None:
    """A refusal, and not a word in the log."""
    origin = () if any("Origin" in header for header in headers) else (f"Origin: {office.base}",)
    answer = await _asked(office, f"{line} HTTP/1.1", *origin, *headers, body=body)
    assert answer.split(b" ")[1] == str(status).encode(), answer
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []
    assert SECRET not in caplog.text


@pytest.mark.parametrize(
    "said",
    [
        '{"type":"hello","language":["x"]}',
        '{"type":"hello","language":{"a":1},"since":null}',
        '{"type":["hello"],"client_id":"a"}',
        '{"type":"text","client_id":["\\ud800"],"text":"x"}',
        '{"type":"text","client_id":"\\ud800","text":"x"}',
        '{"type":"text","client_id":' + "[" * 900 + "]" * 900 + "}",
    ],
)
async def test_words_that_are_none(office: Office, caplog: pytest.LogCaptureFixture, said: str) -> None:
    """A list where a word belongs, or half a character: the line stays open and nothing is a fault."""
    async with office.browser() as browser:
        await browser.enter()
        assert browser.socket is not None
        await browser.socket.send_str(said)
        await browser.hear("hello", "refused")
        assert (await browser.send(type="text", text="好"))["type"] == "ack"
    assert [r.getMessage() for r in caplog.records if r.levelno >= logging.WARNING] == []


async def test_a_real_fault_is_told_by_kind_and_place(
    office: Office, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its words, and without the address of whoever asked."""

    async def fails(request: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr(office.channel._doors, "visitor", fails)
    async with office.browser() as browser, browser.http.get(browser.url("files/x")) as answer:
        assert answer.status == 500
    (record,) = [r for r in caplog.records if r.levelno >= logging.WARNING]
    written = TextLines("%(name)s %(message)s").format(record)
    assert written.startswith("aiohttp.server a request failed\nValueError\n")
    assert "in fails" in written
    assert SECRET not in written
    assert "127.0.0.1" not in written


def test_text_lines_tell_kind_and_place() -> None:
    """Also of errors that other packages log with their words."""
    logger, lines = logging.getLogger("tests.text"), []
    handler = logging.Handler()
    handler.emit = lambda record: lines.append(TextLines("%(message)s").format(record))  # type: ignore[method-assign]
    logger.addHandler(handler)
    try:
        raise KeyError(SECRET)
    except KeyError:
        logger.exception("failed")
    finally:
        logger.removeHandler(handler)
    assert lines[0].startswith("failed\nKeyError\n")
    assert "test_text_lines_tell_kind_and_place" in lines[0]
    assert SECRET not in lines[0].replace("KeyError(SECRET)", "")
