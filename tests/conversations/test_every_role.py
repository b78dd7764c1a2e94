"""Every button and every command in everybody's hands, also forged: nobody writes what is not theirs to write, and
everybody is answered in words."""

from pathlib import Path

import pytest

from handlers.desk import OWN_WORDS, Step
from tests.conversations import every_role
from tests.conversations.chat import World
from tests.conversations.every_role import Scene
from tests.conversations.stories import stand

faultless = pytest.mark.usefixtures("nothing_fails")

OUTSIDERS = ("stranger", "neighbour", "colleague", "gone", "worker_elsewhere", "manager_elsewhere")
INSIDERS = ("resident", "other_party", "first_responder", "handler", "receiver", "manager", "manager_above")
SILENT = ("r:files:",)
"""What is answered with the files themselves, where there are any."""


@pytest.fixture
async def scene(world: World) -> Scene:
    return await Scene.set(world)


def test_the_table_knows_every_button() -> None:
    """A new act cannot be forgotten here."""
    assert every_role.named("Act") <= set(every_role.ACTS)
    assert every_role.named("Pick") <= set(every_role.PICKS)
    assert every_role.named("Mend") <= set(every_role.MENDS)


@faultless
@pytest.mark.parametrize("who", OUTSIDERS)
async def test_whose_business_it_is_not(scene: Scene, who: str) -> None:
    """Whoever has no part in these requests changes nothing at all, whatever they press, and learns nothing."""
    but = ("duty", "leave", "staff") if who == "manager_elsewhere" else ()  # their own area's
    before = scene.digest(but=but)
    for _, data in scene.buttons(who):
        if len(data.encode()) > 64:
            continue
        answered = await scene.presses(who, data)
        assert answered or data.startswith(SILENT), data
        after = scene.digest(but=but)
        assert after == before, f"{data} changed {[t for t in after if after[t] != before[t]]}"
    said = repr(scene.rows("SELECT payload FROM outbox WHERE chat_id = ?", scene.actors[who].id))
    for secret in ("13800000001", "屋头没人煮饭", "不归社区管"):
        assert secret.encode("unicode_escape").decode() not in said


@faultless
@pytest.mark.parametrize("who", INSIDERS)
async def test_whose_business_it_is(scene: Scene, who: str, tmp_path: Path) -> None:
    """Whoever has a part in a request writes only what the table allows to that part, in their own name."""
    kept, wrong = tmp_path / "kept.db", []
    scene.keep(kept)
    before = scene.digest()
    [(last,)] = scene.rows("SELECT max(id) FROM event")
    wrote = 0
    for letter, data in scene.buttons(who):
        if len(data.encode()) > 64:
            continue
        answered = await scene.presses(who, data)
        if not answered and not data.startswith(SILENT):
            wrong.append(f"{who} {letter} {data} is not answered")
        after = scene.digest()
        if after == before:
            continue
        events = scene.written_since(last)
        wrong += scene.judge(who, f"{letter} {data}", events)
        changed = [table for table in after if after[table] != before[table]]
        own_rota = who in ("manager", "manager_above") and data.startswith("d:")
        if not events and not own_rota and not set(changed) <= {"claim", "rating_call", "note", "rating"}:
            wrong.append(f"{who} {letter} {data} changed {changed} without an event")
        wrote += 1
        scene.bring_back(kept)
    assert wrong == []
    assert wrote, "somebody with a part can do something"


@pytest.mark.parametrize("who", [*OUTSIDERS, "other_party"])
async def test_words_for_what_one_may_not_do_any_more(scene: Scene, who: str) -> None:
    """A chat that was left in the middle of an act by somebody who has no part in it (any more): the words change
    nothing there, also where what was asked before is not remembered as it should be."""
    questions = ("outside-why", "refusal-ground", "overrule-why", "correct-which", "settle", "complex", "reopen",
                 "aid-reason", "agreement", "place", "said-no", "")  # fmt: skip
    steps = [step for step in Step.__all_states__ if step.state in OWN_WORDS or step in (Step.talk, Step.whose)]
    before = scene.digest()
    for step in steps:
        asking = step in (Step.handover, Step.care, Step.case)
        for asks in questions if asking else ("",):
            data = {"request": scene.requests["P"], "asks": asks, "mend": scene.mend, "days": 3, "lacking": [0]}
            data |= {"heir": scene.ids["colleague"], "to": scene.ids["colleague"], "case": scene.case}
            data |= {"body": "法院", "contact": "12368", "ground": "x", "why": "x", "lawyer": "x"}
            await stand(scene.world, scene.actors[who], str(step.state), **data)
            await scene.says(who, "三千块可以吗")
            after = scene.digest()
            changed = [table for table in after if after[table] != before[table]]
            assert not changed, f"{step.state} {asks} changed {changed}"


@faultless
@pytest.mark.parametrize("who", [*OUTSIDERS, *INSIDERS])
async def test_commands(scene: Scene, who: str) -> None:
    """Looking changes nothing; every command is answered to everybody."""
    before = scene.digest()
    for command in every_role.COMMANDS:
        await stand(scene.world, scene.actors[who], "") if who != "stranger" else None
        assert await scene.says(who, command), command
        after = scene.digest()
        assert after == before, f"{command} changed {[t for t in after if after[t] != before[t]]}"
