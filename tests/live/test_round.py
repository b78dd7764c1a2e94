"""The real process plays the whole round with three people on Telegram."""

from pathlib import Path

from tests.live.botapi import BotApi
from tests.live.office import Office
from tests.live.round import STEPS, begin, judge


async def test_the_whole_round(api: BotApi, tmp_path: Path) -> None:
    """From the invitation to the export, on the command line and over the Bot API."""
    office = Office(tmp_path, api)
    story = await begin(office, api)
    async with office.bot as bot:
        for act, seen in STEPS:
            await act(story)
            await seen(story)
        assert set(api.bot.commands) == {"", "en"}
    judge(story)
    assert "Traceback" not in bot.output
    assert "ERROR" not in bot.output
    for said in ("没人煮饭", "牙不好", "送软饭"):
        assert said not in bot.output
    audit = await bot.run("audit")
    assert audit.out == ""
