"""People on the web chat: a page of headless Chromium in which somebody types, taps and reads."""

from __future__ import annotations

import os
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect
from playwright.async_api import Error as PlaywrightError

PATIENCE = 20_000.0  # milliseconds
PHONE = {"width": 390, "height": 844}
SCREENS = Path(__file__).resolve().parents[2] / "docs" / "screens"


def free_port() -> int:
    """A port that nobody listens on just now, for a server that must come back at the same place."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def links(output: str) -> list[str]:
    """The links to the demo, in the order in which they were printed last: resident, worker, manager."""
    return re.findall(r"https?://\S+/(?:\?start=\S+|enter/\S+)", output)[-3:]


@asynccontextmanager
async def chrome(path: str, *more: str) -> AsyncIterator[Browser]:
    """A browser; `more` are switches of its command line."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-gpu", *more])
        try:
            yield browser
        finally:
            await browser.close()


async def phone(browser: Browser) -> BrowserContext:
    """One browser of one phone; pages opened in it share its cookies."""
    context = await browser.new_context(viewport=PHONE, device_scale_factor=2, locale="zh-CN", has_touch=True)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    return context


@dataclass
class Visitor:
    """Somebody with the page open."""

    page: Page

    @classmethod
    async def enter(cls, context: BrowserContext, link: str) -> Visitor:
        """Open a link and wait until the chat is there."""
        visitor = cls(await context.new_page())
        await visitor.page.goto(link)
        await visitor.connected()
        return visitor

    async def connected(self) -> None:
        await expect(self.page.locator("#menu button, .choice").first).to_be_visible(timeout=PATIENCE)
        await expect(self.page.locator("#state")).to_have_text("", timeout=PATIENCE)

    async def says(self, text: str) -> None:
        await self.page.locator("#text").fill(text)
        await self.page.locator("#text").press("Enter")

    async def sends_picture(self, path: Path) -> None:
        await self.page.locator("#pick-picture").set_input_files(path)

    async def taps(self, label: str) -> None:
        """Tap the newest button that begins with this label, in the chat or in the menu."""
        choice = self.page.locator(".choice, #menu button").filter(
            has_text=re.compile(rf"^\s*(\d+ )?{re.escape(label)}")
        )
        try:
            await choice.last.click(timeout=PATIENCE)
        except PlaywrightError as error:
            chat = "\n".join(await self.history())
            raise AssertionError(f"cannot tap «{label}»: {error.message.splitlines()[0]}\n{chat}") from None

    def messages(self, text: str = "") -> Locator:
        """What stands in the chat and has `text` in it."""
        return self.page.locator("#messages .entry:not([hidden]) .message").filter(has_text=text)

    async def sees(self, text: str, times: int = 1) -> Locator:
        """Wait until exactly so many messages have `text` in them; the newest. Fails with the whole chat."""
        try:
            await expect(self.messages(text)).to_have_count(times, timeout=PATIENCE)
        except AssertionError:
            raise AssertionError(f"did not see «{text}» {times} times:\n" + "\n".join(await self.history())) from None
        return self.messages(text).last

    async def history(self) -> list[str]:
        """Every message there is, oldest first, as read aloud."""
        return [" ".join(text.split()) for text in await self.messages().all_inner_texts()]

    async def screen(self, name: str) -> None:
        """Keep what is on the screen for the README, when env SCREENS asks for it."""
        if os.environ.get("SCREENS"):
            SCREENS.mkdir(parents=True, exist_ok=True)
            await self.page.evaluate("document.activeElement?.blur()")
            await self.page.screenshot(path=SCREENS / f"{name}.png", animations="disabled")
