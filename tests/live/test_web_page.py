"""The page of the web chat as somebody holds it in the hand: what stands on the screen, and in which words."""

from pathlib import Path

from playwright.async_api import Locator, expect

from tests.live.browser import PATIENCE, Visitor, chrome, free_port, links, phone
from tests.live.office import Office


async def _on_screen(visitor: Visitor, shown: Locator) -> None:
    """Wait until the top of this stands inside the list of messages."""
    await expect(shown).to_be_in_viewport(timeout=PATIENCE)
    log, box = await visitor.page.locator("#log").bounding_box(), await shown.bounding_box()
    assert log is not None
    assert box is not None
    assert log["y"] - 1 <= box["y"] < log["y"] + log["height"]


async def test_a_question_is_not_pushed_off_by_its_own_long_list(chromium: str, tmp_path: Path) -> None:
    """25 services under one question: the question stays, and the card of one chosen from the middle is seen."""
    office = Office(tmp_path, web_port=str(free_port()))
    async with office.bot as bot, chrome(chromium) as browser:
        resident = await Visitor.enter(await phone(browser), links(bot.output)[0])
        await resident.taps("同意")
        await resident.taps("我要办事")
        await resident.taps("养老服务")
        question = (await resident.sees("您要办哪一件")).locator(".bubble")
        await _on_screen(resident, question)
        await expect(resident.page.locator("#down")).to_have_text("下面还有 ↓")
        await resident.taps("高龄津贴")
        await _on_screen(resident, (await resident.sees("您要办的是：高龄津贴")).locator(".bubble"))
        await resident.taps("确认登记")
        await _on_screen(resident, (await resident.sees("登记好了")).locator(".bubble"))
        await resident.page.reload()
        await resident.connected()
        await _on_screen(resident, resident.messages("登记好了").locator(".bubble"))


async def test_the_ninth_page_lets_the_first_rest(chromium: str, tmp_path: Path) -> None:
    """One browser with too many pages open: the first says so and stays away until it is touched; then it has what was
    said meanwhile, and what is typed into it arrives."""
    office = Office(tmp_path, web_port=str(free_port()))
    async with office.bot as bot, chrome(chromium) as browser:
        link = links(bot.output)[0]
        context = await phone(browser)
        pages = [await context.new_page() for _ in range(9)]
        sessions: list[str] = []
        pages[0].on("request", lambda asked: sessions.append(asked.url) if asked.url.endswith("/session") else None)
        for page in pages[:8]:
            await page.goto(link)
            await expect(page.locator("#state")).to_have_text("", timeout=PATIENCE)
        assert len(sessions) == 1
        await pages[8].goto(link)
        await expect(pages[0].locator("#state")).to_have_text("这一页已暂停，点一下继续", timeout=PATIENCE)
        await pages[8].locator("#text").fill("第九页")
        await pages[8].locator("#text").press("Enter")
        await expect(pages[7].locator("#messages")).to_contain_text("第九页", timeout=PATIENCE)
        assert len(sessions) == 1
        await pages[0].locator("#text").fill("第一页")
        await pages[0].locator("#text").press("Enter")
        await expect(pages[7].locator("#messages")).to_contain_text("第一页", timeout=PATIENCE)
        await expect(pages[0].locator("#state")).to_have_text("", timeout=PATIENCE)
        await expect(pages[0].locator("#messages")).to_contain_text("第九页", timeout=PATIENCE)
