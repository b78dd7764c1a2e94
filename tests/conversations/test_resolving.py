"""办结: the outcome in words, with pictures if there are any, and nothing else taken for it."""

from collections.abc import Sequence

import pytest

from handlers.desk import Act
from knowledge.lifecycle import Status
from tests.conversations.chat import World
from tests.conversations.stories import asked, record


def labels(buttons: Sequence[tuple[str, str]]) -> list[str]:
    return [words for words, _ in buttons]


async def test_resolving_asks_for_the_outcome(world: World) -> None:
    """The words go to the resident with the five ratings; menu and state are as before."""
    resident, worker, request = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    worker.sees("办理结果", "张秀英会看到")
    await worker.says("已联系食堂，明天起送午饭")
    worker.sees("已办结")
    shown = resident.sees("办结了", "李敏说", "明天起送午饭")
    assert labels(shown.buttons) == ["非常满意", "满意", "基本满意", "不满意", "非常不满意", "还没解决"]
    [now] = await world.requests()
    assert (now.id, now.status, now.outcome) == (request.id, Status.RESOLVED, "已联系食堂，明天起送午饭")


async def test_an_outcome_with_a_picture(world: World) -> None:
    """A captioned photo is the outcome and its proof; the resident sees both."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.photo("饭送到了")
    resident.sees("办结了", "饭送到了")
    assert [shown.kind for shown in resident.shown].count("photo") == 1
    [now] = await world.requests()
    assert [f["kind"] for f in now.outcome_files] == ["photo"]


async def test_a_picture_first_is_kept_for_the_words(world: World) -> None:
    """A photo alone asks for words once; the words then bring the photo along."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.photo()
    worker.sees("办结要有文字说明")
    await worker.says("饭送到了")
    resident.sees("饭送到了")
    [now] = await world.requests()
    assert (now.outcome, len(now.outcome_files)) == ("饭送到了", 1)


@pytest.mark.parametrize("captioned", [0, 1, 2])
async def test_an_album_is_one_outcome(world: World, captioned: int) -> None:
    """Wherever in the album the words stand, all its pictures reach the resident with them, as one album."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    for index in range(3):
        await worker.photo("饭送到了" if index == captioned else None, album="out")
    assert sum("办结要有文字说明" in shown.text for shown in worker.shown) == (1 if captioned else 0)
    await world.later(seconds=2)
    resident.sees("饭送到了")
    [now] = await world.requests()
    assert len(now.outcome_files) == 3
    groups = [s.method for s in resident.shown if s.kind == "mediagroup"]
    assert {len(group.media) for group in groups} == {3}  # type: ignore[attr-defined]
    await worker.says("我的任务")
    worker.sees("手上没有在办的诉求")


async def test_a_picture_that_comes_late_is_passed_on(world: World) -> None:
    """After the resident has seen the outcome, a further picture of the album still reaches them."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.photo("饭送到了", album="out")
    await world.later(seconds=2)
    resident.sees("饭送到了")
    await worker.photo(album="out")
    await world.later(seconds=2)
    assert [s.kind for s in resident.shown].count("photo") == 2


@pytest.mark.parametrize("words", ["我的任务", "代为登记", "设置", "/tasks", "/nonsense"])
async def test_a_word_of_the_menu_is_not_an_outcome(world: World, words: str) -> None:
    """Whoever goes elsewhere instead of answering has not resolved anything."""
    resident, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says(words)
    [now] = await world.requests()
    assert now.status is Status.IN_PROGRESS
    resident.sees_not("办结了")


@pytest.mark.parametrize(
    "words", ["已转人工处理", "老人说不想活了，已劝回，家属在陪", "谢谢社区", "撤回了申请", "1个月内办好"]
)
async def test_whatever_is_written_is_the_outcome(world: World, words: str) -> None:
    """Words that mean something else elsewhere are the outcome here, as written."""
    _, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.says(words)
    [now] = await world.requests()
    assert (now.status, now.outcome) == (Status.RESOLVED, words)


async def test_an_answer_to_another_resident_is_not_the_outcome(world: World) -> None:
    """Quoting somebody else's words while an outcome is asked goes to them; the question stands."""
    _, worker, request = await asked(world)
    other = await world.resident("陈光明")
    second = await record(world, other, "失业了想找工作")
    await worker.clicks("受理", worker.sees("新诉求", "张秀英"))
    await other.says("在吗", reply_to=other.last)
    relayed = worker.sees("陈光明", "在吗")
    await worker.presses(Act(act="resolve", id=request.id).pack())
    await worker.says("在的", reply_to=relayed)
    other.sees("在的")
    assert [r.status for r in await world.requests()] == [Status.IN_PROGRESS, Status.RECORDED]
    await worker.says("饭送到了")
    assert [(r.id, r.status) for r in await world.requests()] == [
        (request.id, Status.RESOLVED),
        (second.id, Status.RECORDED),
    ]


async def test_cancelling(world: World) -> None:
    """取消, pressed or typed: nothing was done."""
    _, worker, _ = await asked(world)
    await worker.clicks("受理")
    for _ in range(2):
        await worker.clicks("办结")
        await worker.says("取消")
        worker.sees("没有动")
    [now] = await world.requests()
    assert now.status is Status.IN_PROGRESS
