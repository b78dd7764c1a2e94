"""What the other party says while an invitation waits, or a meeting is ahead, is for the mediator."""

import pytest

from tests.conversations.chat import World
from tests.conversations.mediation_case import Case
from tests.conversations.stories import ALLOWANCE

pytestmark = pytest.mark.usefixtures("nothing_fails")

ACCUSED = "哪个居民1719哦…我打麻将关他啥子事"


async def test_the_answer_to_an_invitation_reaches_the_mediator(world: World) -> None:
    """Not a complaint of their own; one tap makes it one."""
    case = await Case.begin(world)
    await case.enter()
    await case.other.says(ACCUSED)
    passed = case.other.sees("已转给李敏", "另一方看不到")
    assert [label for label, _ in passed.buttons] == ["说完了", "这是新的事"]
    case.mediator.sees("麻将")
    await case.other.says("他自己还半夜唱歌")
    case.mediator.sees("半夜唱歌")
    case.applicant.sees_not("麻将")
    assert len(await world.requests()) == 1


async def test_before_a_meeting_they_can_say_that_they_cannot_come(world: World) -> None:
    """「来不了，请提前说」: they said so."""
    case = await Case.begin(world)
    await case.agreed()
    await case.card()
    await case.mediator.clicks("约时间")
    await case.mediator.says("11月28日 15:00")
    await case.mediator.says("社区调解室")
    case.other.sees("约好了", "请提前说")
    await case.other.says("周六我要上班 来不了")
    case.other.sees("已转给李敏")
    case.mediator.sees("周六我要上班")


async def test_a_need_of_their_own_is_one(world: World) -> None:
    """Another matter, how their own requests stand, the hours of the office: not the mediator's."""
    case = await Case.begin(world)
    await case.enter()
    for words, sees in (
        (ALLOWANCE, "最低生活保障"),
        ("算了", ""),
        ("我的诉求", "没有在办"),
        ("你们几点上班", "黄桷社区"),
    ):
        await case.other.says(words)
        case.other.sees(sees)
    await case.other.says(ACCUSED)
    await case.other.clicks("这是新的事")
    case.other.sees_not("已转给")


async def test_a_need_that_lay_on_the_table_does_not_block_it(world: World) -> None:
    """It was told before the invitation; it comes back when the talk ends."""
    case = await Case.begin(world)
    line = await case.invite()
    case.other = await world.resident("周强")
    await case.other.says(ALLOWANCE)
    await case.other.says(line)
    case.other.sees("漏水")
    await case.other.says(ACCUSED)
    case.other.sees("已转给李敏")
    case.mediator.sees("麻将")
