"""The whole round on Telegram as a list of steps: what somebody does, and what is then seen, and by whom."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from tests.live.botapi import BotApi
from tests.live.office import Office
from tests.live.people import JPEG, Person
from tests.live.records import Message

PHOTO_IN, PHOTO_BACK = JPEG + b"the kitchen", JPEG + b"the lunch box"
NEED = "屋头没人煮饭，社区有没有送饭的"


@dataclass
class Story:
    """Three people and an office; the codes are those the manager printed for staff."""

    office: Office
    api: BotApi
    worker_code: str
    manager_code: str
    resident: Person = field(init=False)
    worker: Person = field(init=False)
    manager: Person = field(init=False)
    said: dict[str, Message] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.resident = Person(self.api, 7001, "张秀英")
        self.worker = Person(self.api, 7002, "李敏")
        self.manager = Person(self.api, 7003, "王芳")

    # -- joining

    async def worker_joins(self) -> None:
        await self.worker.send(f"/start {self.worker_code}")

    async def worker_is_in(self) -> None:
        await self.worker.sees("李敏，欢迎")

    async def manager_joins(self) -> None:
        await self.manager.send(f"/start {self.manager_code}")

    async def manager_is_in(self) -> None:
        await self.manager.sees("您是黄桷社区的管理者")

    # -- the need

    async def resident_says(self) -> None:
        await self.resident.send(NEED)

    async def consent_is_asked(self) -> None:
        assert self.resident.buttons(await self.resident.sees("您同意吗")) == ["同意", "不同意"]

    async def resident_agrees(self) -> None:
        await self.resident.click("同意")

    async def card_is_shown(self) -> None:
        card = await self.resident.sees("老年助餐")
        assert self.resident.buttons(card)[:2] == ["确认登记", "不是这个"]

    async def resident_confirms(self) -> None:
        await self.resident.click("确认登记")

    async def number_is_given(self) -> None:
        recorded = await self.resident.sees("登记好了")
        assert "首问责任人：李敏" in recorded.text
        self.said["card"] = await self.worker.sees("新诉求")
        assert NEED in self.said["card"].text

    # -- the work

    async def worker_takes_it(self) -> None:
        await self.worker.click("受理")

    async def both_know(self) -> None:
        await self.worker.sees("已受理")
        await self.resident.sees("李敏已受理")

    async def resident_writes(self) -> None:
        await self.resident.send("我爱人牙不好，要软的")

    async def worker_reads(self) -> None:
        self.said["relayed"] = await self.worker.sees("牙不好")

    async def resident_sends_a_photo(self) -> None:
        await self.resident.photo(PHOTO_IN, caption="厨房在这里")

    async def worker_sees_the_photo(self) -> None:
        shown = await self.worker.sees("厨房在这里", kind="photo")
        assert self.worker.data_of(shown) == PHOTO_IN

    async def worker_answers(self) -> None:
        await self.worker.send("好的，送软饭", reply_to=self.said["relayed"])

    async def resident_reads(self) -> None:
        await self.resident.sees("送软饭")

    async def worker_sends_a_photo(self) -> None:
        await self.worker.photo(PHOTO_BACK, caption="今天的饭", reply_to=self.said["card"])

    async def resident_sees_the_photo(self) -> None:
        shown = await self.resident.sees("今天的饭", kind="photo")
        assert self.resident.data_of(shown) == PHOTO_BACK

    # -- the end of it

    async def worker_finishes(self) -> None:
        await self.worker.click("办结")

    async def outcome_is_asked(self) -> None:
        await self.worker.sees("请写办理结果")

    async def worker_tells_the_outcome(self) -> None:
        await self.worker.send("已安排每天中午送软饭到家")

    async def resident_hears_it(self) -> None:
        shown = await self.resident.sees("送软饭到家")
        assert "非常满意" in self.resident.buttons(shown)

    async def resident_rates(self) -> None:
        await self.resident.click("非常满意")

    async def rating_is_known(self) -> None:
        await self.resident.sees("谢谢您的评价")
        await self.worker.sees("评价非常满意")

    # -- the summary

    async def manager_looks(self) -> None:
        await self.manager.send("总览")

    async def figures_are_right(self) -> None:
        told = [(await self.manager.sees("总览")).text]
        if "登记 1 件" not in told[0]:  # the month turned while the round was played
            await self.manager.click("上月")
            told.append((await self.manager.sees("登记 1 件")).text)
        assert any("评价 1 件" in text for text in told)

    async def manager_exports(self) -> None:
        await self.manager.click("导出满意度")
        await self.manager.sees("哪一段时间")
        await self.manager.click("本月")
        await self.manager.sees("哪种文件")
        await self.manager.click("Excel")

    async def file_comes(self) -> None:
        shown = await self.manager.sees("", kind="document")
        assert self.manager.data_of(shown).startswith(b"PK")


Act = Callable[[Story], Awaitable[None]]
STEPS: list[tuple[Act, Act]] = [
    (Story.worker_joins, Story.worker_is_in),
    (Story.manager_joins, Story.manager_is_in),
    (Story.resident_says, Story.consent_is_asked),
    (Story.resident_agrees, Story.card_is_shown),
    (Story.resident_confirms, Story.number_is_given),
    (Story.worker_takes_it, Story.both_know),
    (Story.resident_writes, Story.worker_reads),
    (Story.resident_sends_a_photo, Story.worker_sees_the_photo),
    (Story.worker_answers, Story.resident_reads),
    (Story.worker_sends_a_photo, Story.resident_sees_the_photo),
    (Story.worker_finishes, Story.outcome_is_asked),
    (Story.worker_tells_the_outcome, Story.resident_hears_it),
    (Story.resident_rates, Story.rating_is_known),
    (Story.manager_looks, Story.figures_are_right),
    (Story.manager_exports, Story.file_comes),
]
"""Each step: what somebody does, and what must be seen of it."""


async def begin(office: Office, api: BotApi) -> Story:
    """Add the community and invite its staff on the command line, as an operator does."""
    run = office.bot.run
    await run("area", "add", "HJ", "黄桷社区", "--phone", "023-12345678")
    worker = await run("invite", "worker", "--area", "HJ", "--name", "李敏")
    manager = await run("invite", "manager", "--area", "HJ", "--name", "王芳")
    return Story(office, api, worker.out.strip(), manager.out.strip())


def judge(story: Story) -> None:
    """One request, one rating, each thing said once, whatever happened on the way."""
    office = story.office
    assert office.rows("SELECT status, service_id FROM request") == [("closed", "elderly.meals")]
    assert office.rows("SELECT level FROM rating") == [(5,)]
    assert office.count("message") == 4
    assert office.count("staff", "until IS NULL") == 2
    assert office.count("person") == 3
    acts = [act for (act,) in office.rows("SELECT action FROM event ORDER BY id")]
    assert [act for act in acts if act in ("record", "acknowledge", "resolve", "rate")] == [
        "record", "acknowledge", "resolve", "rate",
    ]  # fmt: skip
    assert office.count("handled_update", "error IS NOT NULL") == 0
