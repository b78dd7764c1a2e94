"""The round with the process killed (-9) in the middle of every step that changes something."""

from pathlib import Path

from tests.live.botapi import BotApi
from tests.live.office import Office
from tests.live.round import STEPS, Story, begin, judge

PATIENCE = 30.0


async def test_the_round_survives_a_kill_within_every_step(api: BotApi, tmp_path: Path) -> None:
    """Killed before the update is looked at, when the first answer leaves, and when it has been shown and nobody has
    written that down: what somebody did has its effect once, and everybody hears of it."""
    office = Office(tmp_path, api)
    story = await begin(office, api)
    async with office.bot as bot:
        for number, (act, seen) in enumerate(STEPS[:-4]):
            await office.quiet()
            calls, shown = _calls(api), _shown(story)
            await act(story)
            if number % 3 == 1:
                assert await api.until(lambda calls=calls: _calls(api) > calls, PATIENCE)  # type: ignore[misc]
            elif number % 3 == 2:
                assert await api.until(lambda shown=shown: _shown(story) > shown, PATIENCE)  # type: ignore[misc]
            await bot.restart(kill=True)
            await seen(story)
        for act, seen in STEPS[-4:]:
            await act(story)
            await seen(story)
    judge(story)
    assert "Traceback" not in bot.output
    assert (await bot.run("audit")).out == ""


def _calls(api: BotApi) -> int:
    return sum(call.method.startswith("send") for call in api.calls)


def _shown(story: Story) -> int:
    return sum(len(person.messages) for person in (story.resident, story.worker, story.manager))
