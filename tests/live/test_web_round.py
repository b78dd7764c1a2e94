"""The whole round on the web chat: the demo's three links in one browser, the server killed on the way."""

from pathlib import Path

from tests.live.browser import Visitor, chrome, free_port, links, phone
from tests.live.office import Office
from tests.live.people import JPEG


async def test_the_whole_round_in_one_browser(chromium: str, tmp_path: Path) -> None:
    """Nothing configured: three windows of one browser play the round; a reload and a killed server lose and double
    nothing, not even what was typed while it was away."""
    office = Office(tmp_path, web_port=str(free_port()))
    (picture := tmp_path / "厨房.jpg").write_bytes(JPEG)
    async with office.bot as bot, chrome(chromium) as browser:
        entrances = links(bot.output)
        context = await phone(browser)
        resident, worker, manager = [await Visitor.enter(context, link) for link in entrances]

        await resident.says("屋头没人煮饭，社区有没有送饭的")
        await resident.taps("同意")
        await resident.sees("您要办的是：老年助餐")
        await resident.taps("确认登记")
        await resident.sees("首问责任人：李敏")
        await worker.sees("新诉求")
        await worker.screen("worker")
        await worker.taps("受理")
        await worker.sees("已经知道由您承办")
        await resident.sees("李敏已受理")
        await resident.screen("resident")

        await resident.says("我爱人牙不好，要软的")
        await worker.sees("我爱人牙不好")
        await resident.sends_picture(picture)
        shown = await worker.sees("", times=await worker.messages().count() + 1)
        await shown.locator("img").wait_for()

        # What is on the screen is there again after a reload, and the server's death is not noticed in the end.
        before = await resident.history()
        await resident.page.reload()
        await resident.connected()
        await resident.sees("我爱人牙不好")
        assert await resident.history() == before
        await worker.taps("联系居民")
        await worker.sees("接下来您发的都会转给")
        await bot.kill()
        await worker.says("好的，送软饭")
        await resident.says("谢谢李敏，中午十二点送")
        await worker.sees("好的，送软饭")
        await bot.start()
        await resident.sees("好的，送软饭")
        await worker.sees("中午十二点送")

        await worker.taps("办结")
        await worker.sees("请写办理结果")
        await worker.says("已安排每天中午送软饭到家")
        await resident.sees("已安排每天中午送软饭到家")
        await resident.taps("非常满意")
        await resident.sees("谢谢您的评价")
        await worker.sees("评价非常满意")
        await manager.taps("总览")
        figures = manager.messages("登记 0 件").or_(manager.messages("登记 1 件"))
        await figures.wait_for()
        if "登记 0 件" in await figures.inner_text():  # the month turned while the round was played
            await manager.taps("上月")
        await manager.sees("登记 1 件")
        await manager.screen("manager")
        await manager.taps("导出满意度")
        await manager.taps("本月")
        async with manager.page.expect_download() as download:
            await manager.taps("Excel")
            await manager.page.locator("a.card").click()
        assert (await (await download.value).path()).read_bytes().startswith(b"PK")
    assert office.rows("SELECT status FROM request") == [("closed",)]
    assert office.rows("SELECT level FROM rating") == [(5,)]
    assert office.count("message") == 4
    assert "Traceback" not in bot.output


async def test_elder_mode_is_large_and_short(chromium: str, tmp_path: Path) -> None:
    """长辈模式: large text, at most three choices with digits in front; a typed digit is a tap; all fits the width."""
    office = Office(tmp_path, web_port=str(free_port()))
    async with office.bot as bot, chrome(chromium) as browser:
        context = await phone(browser)
        resident = await Visitor.enter(context, links(bot.output)[0])
        await resident.taps("同意")
        await resident.taps("设置")
        await resident.taps("打开长辈模式")
        await resident.sees("长辈模式打开了")
        await resident.page.locator("html.large").wait_for()
        await resident.says("屋头没人煮饭，社区有没有送饭的")
        await resident.sees("老年助餐")
        labels = await resident.messages("老年助餐").last.locator(".choice").all_inner_texts()
        assert len(labels) <= 3
        assert [label[0] for label in labels] == [str(n) for n in range(1, len(labels) + 1)]
        await resident.says("1")
        await resident.sees("登记好了")
        await resident.screen("elder")
        width = await resident.page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390
