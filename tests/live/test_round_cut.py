"""The round with the process killed (-9) in the middle of what it does."""

from pathlib import Path

from tests.live.botapi import BotApi
from tests.live.office import Office
from tests.live.round import STEPS, Story, begin, judge

PATIENCE = 30.0
CUT = (
    Story.resident_agrees,
    Story.resident_confirms,
    Story.worker_takes_it,
    Story.resident_writes,
    Story.resident_sends_a_photo,
    Story.worker_answers,
    Story.worker_tells_the_outcome,
    Story.resident_rates,
)


async def test_the_round_survives_a_kill_within_a_step(api: BotApi, tmp_path: Path) -> None:
    """Killed when the first answer is about to leave, and when it has been shown and nobody has written that down:
    what somebody did has its effect once, and everybody hears of it."""
    office = Office(tmp_path, api)
    story = await begin(office, api)
    async with office.bot as bot:
        for act, seen in STEPS:
            await office.quiet()
            sent, shown = _sent(api), _shown(story)
            await act(story)
            if act in CUT[::2]:
                assert await api.until(lambda sent=sent: _sent(api) > sent, PATIENCE)  # type: ignore[misc]
            elif act in CUT:
                assert await api.until(lambda shown=shown: _shown(story) > shown, PATIENCE)  # type: ignore[misc]
            if act in CUT:
                await bot.restart(kill=True)
            await seen(story)
    judge(story)
    assert "Traceback" not in bot.output
    assert (await bot.run("audit")).out == ""


def _sent(api: BotApi) -> int:
    """Calls that have come in, answered or not."""
    return sum(call.method.startswith("send") for call in api.calls)


def _shown(story: Story) -> int:
    return sum(len(person.messages) for person in (story.resident, story.worker, story.manager))
