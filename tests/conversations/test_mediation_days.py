"""Mediation as it goes on: meetings and agreements with their days, a party on the phone, one's own data."""

import pytest
from sqlalchemy import select

from storage.mediation_tables import MediationAgreement
from tests.conversations.chat import World
from tests.conversations.mediation_case import SECRET_B, Case
from tests.conversations.stories import traces


@pytest.fixture
async def case(world: World) -> Case:
    return await Case.begin(world)


# -- meetings


async def test_a_meeting_is_told_and_reminded_twice(world: World, case: Case) -> None:
    """Both parties hear the time at once, at 09:00 the day before and an hour before; each once."""
    await case.agreed()
    await case.card()
    await case.mediator.clicks("约时间")
    await case.mediator.says("11月30日 14:30")
    case.mediator.sees("11月30日", "在哪里")
    await case.mediator.says("三楼会议室")
    for party in (case.applicant, case.other):
        party.sees("约好了", "11月30日", "14:30", "三楼会议室", "李敏")
    for actor in (case.applicant, case.other, case.mediator):
        actor.seen = len(actor.shown)
    await case.at(2026, 11, 29, 8, 59)
    case.other.sees_not("提醒")
    for moment in ((2026, 11, 29, 9, 0), (2026, 11, 30, 13, 30)):
        await case.at(*moment)
        await case.tick(minutes=1)
        for party in (case.applicant, case.other, case.mediator):
            assert sum("提醒" in message.text for message in party.unread) == 1, moment
            party.seen = len(party.shown)
    await case.at(2026, 11, 30, 14, 0)
    case.other.sees_not("提醒")


async def test_a_day_without_the_clock_ends_in_one_reminder(world: World, case: Case) -> None:
    """Both moments passed while nothing ran: the party is reminded once, and not after the meeting."""
    await case.agreed()
    await case.card()
    await case.mediator.clicks("约时间")
    await case.mediator.says("11月30日 14:30")
    await case.mediator.clicks("社区调解室")
    case.other.seen = len(case.other.shown)
    await case.at(2026, 11, 30, 14, 10)
    assert sum("提醒" in message.text for message in case.other.unread) == 1
    await case.at(2026, 11, 30, 14, 20)
    assert sum("提醒" in message.text for message in case.other.unread) == 1


async def test_a_changed_time_replaces_the_first(world: World, case: Case) -> None:
    """Both hear the new time; nobody is reminded of the old one."""
    await case.agreed()
    for when in ("11月30日 14:30", "12月1日 10:00"):
        await case.card()
        await case.mediator.clicks("时间")
        await case.mediator.says(when)
        await case.mediator.clicks("社区调解室")
    case.applicant.sees("改时间了", "12月1日", "10:00")
    case.applicant.seen = len(case.applicant.shown)
    await case.at(2026, 11, 30, 8, 59)
    case.applicant.sees_not("提醒")


@pytest.mark.parametrize(
    ("typed", "answer"),
    [("随便哪天", "哪一天"), ("明天", "几点"), ("今天上午9点", "已经过了"), ("2028年1月1日 9点", "一年以后")],
)
async def test_a_time_that_cannot_be_read_is_asked_again(world: World, case: Case, typed: str, answer: str) -> None:
    """The sentence says what is wrong, and a right one goes on from there."""
    await case.agreed()
    await case.card()
    await case.mediator.clicks("约时间")
    await case.mediator.says(typed)
    case.mediator.sees(answer)
    await case.mediator.says("后天上午十点半")
    case.mediator.sees("11月25日", "10:30", "在哪里")


# -- the agreement and what follows


async def test_an_agreement_with_its_days(world: World, case: Case) -> None:
    """Both see its words and the last day for the court; they are reminded in time, the handler asks whether it was
    kept, and what was settled is not asked about again."""
    await case.settled("15 天")
    case.mediator.sees("协议记下了", "12月8日", "12月23日")
    for party in (case.applicant, case.other):
        party.sees("达成协议", "赔两千五", "2026年12月8日 前履行", "2026年12月23日")
    await case.mediator.presses(f"r:resolve:{case.request.id}:")
    await case.mediator.says("双方达成协议")
    case.applicant.sees("办结了")

    await case.at(2026, 12, 9, 8, 59)
    case.mediator.sees_not("回访")
    await case.at(2026, 12, 9, 9, 0)
    case.mediator.sees("请回访双方")
    await case.mediator.clicks("没有履行")
    for party in (case.applicant, case.other):
        party.sees("还没有履行")
    await case.at(2026, 12, 16, 9, 5)
    case.mediator.sees("请回访双方")
    for party in (case.applicant, case.other):
        party.sees("2026年12月23日", "最后一天")
    await case.mediator.clicks("已履行")
    await case.card()
    await case.mediator.clicks("已申请司法确认")
    for actor in (case.mediator, case.applicant, case.other):
        actor.seen = len(actor.shown)
    await case.at(2026, 12, 24, 9, 0)
    assert not case.mediator.unread
    case.other.sees_not("司法确认")
    case.applicant.sees_not("司法确认")


async def test_an_agreement_is_read_once_more_and_can_be_rewritten(world: World, case: Case) -> None:
    """Nothing goes out before it is confirmed; a second text replaces the first."""
    await case.agreed()
    await case.card()
    await case.mediator.clicks("达成协议")
    await case.mediator.says("写错了的内容")
    await case.mediator.says("11月20日")
    await case.mediator.says("20天")
    case.mediator.sees("请再看一遍", "写错了的内容", "12月10日", "12月20日")
    case.other.sees_not("达成协议")
    await case.mediator.clicks("重写")
    await case.mediator.says("改好的内容")
    await case.mediator.clicks("昨天")
    await case.mediator.clicks("当场已履行")
    await case.mediator.clicks("确认，发给双方")
    case.other.sees("改好的内容")
    assert "写错了的内容" not in await case.reads(case.other)
    async with world.app.database.read() as session:
        [agreement] = (await session.execute(select(MediationAgreement))).scalars()
    assert agreement.performed is True
    assert agreement.follow_up_at is None


@pytest.mark.parametrize("typed", ["明年", "12月30日", "某天"])
async def test_a_day_that_cannot_be_is_asked_again(world: World, case: Case, typed: str) -> None:
    """An agreement is in force from a day that has come."""
    await case.agreed()
    await case.card()
    await case.mediator.clicks("达成协议")
    await case.mediator.says("赔两千五")
    await case.mediator.says(typed)
    case.mediator.sees("11月20日")
    await case.mediator.says("11月22日")
    case.mediator.sees("2026年11月22日 生效", "多少天")


async def test_no_agreement_names_the_other_ways_to_both(world: World, case: Case) -> None:
    """未达成 is asked once more, then both hear which ways are open (第26条)."""
    await case.agreed()
    await case.card()
    await case.mediator.clicks("未达成")
    case.other.sees_not("没有达成")
    await case.mediator.clicks("是，未达成")
    for party in (case.applicant, case.other):
        party.sees("没有达成协议", "仲裁", "行政", "法院")


async def test_whoever_is_left_behind_hears_that_it_is_over(world: World, case: Case) -> None:
    """The applicant withdraws: the other party hears that the mediation does not go on, once."""
    await case.agreed()
    await case.applicant.presses(f"r:withdraw:{case.request.id}:yes")
    case.other.seen = len(case.other.shown)
    await case.tick(minutes=5)
    case.other.sees("不再进行了")
    await case.tick(minutes=5)
    case.other.sees_not("不再进行了")
    await case.other.presses(f"o:talk:{(await case.row()).id}:")
    await case.other.says("那我的钱呢")
    case.other.sees("已经结束了")


# -- the other party by phone


async def test_a_party_on_the_phone(world: World, case: Case) -> None:
    """Name, number and words are written down; every notice for them becomes a call for the handler; their number is
    looked at with a trace, and the applicant sees none of it."""
    await case.card()
    await case.mediator.clicks("电话邀请")
    await case.mediator.says("赵大爷")
    await case.mediator.says("我不记得了")
    case.mediator.sees("不像电话")
    await case.mediator.says("138 1234 5678")
    case.mediator.sees("赵大爷怎么说")
    await case.mediator.says("他说漏水跟他没关系，不过愿意谈")
    await case.mediator.clicks("同意调解")
    case.applicant.sees("对方同意调解")
    await case.mediator.clicks("双方都同意调解员")
    await case.mediator.clicks("约时间")
    await case.mediator.says("11月30日 14:30")
    await case.mediator.clicks("社区调解室")
    case.applicant.sees("约好了")
    call = case.mediator.sees("请打电话告诉对方（赵大爷）", "11月30日", "社区调解室")
    await case.mediator.clicks("看对方电话", call)
    case.mediator.sees("13812345678", "留痕")
    await case.at(2026, 11, 29, 9, 0)
    case.mediator.sees("请打电话告诉对方（赵大爷）", "提醒")
    assert "没关系" not in await case.reads(case.applicant)
    assert "13812345678" not in await case.reads(case.applicant)
    await case.mediator.says("您看到了吗", reply_to=call)
    case.mediator.sees("对方没有用聊天")


async def test_a_refusal_on_the_phone(world: World, case: Case) -> None:
    """What was said on the phone ends it just the same, and the handler is asked to tell the ways that are left."""
    await case.card()
    await case.mediator.clicks("电话邀请")
    await case.mediator.says("赵大爷")
    await case.mediator.clicks("没有电话")
    await case.mediator.clicks("明确不同意")
    case.mediator.sees("请办结")
    case.applicant.sees("第17条", "法院")
    assert await case.steps() == ["invite_phone", "refuse"]


async def test_an_undecided_party_answers_later(world: World, case: Case) -> None:
    """还没定 keeps the case open; the answer is one tap, asked once more."""
    await case.card()
    await case.mediator.clicks("电话邀请")
    await case.mediator.says("赵大爷")
    await case.mediator.says("13812345678")
    await case.mediator.clicks("还没定")
    case.mediator.sees("等答复")
    await case.mediator.clicks("对方同意调解")
    await case.mediator.clicks("是，同意")
    case.applicant.sees("对方同意调解")


# -- their own data


async def test_the_other_party_leaves_no_trace(world: World, case: Case) -> None:
    """注销 of the other party blanks name and words everywhere; the mediator hears that it is no refusal."""
    case.other.name = "独孤求败"
    await case.agreed()
    await case.other.clicks("跟调解员说")
    await case.other.says(SECRET_B)
    await case.other.says("设置")
    await case.other.clicks("注销")
    await case.other.clicks("是，注销")
    case.mediator.sees("不算明确拒绝")
    assert await traces(world, SECRET_B) == []
    assert await traces(world, "独孤求败") == []


async def test_the_applicant_leaves_and_the_agreement_is_blank(world: World, case: Case) -> None:
    """注销 of the applicant blanks the agreement and all talk of the case."""
    await case.settled(text="独一无二的协议内容")
    await case.applicant.says("设置")
    await case.applicant.clicks("注销")
    await case.applicant.clicks("是，注销")
    assert [t for t in await traces(world, "独一无二的协议内容") if t.startswith("mediation")] == []


async def test_a_digit_answers_the_mediator(world: World, case: Case) -> None:
    """A bare number said after the mediator asked is words for the mediator, not a button."""
    await case.agreed()
    await case.card()
    await case.mediator.clicks("联系对方")
    await case.mediator.says("您家住几楼？")
    case.other.sees("几楼")
    await case.other.says("3")
    case.mediator.sees("周强", "3")
