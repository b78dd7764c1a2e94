"""Mediation played through: two parties who never see each other's words, refusal, agreement, the days that follow."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from bot.clock import Clock
from knowledge.lifecycle import Role
from storage.mediation_tables import MediationAgreement, MediationCase
from storage.tables import Event, Request
from tests.conversations.chat import Actor, World
from tests.conversations.stories import LEAK, record, traces

SECRET_A = "甲方心里话：其实三千块我也认"
SECRET_B = "乙方心里话：我最多出两千块"


class Case:
    """A mediation request in hand: the applicant, the handler who mediates, and the other party."""

    def __init__(self, world: World, applicant: Actor, mediator: Actor, other: Actor, request: Request) -> None:
        self.world, self.applicant, self.mediator, self.other, self.request = world, applicant, mediator, other, request

    async def card(self) -> None:
        """The mediator opens the case from the request's card."""
        await self.mediator.presses(f"r:mediation:{self.request.id}:")

    async def invite(self) -> str:
        """The line of the invitation that the other party sends."""
        await self.card()
        await self.mediator.clicks("发邀请链接")
        invitation = self.mediator.sees("请您参加一次调解")
        found = re.search(r"/start mediate-\S+", invitation.text)
        assert found is not None
        return found[0]

    async def enter(self) -> None:
        """The other party follows the invitation and consents."""
        await self.other.says(await self.invite())
        self.other.sees("请您先同意", "黄桷社区")
        await self.other.clicks("同意")
        self.other.sees("张秀英", "漏水", "李敏")

    async def agreed(self) -> None:
        """Both want to mediate, with this mediator."""
        await self.enter()
        await self.other.clicks("同意调解")
        self.other.sees("时间定了")
        await self.applicant.presses(f"m:mediator:{self.request.id}:yes")
        self.applicant.sees("由李敏调解")

    async def settled(self, days: str = "30 天", text: str = "周强赔两千五，十五天内付清") -> None:
        """An agreement of today, written down and sent to both."""
        await self.agreed()
        await self.card()
        await self.mediator.clicks("达成协议")
        await self.mediator.says(text)
        await self.mediator.clicks("今天")
        await self.mediator.clicks(days)
        await self.mediator.clicks("确认，发给双方")

    async def clock(self) -> Clock:
        return self.world.app.clock

    async def tick(self, **by: float) -> None:
        """Time passes and the clock's sweep comes by."""
        self.world.now += timedelta(**by)
        await (await self.clock()).case_reminders()
        await self.world.quiet()

    async def at(self, *moment: int) -> None:
        """The sweep at a moment of Chongqing's clock (eight hours ahead of UTC)."""
        day = datetime(*moment, tzinfo=UTC)  # type: ignore[arg-type,misc]
        await self.tick(seconds=(day - self.world.now).total_seconds() - 8 * 3600)

    async def row(self) -> MediationCase:
        async with self.world.app.database.read() as session:
            found = await session.execute(select(MediationCase))
            return found.scalar_one()

    async def steps(self) -> list[str]:
        """The steps that stand in the history, in order."""
        async with self.world.app.database.read() as session:
            rows = await session.execute(select(Event).where(Event.action == "mediate").order_by(Event.id))
            return [event.data["step"] for event in rows.scalars()]

    async def reads(self, actor: Actor) -> str:
        """Everything that somebody was ever shown."""
        return "\n".join(message.text for message in actor.shown)


@pytest.fixture
async def case(world: World) -> Case:
    """A leak between neighbours, recorded and acknowledged; the neighbour has never met the desk."""
    mediator = await world.staff("李敏")
    applicant = await world.resident("张秀英")
    request = await record(world, applicant, LEAK)
    assert request.domain == "mediation"
    await mediator.clicks("受理")
    return Case(world, applicant, mediator, world.person("周强"), request)


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
