"""Mediation played through: two parties who never see each other's words, the invitation, their answers."""

import re
from datetime import timedelta

import pytest

from knowledge.lifecycle import Role
from tests.conversations.chat import World
from tests.conversations.mediation_case import SECRET_A, SECRET_B, Case
from tests.conversations.stories import LEAK, traces


@pytest.fixture
async def case(world: World) -> Case:
    return await Case.begin(world)


# -- neither party sees the other's words


async def test_two_parties_never_see_each_others_words(world: World, case: Case) -> None:
    """What either says goes to the mediator alone, by talk, by quote and by plain words, and the mediator's answers go
    to the one who is meant."""
    await case.agreed()
    await case.applicant.presses(f"r:supply:{case.request.id}:")
    await case.applicant.says(SECRET_A)
    heard = case.mediator.sees("张秀英", SECRET_A)
    await case.other.clicks("跟调解员说")
    await case.other.says(SECRET_B)
    told = case.mediator.sees("周强", SECRET_B)

    await case.mediator.says("给乙方的回话", reply_to=told)
    case.mediator.sees("已转给周强")
    case.other.sees("李敏", "给乙方的回话")
    await case.mediator.says("给甲方的回话", reply_to=heard)
    case.applicant.sees("李敏", "给甲方的回话")
    await case.other.clicks("说完了")
    await case.other.says("乙方随口一答：周六有空")
    case.mediator.sees("周强", "周六有空")

    applicant, other = await case.reads(case.applicant), await case.reads(case.other)
    for words in (SECRET_B, "给乙方的回话", "周六有空"):
        assert words not in applicant
    for words in (SECRET_A, "给甲方的回话", LEAK):
        assert words not in other


async def test_a_quote_in_another_step_goes_to_the_other_party(world: World, case: Case) -> None:
    """While the outcome is being asked for, an answer to the other party is no outcome for the applicant."""
    await case.agreed()
    await case.other.clicks("跟调解员说")
    await case.other.says(SECRET_B)
    told = case.mediator.sees(SECRET_B)
    await case.mediator.presses(f"r:resolve:{case.request.id}:")
    await case.mediator.says("两千不行，您再想想", reply_to=told)
    case.other.sees("两千不行")
    [request] = await world.requests()
    assert request.outcome is None


async def test_the_history_tells_steps_and_no_words(world: World, case: Case) -> None:
    """The applicant's history names the steps; talk with the other party is not in it, and no event holds words."""
    await case.agreed()
    await case.other.clicks("跟调解员说")
    await case.other.says(SECRET_B)
    await case.applicant.presses(f"r:history:{case.request.id}:")
    history = case.applicant.sees("的经过", "对方同意调解")
    assert SECRET_B not in history.text
    assert "说了话" not in history.text
    assert {column.split(".")[0] for column in await traces(world, SECRET_B)} <= {"mediation_message", "outbox"}
    assert await case.steps() == ["invite_link", "accept", "accept_mediator", "accept_mediator", "talk"]


async def test_a_manager_sees_the_card_and_not_the_talk(world: World, case: Case) -> None:
    """The manager of the area opens the request and its history; what was said is left out, and so is the case."""
    manager = await world.staff("王芳", Role.MANAGER)
    await case.agreed()
    await case.applicant.presses(f"r:supply:{case.request.id}:")
    await case.applicant.says(SECRET_A)
    await manager.presses(f"r:open:{case.request.id}:")
    card = manager.sees("漏水")
    assert "调解" not in [words for words, _ in card.buttons]
    await manager.presses(f"r:history:{case.request.id}:")
    assert SECRET_A not in manager.sees("的经过").text
    await case.mediator.presses(f"r:history:{case.request.id}:")
    assert SECRET_A in case.mediator.sees("的经过").text
    for data in (f"r:mediation:{case.request.id}:", f"m:fail:{case.request.id}:yes", f"m:talk:{case.request.id}:"):
        await manager.presses(data)
        manager.sees("不归您办")


async def test_nobody_else_gets_in(world: World, case: Case) -> None:
    """Another worker, a stranger with forged buttons, and a third party change and see nothing."""
    await case.agreed()
    colleague, stranger = await world.staff("陈静"), await world.resident("路人")
    row = await case.row()
    for actor in (colleague, stranger):
        for data in (
            f"r:mediation:{case.request.id}:",
            f"m:card:{case.request.id}:",
            f"m:mediator:{case.request.id}:no",
            f"o:card:{row.id}:",
            f"o:refuse:{row.id}:yes",
            f"o:talk:{row.id}:",
        ):
            await actor.presses(data)
            assert "漏水" not in actor.last.text
            assert "周强" not in actor.last.text
    assert (await case.row()).stage == "agreed"


# -- the invitation


async def test_before_consent_nothing_is_shown_or_kept(world: World, case: Case) -> None:
    """The link names neither the applicant nor the matter before consent; a refusal of it keeps nobody."""
    line = await case.invite()
    await case.other.says(line)
    asked = case.other.sees("请您先同意")
    assert "张秀英" not in asked.text
    await case.other.clicks("不同意")
    case.other.sees("没有保存")
    assert (await case.row()).other_id is None
    await case.other.says(line)
    await case.other.clicks("同意")
    case.other.sees("张秀英", "愿意吗")


async def test_what_is_said_before_consent_goes_to_the_mediator(world: World, case: Case) -> None:
    """Words typed instead of the tap are not lost, and are no new request."""
    await case.other.says(await case.invite())
    await case.other.says("是哪个要告我？")
    await case.other.clicks("同意")
    case.mediator.sees("周强", "是哪个要告我")
    assert len(await world.requests()) == 1


async def test_a_link_works_once(world: World, case: Case) -> None:
    """Somebody else cannot use it again; the other party comes back by it; a wrong one is said so."""
    line = await case.invite()
    await case.other.says(line)
    await case.other.clicks("同意")
    third = world.person("闲人")
    await third.says(line)
    third.sees("已经用过了")
    await case.other.says(line)
    case.other.sees("愿意吗")
    await third.says("/start mediate-nonsense")
    third.sees("链接不对")


async def test_a_new_link_replaces_the_old_one(world: World, case: Case) -> None:
    """The older invitation opens nothing any more, and none does after two weeks."""
    old, new = await case.invite(), await case.invite()
    await case.other.says(old)
    case.other.sees("链接不对")
    world.now += timedelta(days=14)
    await case.other.says(new)
    case.other.sees("过期")


async def test_the_link_is_not_for_the_applicant(world: World, case: Case) -> None:
    """The applicant, and the handler trying it out, are told for whom it is; it stays usable."""
    line = await case.invite()
    for actor in (case.applicant, case.mediator):
        await actor.says(line)
        actor.sees("这个链接是给对方的")
    await case.other.says(line)
    await case.other.clicks("同意")
    case.other.sees("愿意吗")


async def test_links_of_the_channels_stand_in_the_invitation(world: World, case: Case) -> None:
    """Where the addresses of the channels are known, the invitation can simply be tapped."""
    found = {"telegram": "https://t.me/desk?start=", "web": "https://chat.example.org/?start="}
    object.__setattr__(world.app.office, "links", lambda: found)
    line = await case.invite()
    token = line.removeprefix("/start ")
    shown = next(m.text for m in reversed(case.mediator.shown) if "请您参加一次调解" in m.text)
    assert f"https://t.me/desk?start={token}" in shown
    assert f"https://chat.example.org/?start={token}" in shown
    assert re.fullmatch(r"[\w-]{1,50}", token), "what the channels let through"


# -- answers


async def test_a_clear_refusal_ends_it_and_names_the_other_ways(world: World, case: Case) -> None:
    """Asked once more, then over: both hear of arbitration, administration and court; nothing more can be arranged."""
    await case.enter()
    await case.other.clicks("不同意调解")
    case.other.sees("真的不愿意")
    await case.other.clicks("是，不愿意")
    case.other.sees("已经记下", "仲裁", "行政", "法院")
    case.applicant.sees("第17条", "仲裁", "行政", "法院")
    case.mediator.sees("明确不愿意", "办结")
    await case.mediator.presses(f"m:schedule:{case.request.id}:")
    case.mediator.sees("不能做这一步")
    assert (await case.row()).stage == "refused"


async def test_refusing_later_ends_it_too(world: World, case: Case) -> None:
    """Whoever agreed may still refuse before an agreement; the meeting is called off and nobody is reminded of it."""
    await case.agreed()
    await case.card()
    await case.mediator.clicks("约时间")
    await case.mediator.says("明天下午3点")
    await case.mediator.clicks("社区调解室")
    case.other.sees("约好了")
    await case.other.clicks("查看调解")
    await case.other.clicks("不同意调解")
    await case.other.clicks("是，不愿意")
    case.applicant.sees("第17条")
    await case.at(2026, 11, 24, 14, 0)
    case.applicant.sees_not("提醒")
    case.other.sees_not("提醒")


async def test_another_mediator_can_be_asked_for(world: World, case: Case) -> None:
    """The other party agrees with another mediator, the handler names one, and both are asked anew (第19条)."""
    colleague = await world.staff("陈静")
    await case.enter()
    await case.other.clicks("换一位调解员")
    case.mediator.sees("要求换一位调解员")
    await case.applicant.presses(f"m:mediator:{case.request.id}:yes")
    await case.mediator.presses(f"m:schedule:{case.request.id}:")
    case.mediator.sees("不能做这一步")
    await case.mediator.presses(f"m:name_mediator:{case.request.id}:")
    await case.mediator.clicks("陈静")
    colleague.sees("请您做调解员", "张秀英", "周强")
    for party in (case.applicant, case.other):
        party.sees("换了调解员", "陈静")
        await party.clicks("同意")
        party.sees("由陈静调解")
    await case.other.clicks("查看调解")
    await case.other.clicks("跟调解员说")
    await case.other.says(SECRET_B)
    told = colleague.sees("周强", SECRET_B)
    case.mediator.sees_not(SECRET_B)
    await colleague.says("我来调，您放心", reply_to=told)
    case.other.sees("陈静", "您放心")
    await colleague.presses(f"m:card:{case.request.id}:")
    assert [words for words, _ in colleague.last.buttons] == ["联系对方"]


async def test_the_applicant_asks_for_another_mediator(world: World, case: Case) -> None:
    """The handler hears of it and can name somebody at once."""
    await world.staff("陈静")
    await case.invite()
    case.applicant.sees("李敏", "同意吗")
    await case.applicant.clicks("换一位")
    case.applicant.sees("另外找一位")
    case.mediator.sees("申请人（张秀英）要求换一位")
    await case.mediator.clicks("换调解员")
    case.mediator.sees("换成谁")
