"""From the words of a need to a recorded request."""

import pytest

from tests.conversations.chat import Actor, World
from tests.conversations.stories import ALLOWANCE, FILES, JOBS, LEAK, MEALS, asked, record, stand, standing

TWO = "我妈没人煮饭，另外我想找个工作"


@pytest.fixture
async def worker(world: World) -> Actor:
    return await world.staff("李敏")


@pytest.fixture
async def resident(world: World, worker: Actor) -> Actor:
    return await world.resident()


async def test_a_clear_need_gets_one_card(world: World, resident: Actor) -> None:
    """Who can apply, what to bring, by when, and 确认登记 first."""
    await resident.says(MEALS)
    card = resident.sees("您要办的是：老年助餐", "谁能办", "带什么", "前受理", "前办结")
    assert [words for words, _ in card.buttons] == ["确认登记", "不是这个", "转人工"]
    await resident.clicks("确认登记")
    done = resident.sees("登记好了", "编号", "李敏", "负责到底", "前办结")
    [request] = await world.requests()
    assert request.service_id == "elderly.meals"
    assert request.number[:6] == "261123"
    assert "261123-0001" in done.text


async def test_an_unclear_need_gets_three_choices_and_a_person(resident: Actor) -> None:
    """Up to three services, and 都不是，转人工."""
    await resident.says("想领补贴")
    asked = resident.sees("您要办的是哪一件")
    labels = [words for words, _ in asked.buttons]
    assert 2 <= len(labels) <= 4
    assert labels[-1] == "都不是，转人工"
    await resident.clicks(labels[1])
    resident.sees(f"您要办的是：{labels[1]}")


async def test_none_of_the_choices_goes_to_a_person_as_it_was_said(world: World, resident: Actor) -> None:
    """都不是，转人工 records the words; nobody types them again."""
    await resident.says("想领补贴")
    await resident.clicks("都不是，转人工")
    resident.sees("编号")
    [request] = await world.requests()
    assert (request.service_id, request.text) == ("general.window", "想领补贴")


async def test_two_that_are_often_confused_get_their_question(world: World, resident: Actor) -> None:
    """The contrast question of the service list, and its answer is the service."""
    contrast = world.app.office.rules.catalogue.contrast("mediation.neighbour", "mediation.noise")
    assert contrast is not None
    await resident.says("隔壁老是吵")
    question = resident.sees(contrast.ask)
    assert [words for words, _ in question.buttons][:2] == list(contrast.choices)
    await resident.clicks(contrast.choices[0])
    resident.sees(world.app.office.rules.catalogue.service(contrast.between[0]).name)


async def test_what_no_list_knows_goes_to_the_general_window(world: World, resident: Actor) -> None:
    """Nobody is turned away."""
    await resident.says("社区能不能安个路灯")
    resident.sees("综合窗口", "一个人负责到底")
    await resident.clicks("确认登记")
    resident.sees("编号", "李敏")
    assert (await world.requests())[0].service_id == "general.window"


async def test_not_this_offers_the_others_and_keeps_the_words(world: World, resident: Actor) -> None:
    """不是这个, another one by the lists, and the words are still there."""
    await resident.says(MEALS)
    await resident.clicks("不是这个")
    other = resident.sees("那是哪一件呢")
    assert "老年助餐" not in [words for words, _ in other.buttons]
    await resident.clicks("看全部事项")
    await resident.clicks("养老服务")
    await resident.clicks("高龄津贴")
    await resident.clicks("确认登记")
    [request] = await world.requests()
    assert (request.service_id, request.text) == ("elderly.age_allowance", MEALS)


async def test_other_words_after_not_this_are_added(world: World, resident: Actor) -> None:
    """Saying it again in other words makes another card, and nothing said is dropped."""
    await resident.says("社区能不能安个路灯")
    await resident.clicks("我再说清楚点")
    resident.sees("再说说")
    await resident.says("路口太黑了老人摔跤")
    await resident.clicks("转人工")
    assert (await world.requests())[0].text == "社区能不能安个路灯\n路口太黑了老人摔跤"


async def test_the_menu_leads_to_every_service(world: World, resident: Actor) -> None:
    """我要办事, a domain, its list, a service, its card, and a request without a word typed."""
    await resident.says("我要办事")
    domains = resident.sees("哪方面")
    assert [words for words, _ in domains.buttons] == ["养老服务", "法律援助", "就业服务", "人民调解", "综合窗口"]
    await resident.clicks("就业服务")
    listed = resident.sees("您要办哪一件")
    assert len(listed.buttons) == len(world.app.office.rules.catalogue.domains[2].services)
    await resident.clicks(listed.buttons[0][0])
    await resident.clicks("确认登记")
    [request] = await world.requests()
    assert request.domain == "employment"
    assert request.text == listed.buttons[0][0]


async def test_the_menu_keeps_words_that_lie_on_the_table(world: World, resident: Actor) -> None:
    """Whoever looks for the service by hand does not lose what was said a moment ago, but does an hour later."""
    await resident.says("想领补贴")
    await resident.says("我要办事")
    await resident.clicks("养老服务")
    await resident.clicks("高龄津贴")
    await resident.clicks("确认登记")
    await resident.says("想领补贴")
    await resident.clicks("这是新的事") if any("新的事" in w for w, _ in resident.last.buttons) else None
    await world.later(hours=2)
    await resident.says("我要办事")
    await resident.clicks("养老服务")
    await resident.clicks("老年助餐")
    await resident.clicks("确认登记")
    assert [r.text for r in await world.requests()] == ["想领补贴", "老年助餐"]


@pytest.mark.parametrize("kind", FILES)
async def test_a_file_alone_goes_straight_to_a_person(world: World, worker: Actor, resident: Actor, kind: str) -> None:
    """Never ignored: recorded for the general window, and the worker gets the file with the card."""
    await resident.says(None, **FILES[kind])
    resident.sees("编号")
    [request] = await world.requests()
    assert request.service_id == "general.window"
    assert [f["kind"] for f in request.files] == [{"videonote": "video_note"}.get(kind, kind)]
    worker.sees("新诉求")
    assert worker.last.kind == kind


async def test_an_album_is_one_request_and_every_picture_arrives(world: World, worker: Actor, resident: Actor) -> None:
    """Pictures of one album come one by one, and are one need."""
    for _ in range(4):
        await resident.photo(album="a1")
    await world.later(seconds=2)
    assert len(await world.requests()) == 1
    pictures = [m for m in worker.shown if m.kind in ("photo", "mediagroup")]
    assert len(pictures) == 4
    assert sum("编号" in m.text for m in resident.shown) == 1
    resident.sees_not("已转给")


async def test_an_album_with_words_gets_one_card(world: World, resident: Actor) -> None:
    """The card comes once; the later pictures lie silently with it and are recorded together."""
    await resident.photo(LEAK, album="a1")
    resident.sees("您要办的是")
    for _ in range(2):
        await resident.photo(album="a1")
        assert resident.unread == []
    await resident.clicks("确认登记")
    [request] = await world.requests()
    assert len(request.files) == 3
    assert request.text == LEAK


async def test_two_needs_in_one_message_are_taken_one_by_one(world: World, resident: Actor) -> None:
    """Each gets its card and its number."""
    await resident.says(TWO)
    resident.sees("您说了 2 件事")
    resident.sees("老年助餐")
    await resident.clicks("确认登记")
    resident.sees("下一件")
    card = resident.sees("您要办的是")
    assert "老年助餐" not in card.text
    await resident.clicks("确认登记", card)
    first, second = await world.requests()
    assert (first.service_id, first.text) == ("elderly.meals", TWO)
    assert (second.service_id, second.text) == ("employment.job_matching", "我想找个工作")


async def test_a_second_need_survives_a_person_for_the_first(world: World, resident: Actor) -> None:
    """转人工 at the first of two goes on with the second."""
    await resident.says(TWO)
    await resident.clicks("转人工")
    resident.sees("下一件")
    await resident.clicks("确认登记")
    assert [r.service_id for r in await world.requests()] == ["general.window", "employment.job_matching"]


async def test_confirming_twice_records_once(world: World, resident: Actor) -> None:
    """The second press is told that the card was used."""
    await resident.says(MEALS)
    card = resident.last
    await resident.clicks("确认登记", card)
    await resident.clicks("确认登记", card)
    resident.sees("已经办过")
    await resident.clicks("不是这个", card)
    resident.sees("已经办过")
    assert len(await world.requests()) == 1


async def test_an_old_card_does_not_record_another_need(world: World, resident: Actor) -> None:
    """A card that is no longer on the table is said to be old."""
    await resident.says(MEALS)
    old = resident.last
    await resident.clicks("确认登记")
    await record(world, resident, ALLOWANCE)
    await resident.says("我要办事")
    await resident.clicks("就业服务")
    await resident.clicks("职业介绍") if any("职业介绍" in w for w, _ in resident.last.buttons) else None
    await resident.clicks("确认登记", old)
    resident.sees("过时")
    assert len(await world.requests()) == 2


@pytest.mark.parametrize("word", ["好", "对头", "要得", "是的。", "OK", "👍", "1", "确认登记"])
async def test_yes_can_be_said(world: World, resident: Actor, word: str) -> None:
    """A card is confirmed in a word as well."""
    await resident.says(MEALS)
    await resident.says(word)
    resident.sees("编号")
    assert (await world.requests())[0].text == MEALS


async def test_yes_to_a_question_which_is_not_yes_to_an_old_card(world: World, resident: Actor) -> None:
    """After a card, a question which one: 好 does not record the card before."""
    await resident.says(MEALS)
    await stand(world, resident, "Step:confirm", draft={"said": [], "text": MEALS, "service": None})
    await resident.says("好")
    assert await world.requests() == []


@pytest.mark.parametrize("word", ["不是", "不是这个", "不对"])
async def test_no_can_be_said(resident: Actor, word: str) -> None:
    """So is 不是这个."""
    await resident.says(MEALS)
    await resident.says(word)
    resident.sees("那是哪一件呢")


@pytest.mark.parametrize("word", ["算了", "取消", "不用了", "cancel"])
async def test_a_card_can_be_let_go(world: World, resident: Actor, word: str) -> None:
    """算了 records nothing, says so, and the words are gone from the table."""
    await resident.says(MEALS)
    await resident.says(word)
    resident.sees("没有登记")
    assert (await standing(world, resident)).data.get("draft") is None
    await resident.says("谢谢")
    resident.sees("不客气")
    assert await world.requests() == []


async def test_thanks_and_greetings_leave_the_card_on_the_table(world: World, resident: Actor) -> None:
    """Small words are answered, and the card can still be confirmed without them in the request."""
    await resident.says(MEALS)
    card = resident.last
    await resident.says("谢谢")
    resident.sees("不客气")
    await resident.says("你好")
    resident.sees("您好")
    await resident.clicks("确认登记", card)
    assert (await world.requests())[0].text == MEALS


async def test_words_of_yesterday_are_not_added_to(world: World, resident: Actor) -> None:
    """What lay unconfirmed for hours is not mixed into a new need."""
    await resident.says(MEALS)
    await world.later(hours=20)
    await resident.says(JOBS)
    await resident.clicks("确认登记")
    assert (await world.requests())[0].text == JOBS


async def test_a_button_of_yesterday_still_means_its_words(world: World, resident: Actor) -> None:
    """A tap on the old card records what it was about."""
    await resident.says(MEALS)
    await world.later(hours=20)
    await resident.clicks("确认登记")
    assert (await world.requests())[0].text == MEALS


async def test_an_edit_on_the_table_makes_a_new_card(world: World, resident: Actor) -> None:
    """The corrected words are matched again and recorded."""
    message = await resident.says(JOBS)
    await resident.edits(message, MEALS)
    resident.sees("老年助餐")
    await resident.clicks("确认登记")
    assert (await world.requests())[0].text == MEALS


async def test_an_edit_of_what_was_just_recorded_reaches_the_worker(world: World) -> None:
    """The worker reads the corrected words."""
    worker = await world.staff("李敏")
    resident = await world.resident()
    message = await resident.says(MEALS)
    await resident.clicks("确认登记")
    worker.seen = len(worker.shown)
    await resident.edits(message, f"{MEALS}，两个人")
    worker.sees("已修改", "两个人")


STATES = (None, "confirm", "human", "area", "whose", "comment", "talk")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("words", ["转人工", "/human", "帮我转人工", "Talk to a person"])
async def test_a_person_can_be_asked_for_in_every_state(world: World, words: str, state: str | None) -> None:
    """转人工 works everywhere, also typed (rule 14): the words on the table are recorded, or the next ones are."""
    resident, _, request = await asked(world)
    table = {"said": [{"id": 1, "text": "路灯坏了", "files": [], "album": None}], "text": "路灯坏了"}
    with_words = state in ("confirm", "whose", "area")
    if state is not None:
        data = {"request": request.id, **({"draft": table} if with_words else {})}
        await stand(world, resident, f"Step:{state}", **data)
    await resident.says(words)
    if not with_words:
        resident.sees("请说您的事", "12345")
        await resident.says("路灯坏了")
    resident.sees("编号")
    last = (await world.requests())[-1]
    assert (last.service_id, last.text) == ("general.window", "路灯坏了")


async def test_a_person_is_asked_for_together_with_the_need(world: World, resident: Actor) -> None:
    """A longer wish for a person tells the need too, and is recorded as it is."""
    said = "转人工，反映一下楼道里面堆了好多东西"
    await resident.says(said)
    resident.sees("编号")
    assert (await world.requests())[0].text == said


async def test_whoever_answers_already_is_named(world: World) -> None:
    """With something open, 转人工 shows who works on it, one tap away."""
    resident, worker, _ = await asked(world)
    await resident.says("转人工")
    said = resident.sees("请说您的事")
    assert "李敏" in said.buttons[0][0]
    await resident.clicks("李敏")
    await resident.says("要软的")
    worker.sees("要软的")


async def test_thanks_after_asking_for_a_person_is_no_need(world: World, resident: Actor) -> None:
    """谢谢, 算了, emoji and commands are not recorded as what a person should do."""
    await resident.says("转人工")
    for said in ("谢谢", "😀", "/foo"):
        await resident.says(said)
        assert resident.unread
    await resident.says("算了")
    resident.sees("好的")
    assert await world.requests() == []


async def test_doubtful_danger_adds_one_line(world: World, resident: Actor) -> None:
    """Something past or unclear: the number once, and the card as ever."""
    await resident.says("以前想过自杀")
    resident.sees("12356")
    assert resident.unread[0].buttons
    await resident.says(ALLOWANCE)
    resident.sees_not("12356")


async def test_the_office_says_where_it_is(resident: Actor) -> None:
    """Hours and phone without a request."""
    await resident.says("你们几点上班")
    resident.sees("黄桷社区", "09:00", "12345")
