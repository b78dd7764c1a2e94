"""The whole round again, with the process killed (-9) and started between every two steps."""

from pathlib import Path

from tests.live.botapi import BotApi
from tests.live.office import Office
from tests.live.round import STEPS, begin, judge


async def test_the_round_survives_a_kill_after_every_step(api: BotApi, tmp_path: Path) -> None:
    """Whatever was seen stays so: the next step goes on where the last one ended."""
    office = Office(tmp_path, api)
    story = await begin(office, api)
    async with office.bot as bot:
        for act, seen in STEPS:
            await act(story)
            await seen(story)
            await office.quiet()
            await bot.restart(kill=True)
    judge(story)
    assert "Traceback" not in bot.output
    assert (await bot.run("audit")).out == ""
