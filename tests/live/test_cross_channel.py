"""A resident on the web chat and a worker on Telegram, with a photo each way and a document."""

from pathlib import Path

from knowledge.lifecycle import Role
from tests.live.botapi import BotApi
from tests.live.browser import Visitor, chrome, free_port, phone
from tests.live.office import AREA, Office
from tests.live.people import JPEG, Person

FROM_WEB, FROM_TELEGRAM = JPEG + b"the leak", JPEG + b"the plumber"


async def test_web_resident_and_telegram_worker(api: BotApi, chromium: str, tmp_path: Path) -> None:
    """What one says, sends and quotes reaches the other whole, whichever channel they use."""
    worker = Person(api, 1, "李敏")
    port = free_port()
    office = Office(tmp_path, api, web_port=str(port))
    await office.open({worker: Role.WORKER})
    (picture := tmp_path / "漏水.jpg").write_bytes(FROM_WEB)
    async with office.bot as bot, chrome(chromium) as browser:
        await worker.send("/start")
        await worker.sees("李敏，您好")
        resident = await Visitor.enter(await phone(browser), f"http://127.0.0.1:{port}/?start=area-{AREA}")
        await resident.taps("同意")
        await resident.taps("转人工")
        await resident.sees("请说您的事")
        await resident.says("<b>厨房</b> & 厕所都漏水")
        await resident.sees("首问责任人：李敏")
        card = await worker.sees("新诉求")
        assert "<b>厨房</b> & 厕所都漏水" in card.text

        await worker.click("受理", card)
        await resident.sees("李敏已受理")
        await resident.taps("补充说明")
        await resident.sees("请说，会转给")
        await resident.sends_picture(picture)
        shown = await worker.sees("", kind="photo")
        assert worker.data_of(shown) == FROM_WEB

        await worker.photo(FROM_TELEGRAM, caption="师傅到了", reply_to=shown)
        answer = await resident.sees("师傅到了")
        address = await answer.locator("img").get_attribute("src")
        assert await _bytes(resident, address) == FROM_TELEGRAM
        assert await answer.locator(".quote").count() == 1

        await worker.document("报价单.txt", "修水管 80 元".encode(), reply_to=shown)
        card_link = (await resident.sees("报价单.txt")).locator("a.card")
        assert await _bytes(resident, await card_link.get_attribute("href")) == "修水管 80 元".encode()
        said = await worker.send("明天还来", reply_to=shown)
        await resident.sees("明天还来")
        await worker.edit(said, "后天还来")
        await resident.sees("后天还来")
        await resident.sees("明天还来", times=0)
    assert office.count("request") == 1
    assert office.count("message") == 4
    assert "Traceback" not in bot.output


async def _bytes(visitor: Visitor, address: str | None) -> bytes:
    """A file as the browser gets it, with its cookie."""
    got = await visitor.page.evaluate(
        "async (address) => Array.from(new Uint8Array(await (await fetch(address)).arrayBuffer()))", address
    )
    return bytes(got)
