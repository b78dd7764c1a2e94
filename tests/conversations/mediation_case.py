"""A mediation case that stories begin with: who is in it, and the way to where they start."""

import re
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from storage.mediation_tables import MediationCase
from storage.tables import Event, Request
from tests.conversations.chat import Actor, World
from tests.conversations.stories import LEAK, record

SECRET_A = "甲方心里话：其实三千块我也认"
SECRET_B = "乙方心里话：我最多出两千块"


class Case:
    """A mediation request in hand: the applicant, the handler who mediates, and the other party."""

    def __init__(self, world: World, applicant: Actor, mediator: Actor, other: Actor, request: Request) -> None:
        self.world, self.applicant, self.mediator, self.other, self.request = world, applicant, mediator, other, request

    @classmethod
    async def begin(cls, world: World) -> "Case":
        """A leak between neighbours, recorded and acknowledged; the neighbour has never met the desk."""
        mediator = await world.staff("李敏")
        applicant = await world.resident("张秀英")
        request = await record(world, applicant, LEAK)
        assert request.domain == "mediation"
        await mediator.clicks("受理")
        return cls(world, applicant, mediator, world.person("周强"), request)

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

    async def tick(self, **by: float) -> None:
        """Time passes and the clock's sweep comes by."""
        self.world.now += timedelta(**by)
        await self.world.app.clock.case_reminders()
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
