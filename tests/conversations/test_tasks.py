"""Staff's daily work: cards, 受理, talking, 办结, 我的任务, a phone number when it is needed."""

import itertools
from collections.abc import Sequence

import pytest
from sqlalchemy import select

from handlers import cards
from handlers.desk import Act
from handlers.texts import Voice, texts
from knowledge.lifecycle import Role, Status
from storage.tables import Person, Request
from tests.conversations.chat import Actor, World
from tests.conversations.stories import MEALS, asked, events, record
from tests.lifecycle_table import ALLOWED


async def phone(world: World, actor: Actor, number: str) -> None:
    async with world.app.database.write() as session:
        person = (await session.execute(select(Person).where(Person.chat_id == actor.id))).scalar_one()
        person.phone = number


def labels(buttons: Sequence[tuple[str, str]]) -> list[str]:
    return [words for words, _ in buttons]


# -- the card


async def test_the_card_tells_all_that_is_needed(world: World) -> None:
    """Number, need, service, the resident with a masked phone, who answers, the promised dates, the buttons."""
    worker, resident = await world.staff("李敏"), await world.resident()
    await phone(world, resident, "13812345678")
    await record(world, resident, MEALS)
    card = worker.sees("新诉求，您是首问责任人", "老年助餐", "261123-0001-", MEALS, "张秀英（138****5678）")
    assert "首问责任人：李敏" in card.text
    assert "11月23日（周一）11:00 前受理" in card.text
    assert "12月2日（周三）18:00 前办结" in card.text
    assert "13812345678" not in card.text
    assert labels(card.buttons) == ["受理", "联系居民", "转办", "看电话", "经过"]


def test_buttons_are_what_the_lifecycle_allows() -> None:
    """In every status and for every set of roles the buttons are exactly the allowed acts that have one."""
    voice = Voice(texts(), "zh", False, None)  # type: ignore[arg-type]
    shown = {"acknowledge", "contact", "transfer", "resolve", "look_up", "replace"}
    shown |= {"notify", "ask_supplement", "supplemented", "ask_extension"}
    staff = (Role.FIRST_RESPONDER, Role.HANDLER, Role.RECEIVER, Role.MANAGER)
    for status, count in itertools.product(Status, range(5)):
        for roles in itertools.combinations(staff, count):
            request = Request(id=1, status=status, files=[])
            choices = cards.staff_choices(voice, request, frozenset(roles), phone="13812345678")
            acts = {Act.unpack(choice.data).act for choice in choices} - {"history"}
            assert acts == {a.value for a, s, r in ALLOWED if s is status and r in roles} & shown, (status, roles)


def test_the_residents_buttons_are_what_the_lifecycle_allows() -> None:
    """The same for the resident; a rating stands for its five levels, and its change needs one that was given."""
    voice = Voice(texts(), "zh", False, None)  # type: ignore[arg-type]
    for status in Status:
        choices = cards.resident_choices(voice, Request(id=1, status=status), rated=True)
        acts = {Act.unpack(choice.data).act for choice in choices} - {"history"}
        allowed = {a.value for a, s, r in ALLOWED if (s, r) == (status, Role.RESIDENT)}
        buttons = {"rate", "reopen", "supplemented", "supply", "urge", "withdraw", "revise"} & allowed
        if status is Status.RESOLVED:
            buttons -= {"supply"}  # words need no button
        assert acts == {"levels" if act == "revise" else act for act in buttons}, status
    closed = cards.resident_choices(voice, Request(id=1, status=Status.CLOSED), rated=False)
    assert "levels" not in {Act.unpack(choice.data).act for choice in closed}


async def test_a_long_need_can_be_read_to_the_end(world: World) -> None:
    """What does not fit on a card comes with it as a file, whole."""
    worker, resident = await world.staff("李敏"), await world.resident()
    long = "屋头没人煮饭，社区有没有送饭的。" + "一字不漏。" * 1200
    await resident.says("转人工")
    await resident.says(long)
    document = next(shown for shown in worker.shown if shown.kind == "document")
    made = document.method.document  # type: ignore[attr-defined]
    assert made.data.decode() == long
    assert all(len(shown.text) <= 4096 for shown in worker.shown)


# -- 受理


async def test_taking_it(world: World) -> None:
    """The resident is told by whom and by when; the worker gets the next buttons; a second press changes nothing."""
    resident, worker, _ = await asked(world)
    card = worker.sees("新诉求")
    await worker.clicks("受理", card)
    taken = worker.sees("已受理", "张秀英已经知道", "12月2日（周三）18:00")
    assert labels(taken.buttons) == ["联系居民", "一次性告知", "补正", "转办", "申请延期", "办结", "经过"]
    resident.sees("李敏已受理您的「老年助餐」")
    await worker.clicks("受理", card)
    worker.sees("这一步已经办过了，现在：办理中")
    assert "办结" in labels(worker.last.buttons)
    assert await events(world) == ["record", "acknowledge"]


async def test_an_old_button_of_what_was_done_meanwhile(world: World) -> None:
    """受理 of what a colleague has taken, 办结 of what is resolved: how it stands, with the newest card."""
    _, worker, _ = await asked(world)
    old = worker.sees("新诉求")
    colleague = await world.staff("周强")
    await worker.clicks("转办")
    await worker.clicks("周强")
    await worker.says("他更熟")
    await colleague.clicks("受理")
    await worker.clicks("受理", old)
    worker.sees("已经办过了，现在：办理中")
    worker.sees("承办人：周强")
    taken = colleague.sees("已受理")
    await colleague.clicks("办结", taken)
    await colleague.says("已送饭")
    await colleague.clicks("办结", taken)
    colleague.sees("已经办过了，现在：已办结")


async def test_it_must_be_taken_before_it_is_resolved(world: World) -> None:
    """A forged 办结 on a request nobody has taken is refused."""
    _, worker, request = await asked(world)
    await worker.presses(Act(act="resolve", id=request.id).pack())
    worker.sees("现在不能做这一步")
    assert await events(world) == ["record"]


# -- talking


async def test_contact_button_opens_a_talk(world: World) -> None:
    """联系居民: what follows goes to the resident until 说完了."""
    resident, worker, _ = await asked(world)
    await worker.clicks("联系居民")
    worker.sees("都会转给张秀英")
    await worker.says("您家几口人？")
    resident.sees("李敏", "您家几口人？")
    await worker.says("说完了")
    worker.sees("好的")
    await worker.says("这句不是给她的")
    resident.sees_not("这句不是给她的")


async def test_replying_to_a_card_answers_its_resident(world: World) -> None:
    """A quote of the card, and of what was passed on, finds the resident among several."""
    resident, worker, _ = await asked(world)
    other = await world.resident("陈光明")
    await record(world, other, "失业了想找工作")
    first, second = worker.sees("新诉求", "张秀英"), worker.sees("新诉求", "陈光明")
    await worker.says("饭的事我来办", reply_to=first)
    resident.sees("李敏", "饭的事我来办")
    other.sees_not("饭的事")
    await worker.says("工作的事我来办", reply_to=second)
    other.sees("李敏", "工作的事我来办")
    await resident.says("谢谢，要软饭", reply_to=resident.last)
    relayed = worker.sees("张秀英", "要软饭")
    await worker.says("好", reply_to=relayed)
    answer = resident.sees("李敏", "好")
    assert answer.reply_to is not None


async def test_a_manager_speaks_under_their_own_name(world: World) -> None:
    """Words of the manager are not taken for the handler's."""
    manager = await world.staff("王芳", Role.MANAGER)
    resident, _, request = await asked(world)
    await manager.says(request.number)
    await manager.clicks("联系居民")
    await manager.says("我是社区主任")
    resident.sees("王芳", "我是社区主任")
    resident.sees_not("李敏（")


async def test_words_for_nobody_are_asked_about(world: World) -> None:
    """Staff who write without saying to whom choose; nothing is typed twice."""
    resident, worker, _ = await asked(world)
    await worker.says("明天十点来看您")
    await worker.clicks("张秀英")
    resident.sees("明天十点来看您")


# -- 我的任务


async def test_my_tasks_soonest_first(world: World) -> None:
    """Open work by its next promised moment, what is overdue marked; closed work is not in it."""
    worker = await world.staff("李敏")
    resident, other, third = [await world.resident(name) for name in ("甲居民", "乙居民", "丙居民")]
    meals = await record(world, resident, MEALS)
    await worker.clicks("受理")  # meals: due on 2 December
    await world.later(minutes=5)
    jobs = await record(world, other, "失业了想找工作")  # waits to be taken: 11:05 today
    await world.later(minutes=5)
    noise = await record(world, third, "楼上漏水")
    await worker.says("我的任务")
    listed = worker.sees("手上 3 件，超时 0 件")
    opened = [Act.unpack(data).id for _, data in listed.buttons]
    assert opened == [jobs.id, noise.id, meals.id]
    await world.later(hours=1)
    await worker.says("我的任务")
    overdue = worker.sees("手上 3 件，超时 2 件")
    assert [words[0] == "！" for words, _ in overdue.buttons] == [True, True, False]
    await resident.presses(Act(act="withdraw", id=meals.id, arg="yes").pack())
    await worker.says("我的任务")
    worker.sees("手上 2 件")


async def test_what_is_urgent_stands_first(world: World) -> None:
    """A gas leak before whatever was promised sooner; a line says which, whose, and what is owed by when."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    await record(world, await world.resident("甲居民"), MEALS)
    urgent = await world.resident("一位名字特别特别长的居民")
    await urgent.says("屋头煤气泄漏了，好大的味道")
    await worker.says("我的任务")
    listed = worker.sees("手上 2 件，超时 0 件，紧急 1 件。点一件打开：")
    assert "\n" not in listed.text
    first, second = labels(listed.buttons)
    assert first.startswith("！0002-")
    assert "一位名字…" in first
    assert second.startswith("0001-")
    assert second.endswith("老年助餐 · 甲居民 · 今天11:00受理")
    assert all(len(label) <= 36 for label in (first, second))
    assert manager.sees("险情")


async def test_what_waits_for_papers_says_so(world: World) -> None:
    """A paused request shows in the list until when it waits."""
    _, worker, _ = await asked(world)
    await worker.clicks("受理")
    await worker.clicks("补正")
    await worker.says("身份证")
    await worker.clicks("发给居民")
    await worker.says("我的任务")
    [(label, _)] = worker.sees("手上 1 件").buttons
    assert label.endswith("补正中，最晚12月7日")


async def test_more_tasks_than_fit(world: World) -> None:
    """Ten at a time; the rest is one tap away."""
    worker = await world.staff("李敏")
    for number in range(12):
        await record(world, await world.resident(f"居民{number}"), MEALS)
    await worker.says("我的任务")
    first = worker.sees("手上 12 件")
    assert len(first.buttons) == 11
    await worker.clicks("下一页")
    second = worker.sees("手上 12 件")
    assert len(second.buttons) == 2
    assert not {data for _, data in first.buttons} & {data for _, data in second.buttons}


async def test_what_is_offered_is_among_the_tasks(world: World) -> None:
    """A transfer that waits to be taken is marked."""
    _, worker, _ = await asked(world)
    colleague = await world.staff("周强")
    await worker.clicks("转办")
    await worker.clicks("周强")
    await worker.says("他更熟")
    await colleague.says("我的任务")
    assert "转给您，待受理" in labels(colleague.sees("手上 1 件").buttons)[0]
    await worker.says("我的任务")
    worker.sees("手上 1 件")


# -- a phone number


async def test_the_whole_number_is_a_recorded_look(world: World) -> None:
    """Masked until it is asked for; the look stands in the history that staff see, not in the resident's."""
    resident, worker, _ = await asked(world)
    await phone(world, resident, "13812345678")
    await worker.says("我的任务")
    await worker.clicks("老年助餐")
    worker.sees("138****5678")
    await worker.clicks("看电话")
    worker.sees("13812345678", "已留痕")
    assert (await events(world))[-1] == "look_up"
    await worker.says("我的任务")
    await worker.clicks("老年助餐")
    await worker.clicks("经过")
    worker.sees("李敏 查看了电话")


async def test_no_number_no_button(world: World) -> None:
    """Where nobody left a number there is nothing to look at, and a forged look is answered."""
    _, worker, request = await asked(world)
    assert "看电话" not in labels(worker.sees("新诉求").buttons)
    await worker.presses(Act(act="look_up", id=request.id).pack())
    worker.sees("没有留电话")
    assert await events(world) == ["record"]


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812345678", "138****5678"),
        ("02367891234", "023****1234"),
        ("12345678", "123***5678"),
        ("67891234", "678***1234"),
        ("1234567", "*******"),
        ("110", "***"),
        (None, ""),
    ],
)
def test_masking(number: str | None, shown: str) -> None:
    """The middle is hidden; of a short number nothing is shown."""
    assert cards.masked(number) == shown


async def test_a_voice_says_whose_it_is(world: World) -> None:
    """A need that is only a voice: under its card the voice has name and number, in a talk as well."""
    worker, resident = await world.staff("李敏"), await world.resident()
    await resident.voice()
    [voice] = [shown for shown in worker.shown if shown.kind == "voice"]
    assert "张秀英（0001-" in voice.text


async def test_attachments_come_on_request(world: World) -> None:
    """看附件 brings the files of the need again."""
    worker, resident = await world.staff("李敏"), await world.resident()
    await resident.photo()
    resident.sees("编号")
    card = worker.sees("新诉求", "附件 1 个")
    before = sum(s.kind == "photo" for s in worker.shown)
    await worker.clicks("看附件", card)
    assert sum(s.kind == "photo" for s in worker.shown) == before + 1


# -- forged


@pytest.mark.parametrize(
    "act", ["acknowledge", "contact", "transfer", "resolve", "look_up", "replace", "files", "open", "history"]
)
async def test_a_colleague_without_a_part_in_it_sees_nothing(world: World, act: str) -> None:
    """Every button of staff on a request, pressed by a worker of the same area who has nothing to do with it."""
    _, _, request = await asked(world)
    stranger = await world.staff("周强")
    await stranger.presses(Act(act=act, id=request.id).pack())
    stranger.sees("没有找到这件诉求")
    stranger.sees_not("张秀英")
    assert await events(world) == ["record"]
