"""Words that wait for the choice of their request, and what is said meanwhile."""

import pytest

from handlers.desk import Step
from storage.tables import Rating
from tests.conversations.chat import Actor, World
from tests.conversations.stories import ALLOWANCE, JOBS, count, finished, messages, record, standing

WORDS = "那个表格我已经交上去了"


async def waiting(world: World) -> tuple[Actor, Actor]:
    """One request is finished, one is open, and words wait for the choice between them."""
    resident, worker, _ = await finished(world)
    await record(world, resident, ALLOWANCE)
    await resident.says(WORDS)
    resident.sees("接着说哪一件")
    return resident, worker


@pytest.mark.parametrize("level", ["不满意得很", "满意"])
async def test_a_rating_in_words_is_a_rating(world: World, level: str) -> None:
    """It is not added to the words that wait, and they are asked about when the rating is done."""
    resident, worker = await waiting(world)
    await resident.says(level)
    resident.sees("不满意" if "不" in level else "满意")
    worker.sees("评价")
    await resident.clicks("不用了")
    question = resident.sees("接着说哪一件")
    await resident.clicks("说给李敏", question)
    assert [m.text for m in await messages(world)] == [WORDS]
    assert await count(world, Rating) == 1


@pytest.mark.parametrize("comment", ["态度好", None])
async def test_a_tapped_rating_keeps_the_words(world: World, comment: str | None) -> None:
    """Through the level, the comment or none, they lie there and are asked about afterwards."""
    resident, _ = await waiting(world)
    await resident.clicks("非常满意")
    if comment is None:
        await resident.clicks("不用了")
    else:
        await resident.says(comment)
    resident.sees("接着说哪一件")
    assert (await standing(world, resident)).state == Step.whose.state
    await resident.clicks("这是新的事")
    assert (await standing(world, resident)).data["draft"]["text"] == WORDS


@pytest.mark.parametrize("word", ["谢谢", "好", "好的", "谢谢了哈"])
async def test_small_words_are_not_passed_on_with_it(world: World, word: str) -> None:
    """「谢谢」 and 「好」 are answered, and the question stays the same."""
    resident, _ = await waiting(world)
    await resident.says(word)
    assert (await standing(world, resident)).data["draft"]["text"] == WORDS
    await resident.clicks("说给李敏")
    assert [m.text for m in await messages(world)] == [WORDS]


async def test_a_photo_and_then_a_comment_are_both_kept(world: World) -> None:
    """The comment belongs to the rating, the photo is asked about."""
    resident, _, _ = await finished(world)
    await resident.clicks("非常满意")
    await resident.photo()
    resident.sees("评价请打字")
    await resident.says("态度好得很")
    resident.sees("接着说哪一件")
    await resident.clicks("这是新的事")
    assert len((await world.requests())[1].files) == 1


@pytest.mark.parametrize("words", ["human", "a person", "can i talk to a person", "Talk to a human please", "转人工"])
async def test_a_person_is_reached_from_a_talk_in_english_too(world: World, words: str) -> None:
    """转人工 works everywhere, whatever it is called."""
    resident, worker, _ = await finished(world)
    await record(world, resident, JOBS)
    await resident.clicks("补充说明")
    worker.seen = len(worker.shown)
    await resident.says(words)
    assert (await standing(world, resident)).state == Step.human.state
    assert worker.unread == []


@pytest.mark.parametrize("away", ["转人工", "我的任务"])
async def test_photos_of_an_outcome_outlast_what_comes_between(world: World, away: str) -> None:
    """Whoever leaves 办结 halfway finds the photos there; letting it go drops them."""
    resident, worker, _ = await finished(world)
    request = await record(world, resident, JOBS)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.photo()
    worker.sees("写")
    await worker.says(away)
    await worker.presses(f"r:resolve:{request.id}:")
    worker.sees("1 个附件还在")
    await worker.says("联系了三家单位")
    resident.sees("联系了三家单位")
    found = next(r for r in await world.requests() if r.id == request.id)
    assert len(found.outcome_files) == 1
    assert "shown" not in (await standing(world, worker)).data


async def test_photos_of_an_outcome_that_is_let_go_are_dropped(world: World) -> None:
    """先不办 means it, and the photos of one request are not shown with another."""
    resident, worker, _ = await finished(world)
    request = await record(world, resident, JOBS)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await worker.photo()
    await worker.clicks(worker.last.buttons[-1][0])
    await worker.presses(f"r:resolve:{request.id}:")
    await worker.says("联系了三家单位")
    assert (await world.requests())[-1].outcome_files in (None, [])
