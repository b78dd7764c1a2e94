"""Resident and handler talk through the desk."""

import pytest

from tests.conversations.chat import World
from tests.conversations.stories import ALLOWANCE, FILES, asked, finished, messages, record, stand, standing


@pytest.mark.parametrize("kind", FILES)
@pytest.mark.parametrize("way", ["to the worker", "to the resident"])
async def test_every_kind_of_message_is_passed_on(world: World, kind: str, way: str) -> None:
    """Text, photo, voice, video, document, place, each way, as what it is."""
    resident, worker, _ = await asked(world)
    if way == "to the worker":
        sender, receiver = resident, worker
        await sender.says("我的诉求")
        await sender.clicks("补充说明")
    else:
        sender, receiver = worker, resident
        await sender.clicks("联系居民")
    await sender.says(None, **FILES[kind])
    assert receiver.last.kind == kind
    await sender.says("看得到吗")
    receiver.sees("看得到吗")
    receiver.sees_not("已转给")


async def test_an_album_is_passed_on_as_one(world: World) -> None:
    """Pictures of one album arrive together, with their words."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    await resident.photo("看这三张", album="a1")
    for _ in range(2):
        await resident.photo(album="a1")
        assert resident.unread == []
    await world.later(seconds=2)
    assert [m.kind for m in worker.shown[-3:]] == ["mediagroup"] * 3
    assert len(worker.last.method.media) == 3  # type: ignore[attr-defined]
    assert "看这三张" in worker.last.text
    assert len(await messages(world)) == 1


async def test_replies_keep_their_thread_both_ways(world: World) -> None:
    """A quote arrives as a quote of the same message in the other chat."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    first = await resident.says("要软的")
    copy = worker.sees("要软的")
    await worker.says("好的，软饭", reply_to=copy)
    answer = resident.sees("好的，软饭")
    assert answer.reply_to == first
    await resident.says("谢谢师傅", reply_to=answer)
    again = worker.sees("谢谢师傅")
    own = next(m for m in await messages(world) if m.text == "好的，软饭")
    assert again.reply_to == own.message_id


async def test_quoting_ones_own_words_belongs_to_the_same_request(world: World) -> None:
    """Whoever answers their own message adds to it."""
    resident, worker, _ = await asked(world)
    await record(world, resident, ALLOWANCE)
    await resident.clicks("补充说明")
    mine = await resident.says("证明在家里")
    await resident.clicks("说完了")
    shown = resident.last.__class__(mine, "message", "", resident.last.method)
    await resident.says("是红皮的", reply_to=shown)
    relayed = worker.sees("红皮")
    assert relayed.reply_to == next(m.id for m in worker.shown if "证明在家里" in m.text)


async def test_edits_are_passed_on_and_the_older_version_kept(world: World) -> None:
    """The copy in the other chat changes; what stood there before is in the records."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    written = await resident.says("住三栋")
    copy = worker.sees("住三栋")
    await resident.edits(written, "住五栋")
    assert copy.edited
    assert "住五栋" in copy.text
    [message] = await messages(world)
    assert (message.text, message.earlier[0]["text"]) == ("住五栋", "住三栋")


async def test_an_edit_that_reaches_nobody_is_said_so(world: World) -> None:
    """Not silently lost."""
    resident, _, _ = await asked(world)
    written = await resident.says("催一下")
    await resident.edits(written, "催一下，我着急")
    resident.sees("没有转给别人")


async def test_words_with_one_request_open_go_to_its_worker_and_are_said_to(world: World) -> None:
    """Named the first time, silent after, and one tap makes it a new need of everything said."""
    resident, worker, _ = await asked(world)
    await resident.says("阳台灯坏了")
    assert [w for w, _ in resident.sees("已转给李敏", "接着说也会转给").buttons] == ["说完了", "这是新的事"]
    await resident.says("晚上看不见")
    assert resident.unread == []
    worker.sees("阳台灯坏了")
    worker.sees("晚上看不见")
    await resident.clicks("这是新的事")
    await resident.clicks("确认登记") if "确认登记" in [w for w, _ in resident.last.buttons] else None
    if len(await world.requests()) == 1:
        await resident.clicks("转人工")
    assert (await world.requests())[1].text == "阳台灯坏了\n晚上看不见"


async def test_a_clear_new_need_is_not_sent_to_the_worker_of_another(world: World) -> None:
    """It gets its card, with the worker one tap away; in an open talk too."""
    resident, worker, _ = await asked(world)
    await resident.says("晚上看不见")
    resident.sees("已转给")
    worker.seen = len(worker.shown)
    await resident.says(ALLOWANCE)
    card = resident.sees("您要办的是")
    assert worker.unread == []
    await resident.clicks("李敏", card)
    worker.sees(ALLOWANCE)
    assert len(await world.requests()) == 1


async def test_an_answer_goes_to_the_one_who_asked(world: World) -> None:
    """With two open, the words after a worker's question are for that worker, and it is said."""
    resident, worker, first = await asked(world)
    await record(world, resident, ALLOWANCE)
    card = next(m for m in worker.shown if "老年助餐" in m.text)
    await worker.says("几个人吃饭？", reply_to=card)
    await resident.says("我和老伴")
    resident.sees("已转给李敏")
    assert [(m.request_id, m.text) for m in await messages(world)][-1] == (first.id, "我和老伴")


@pytest.mark.parametrize("said", ["2", "两个", "好的", "不用了", "谢谢", "明天给我打电话", "🙏", "你好"])
async def test_small_words_answer_a_worker_who_asked(world: World, said: str) -> None:
    """A number is the answer to the question, no button of an older message; so are yes, no and thanks."""
    resident, worker, _ = await asked(world)
    await worker.says("几个人吃饭？", reply_to=worker.shown[0])
    resident.sees("几个人吃饭")
    await resident.says(said)
    worker.sees(f"\n{said}")
    assert len(await world.requests()) == 1


@pytest.mark.parametrize("said", ["3", "好的", "不用了", "明天给我打电话"])
async def test_small_words_in_an_open_talk_are_passed_on(world: World, said: str) -> None:
    """In the middle of a talk nothing is taken for a wish to the desk."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    await resident.says("要软的")
    await worker.says("哪天开始？", reply_to=worker.last)
    await resident.says(said)
    worker.sees(said)


async def test_words_that_could_be_for_two_are_asked_about(world: World) -> None:
    """One tap, nothing typed again, and further words join the question."""
    resident, worker, first = await asked(world)
    second = await record(world, resident, ALLOWANCE)
    await resident.says("阳台上有点黑")
    which = resident.sees("新的事，还是接着说哪一件")
    assert which.buttons[0][0] == "这是新的事"
    assert len(which.buttons) == 3
    await resident.photo()
    resident.sees("新的事，还是接着说哪一件")
    await resident.clicks("老年助餐")
    resident.sees("已转给李敏")
    worker.sees("阳台上有点黑")
    assert {m.request_id for m in await messages(world)} == {first.id}
    assert second.id != first.id
    assert [len(m.files) for m in await messages(world)] == [0, 1]


async def test_words_asked_about_can_be_a_new_need(world: World) -> None:
    """这是新的事 offers a card for all of it."""
    resident, _, _ = await asked(world)
    await record(world, resident, ALLOWANCE)
    await resident.says("阳台上有点黑")
    await resident.clicks("这是新的事")
    await resident.clicks("转人工")
    assert (await world.requests())[2].text == "阳台上有点黑"


async def test_a_talk_with_one_does_not_swallow_the_answer_to_another(world: World) -> None:
    """Somebody else asks meanwhile: the next words are asked about."""
    worker, other = (
        await world.staff("李敏", domains=("elderly_care",)),
        await world.staff("周强", domains=("employment",)),
    )
    resident = await world.resident()
    await record(world, resident, "屋头没人煮饭，社区有没有送饭的")
    await record(world, resident, "失业了想找工作")
    await resident.says("我的诉求")
    await resident.clicks("老年助餐")
    await resident.clicks("补充说明")
    await resident.says("要软的")
    worker.sees("要软的")
    await other.says("会电脑吗？", reply_to=other.shown[0])
    await resident.says("会一点")
    which = resident.sees("说给谁的")
    assert len(which.buttons) == 3
    await resident.clicks("周强")
    other.sees("会一点")


async def test_a_talk_ends_by_itself(world: World) -> None:
    """What is said the next day is not silently sent to whom one talked with yesterday."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    await resident.says("要软的")
    await world.later(hours=20)
    await resident.says("灯也有点暗")
    resident.sees("已转给李敏")


@pytest.mark.parametrize("words", ["说完了", "1"])
async def test_a_talk_is_ended_by_a_word(world: World, words: str) -> None:
    """说完了, tapped or typed."""
    resident, _, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    await resident.says(words)
    resident.sees("好的")
    assert (await standing(world, resident)).state is None


async def test_a_quote_goes_to_its_request_whatever_is_going_on(world: World) -> None:
    """A worker in the middle of another outcome answers a resident by quoting; the outcome still waits."""
    resident, worker, first = await asked(world)
    other = await world.resident("王大爷")
    await record(world, other, ALLOWANCE)
    await worker.clicks("受理")
    await worker.clicks("办结")
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    await resident.says("要软的")
    await worker.says("马上来", reply_to=worker.sees("要软的"))
    resident.sees("马上来")
    worker.sees("已转给张秀英")
    await worker.says("材料已交")
    other.sees("办结了", "材料已交")


async def test_words_into_a_talk_that_is_over_are_kept(world: World) -> None:
    """The request was closed meanwhile: the words wait for one tap, and the talk is no trap."""
    resident, worker, _ = await finished(world)
    await resident.says("师傅的手套忘在我屋头了")
    worker.sees("手套")
    await resident.clicks("非常满意", next(m for m in resident.shown if "您满意吗" in m.text))
    await resident.says("算了")
    await stand(world, resident, "Step:talk", request=1)
    await resident.says("手套还没拿")
    resident.sees("已结案", "给您留着")
    await resident.clicks("这是新的事")
    await resident.clicks("转人工")
    assert (await world.requests())[1].text == "手套还没拿"


async def test_a_worker_is_told_when_words_did_not_arrive(world: World) -> None:
    """A withdrawn request has no other side."""
    resident, worker, _ = await asked(world)
    await resident.says("撤回")
    await resident.clicks("是，撤回")
    await worker.says("明天来看您", reply_to=worker.shown[0])
    worker.sees("已撤回", "没有转给居民")
    resident.sees_not("明天来看您")


async def test_doubtful_danger_in_a_talk_adds_the_number(world: World) -> None:
    """The words go on, and the resident reads whom to call."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    await resident.says("以前想过自杀")
    resident.sees("12356")
    worker.sees("以前想过自杀")


async def test_a_picture_in_a_talk_is_for_the_talk_whatever_its_caption(world: World) -> None:
    """A caption that sounds like another service makes no new need of a picture somebody waits for."""
    resident, worker, _ = await asked(world)
    await resident.says("我的诉求")
    await resident.clicks("补充说明")
    await resident.says("这两天都要")
    await resident.photo("低保证")
    worker.sees("低保证")
    await resident.says("我还要办低保")
    resident.sees("最低生活保障")


@pytest.mark.parametrize("said", ["楼道灯坏了", "下水道堵了臭得很", "垃圾没人清", "医保怎么交", "居住证咋办"])
async def test_something_new_comes_before_what_is_open(world: World, said: str) -> None:
    """Nobody waits for an answer: 这是新的事 is the first button, and "1" is no worker's."""
    resident, worker, _ = await asked(world)
    await record(world, resident, ALLOWANCE)
    await resident.says(said)
    which = resident.sees("这是新的事，还是接着说哪一件？")
    assert which.buttons[0][0] == "这是新的事"
    await resident.says("1")
    resident.sees("综合窗口")
    assert await messages(world) == []
