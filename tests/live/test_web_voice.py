"""What a browser adds to the web chat: recording with its microphone, a page in the person's language, used links."""

import re
from pathlib import Path

from playwright.async_api import expect

from tests.live.browser import PATIENCE, Visitor, chrome, free_port, links, phone
from tests.live.office import Office

MICROPHONE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")


async def test_a_voice_message_is_recorded_and_reaches_the_worker(chromium: str, tmp_path: Path) -> None:
    """Press, speak, send: the need is the recording, and the worker can play it."""
    office = Office(tmp_path, web_port=str(free_port()))
    async with office.bot as bot, chrome(chromium, *MICROPHONE) as browser:
        context = await phone(browser)
        await context.grant_permissions(["microphone"])
        resident, worker = [await Visitor.enter(context, link) for link in links(bot.output)[:2]]
        await resident.taps("同意")
        await resident.sees("直接")
        await resident.page.locator("#voice").click()
        await expect(resident.page.locator("#recorded")).to_have_text(re.compile(r"0:0[1-9]"), timeout=PATIENCE)
        await resident.page.locator("#record-send").click()
        await resident.sees("登记好了")
        played = worker.page.locator(".message .voice, .message audio").last
        await played.wait_for(state="attached")
    [(files,)] = office.rows("SELECT files FROM request")
    assert '"kind": "voice"' in files
    assert "Traceback" not in bot.output


async def test_the_page_speaks_the_persons_language(chromium: str, tmp_path: Path) -> None:
    """A Chinese browser, a person who chose English: words, labels and `lang` follow at once and after a reload. A link
    that was used says so."""
    office = Office(tmp_path, web_port=str(free_port()))
    async with office.bot as bot, chrome(chromium) as browser:
        context = await phone(browser)
        entrance, staff = links(bot.output)[:2]
        resident = await Visitor.enter(context, entrance)
        await resident.taps("同意")
        await resident.taps("设置")
        await resident.taps("English")
        page = resident.page
        for again in (False, True):
            if again:
                await page.reload()
            await expect(page.locator("html")).to_have_attribute("lang", "en", timeout=PATIENCE)
            await expect(page.locator("#title")).to_have_text("Community desk")
            await expect(page.locator("#text")).to_have_attribute("placeholder", "Type here…")
            await expect(page.locator("#text")).to_have_attribute("aria-label", "Message")
        await resident.taps("Settings")
        await resident.taps("中文")
        await expect(page.locator("html")).to_have_attribute("lang", "zh", timeout=PATIENCE)
        assert staff
