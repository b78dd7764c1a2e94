"""An outage longer than the 24 hours for which Telegram keeps updates: what is lost, and what is not."""

from pathlib import Path

from knowledge.lifecycle import Role
from tests.live.botapi import BotApi
from tests.live.office import Office
from tests.live.people import Person

PATIENCE = 30.0


async def test_after_more_than_a_day_the_older_words_are_gone_and_nothing_else(api: BotApi, tmp_path: Path) -> None:
    """What was said before the outage is delivered after it; what Telegram dropped was never seen and leaves no gap in
    the numbers; what it still holds is handled in order."""
    office = Office(tmp_path, api)
    worker, early, dropped = Person(api, 1, "李敏"), Person(api, 100, "居民甲"), Person(api, 101, "居民乙")
    await office.open({worker: Role.WORKER, early: None, dropped: None})
    async with office.bot as bot:
        await worker.send("/start")
        await worker.sees("您好", timeout=PATIENCE)
        api.fail("sendMessage", chat_id=worker.user_id, times=None, code=502)
        await early.send("转人工")
        await early.sees("请说您的事")
        await early.send("楼道灯坏了")
        await early.sees("登记好了")
        await bot.kill()
        await dropped.send("转人工")
        await dropped.send("水管爆了")
        api.bot.pending.clear()  # a day has passed
        api.heal()
        await dropped.send("转人工")
        await dropped.send("水管还在漏")
        await bot.start()
        await worker.sees("楼道灯坏了", timeout=PATIENCE)
        await worker.sees("水管还在漏", timeout=PATIENCE)
        await office.quiet()
        assert office.count("request") == 2
        assert office.count("request", "text LIKE '%爆了%'") == 0
        assert [number[6:10] for (number,) in office.rows("SELECT number FROM request ORDER BY id")] == ["0001", "0002"]
        assert (await bot.run("audit")).out == ""
