"""One running process while Telegram, the database and people misbehave: nothing is lost, nobody else is disturbed."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from itertools import count

import pytest
import pytest_asyncio

from knowledge.lifecycle import Role
from tests.live.botapi import BotApi
from tests.live.office import Office
from tests.live.people import Person

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATIENCE = 30.0
CROWD = 20


class Town:
    """The office with its staff, and residents nobody has heard of yet."""

    def __init__(self, office: Office, api: BotApi) -> None:
        self.office, self.api = office, api
        self.worker, self.manager = Person(api, 1, "李敏"), Person(api, 2, "王芳")
        self.residents = [Person(api, 100 + n, f"居民{n}") for n in range(CROWD)]
        self._free = iter(self.residents)

    async def resident(self) -> Person:
        """The next resident, with the menu before them."""
        somebody = next(self._free)
        await somebody.send("/start")
        await somebody.sees("您好")
        return somebody

    async def recorded(self) -> Person:
        """A resident with an open request, whose card the worker has seen."""
        somebody = await self.resident()
        await somebody.send("转人工")
        await somebody.sees("请说您的事")
        await somebody.send(f"我是{somebody.name}，楼道灯坏了")
        await somebody.sees("登记好了")
        await self.worker.sees(f"我是{somebody.name}")
        return somebody


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    async with BotApi() as api:
        office = Office(tmp_path_factory.mktemp("town"), api)
        made = Town(office, api)
        await office.open({made.worker: Role.WORKER, made.manager: Role.MANAGER, **dict.fromkeys(made.residents)})
        async with office.bot as bot:
            for member in (made.worker, made.manager):
                await member.send("/start")
                await member.sees("您好")
            yield made
        assert "Traceback" not in bot.output


async def test_updates_that_cannot_be_fetched_come_later(town: Town) -> None:
    """Server errors, lost connections and a web page instead of an answer, one after another."""
    resident = await town.resident()
    for code in (502, "drop", 500):
        town.api.fail("getUpdates", code=code)  # type: ignore[arg-type]
    town.api.fail("getUpdates", code=429, retry_after=1)
    await resident.send("我的诉求")
    await resident.sees("没有在办的诉求", timeout=PATIENCE)
    await resident.send("谢谢")
    await resident.sees("不客气", timeout=PATIENCE)


async def test_a_limit_is_obeyed_and_nothing_overtakes(town: Town) -> None:
    """429 puts the chat off for as long as it says; what is said meanwhile comes behind, in order."""
    resident, other = await town.resident(), await town.resident()
    town.api.fail("sendMessage", chat_id=resident.user_id, code=429, retry_after=3)
    await resident.send("谢谢")
    assert await town.api.until(lambda: town.api.calls[-1].error or town.api.calls[-2].error, PATIENCE)
    await resident.send("我的诉求")
    await other.send("谢谢")
    await other.sees("不客气")
    assert not resident.unread
    await resident.sees("不客气", timeout=PATIENCE)
    await resident.sees("没有在办的诉求")
    words = [m.text for m in resident.messages][-2:]
    assert "不客气" in words[0]
    assert "没有在办" in words[1]


@pytest.mark.parametrize("code", [500, "drop"])
async def test_an_answer_that_fails_is_sent_again(town: Town, code: int) -> None:
    """A server error and a lost connection are tried again."""
    resident = await town.resident()
    town.api.fail("sendMessage", chat_id=resident.user_id, times=2, code=code)  # type: ignore[arg-type]
    await resident.send("谢谢")
    await resident.sees("不客气", timeout=PATIENCE)
    assert sum("不客气" in m.text for m in resident.messages) == 1


async def test_who_blocks_the_bot_is_known_as_unreachable(town: Town) -> None:
    """Who answers hears that the words did not arrive, others go on, and whoever comes back is reachable again."""
    resident, other = await town.recorded(), await town.resident()
    card = town.worker.messages[-1]
    town.api.block(resident.user_id)
    await town.worker.send("什么时候在家？", reply_to=card)
    await town.worker.sees("收不到消息", timeout=PATIENCE)
    assert _unreachable(town, resident)
    await other.send("谢谢")
    await other.sees("不客气")
    town.api.unblock(resident.user_id)
    await resident.send("我回来了")
    await town.worker.sees("我回来了", timeout=PATIENCE)
    assert not _unreachable(town, resident)


async def test_a_403_marks_the_person_and_tells_the_manager_once(town: Town) -> None:
    """Found out only when something is to be said: they are marked, the manager told, others not disturbed."""
    resident, other = await town.recorded(), await town.resident()
    card = town.worker.messages[-1]
    town.api.fail(chat_id=resident.user_id, times=None, code=403)
    await town.worker.send("什么时候在家？", reply_to=card)
    await town.manager.sees(f"{resident.name}在聊天里联系不上了", timeout=PATIENCE)
    assert _unreachable(town, resident)
    await other.send("谢谢")
    await other.sees("不客气")
    await town.worker.send("请回个话", reply_to=card)
    await town.worker.sees("收不到消息", timeout=PATIENCE)
    town.api.heal()
    assert sum(f"{resident.name}在聊天里联系不上" in m.text for m in town.manager.messages) == 1


async def test_a_chat_that_is_gone_disturbs_nobody(town: Town) -> None:
    """«chat not found» marks the person, tells the manager, and is given up."""
    resident = await town.recorded()
    card = town.worker.messages[-1]
    town.api.vanish(resident.user_id)
    await town.worker.send("您好，请问几楼？", reply_to=card)
    await town.manager.sees(f"{resident.name}在聊天里联系不上了", timeout=PATIENCE)
    assert _unreachable(town, resident)


async def test_the_same_update_again_changes_nothing(town: Town) -> None:
    """Telegram may deliver an update twice; the second is not answered and not counted."""
    resident = await town.recorded()
    await resident.click("补充说明")
    await resident.sees("会转给")
    before = town.office.count("message"), town.office.count("request")
    await resident.send("灯在三楼")
    again = resident.last_update_id
    await town.worker.sees("灯在三楼")
    await resident.sees("已转给")
    resident.resend(again)
    await resident.send("谢谢你们")
    await town.worker.sees("谢谢你们")
    assert town.office.count("message") == before[0] + 2
    assert town.office.count("request") == before[1]
    assert sum("灯在三楼" in m.text for m in town.worker.messages) == 1


async def test_updates_that_cannot_be_read_let_others_through(town: Town) -> None:
    """Nonsense where a message should be, kinds nobody knows, and one with no content are passed by. `check` names what
    could not be read, and whoever can be made out is told."""
    resident = await town.resident()
    numbers, sent = count(1), []
    private = {"chat": {"id": resident.user_id, "title": 5}, "from": {"id": resident.user_id}}
    for poison in (
        {"message": {"message_id": "x", "chat": 5}},
        {"message": "你好"},
        {"edited_message": []},
        {"message": {"text": "煤气漏了", **private}},
        {},
        {"something_new": {"id": 1}},
        {
            "callback_query": {
                "id": "1",
                "from": resident.user,
                "chat_instance": "1",
                "data": "r:open:99999999999999999999:",
            }
        },
        {"message": {"message_id": 1, "date": 0, "chat": {"id": resident.user_id, "type": "private"}}},
    ):
        sent.append(resident.send_raw(poison))
        words = f"/nothing{next(numbers)}"
        await resident.send(words)
        await resident.sees("没有这个命令", timeout=PATIENCE)
    assert sum("没办成" in m.text for m in resident.messages) == 1
    told = (await town.office.bot.run("check", code=1)).out
    assert [number for number in sent if f"update {number} of" in told] == sent[:4]
    assert told.count("Unreadable") == 4
    with closing(sqlite3.connect(town.office.path, timeout=PATIENCE)) as book, book:
        book.execute("DELETE FROM handled_update WHERE error = 'Unreadable'")  # or `check` names them for days


async def test_a_locked_database_is_waited_for(town: Town) -> None:
    """While nothing can be written, who writes is told so once; afterwards everything said is answered in order."""
    resident = await town.resident()
    lock = sqlite3.connect(town.office.path, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        await resident.send("谢谢")
        await resident.send("我的诉求")
        await resident.sees("暂时存不上", timeout=PATIENCE)
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    await resident.sees("不客气", timeout=PATIENCE)
    await resident.sees("没有在办的诉求", timeout=PATIENCE)
    assert sum("暂时存不上" in m.text for m in resident.messages) == 1


async def test_a_group_is_asked_to_write_privately(town: Town) -> None:
    """In a group a command is answered with where to go, other talk is left alone."""
    resident = await town.resident()
    there = resident.in_group(-500)
    await there.send("大家好")
    await there.send("/start")
    await there.sees("私下")
    assert len(there.messages) == 1


async def test_every_command_works_beside_the_bot(town: Town) -> None:
    """While the process serves, an operator adds, invites, checks, exports and erases; whoever was invited gets in."""
    resident = await town.recorded()
    await town.office.quiet()
    run = town.office.bot.run
    assert "all is well" in (await run("check")).err
    await run("area", "add", "LX", "龙溪社区", "--phone", "023-1")
    assert "LX" in (await run("area", "list")).out
    assert "LX 龙溪社区: nobody answers" in (await run("check", code=1)).out
    code = (await run("invite", "worker", "--area", "LX", "--name", "赵强")).out
    newcomer = Person(town.api, 3, "老赵")
    await newcomer.send(f"/start {code.strip()}")
    await newcomer.sees("赵强，欢迎")
    summary = town.office.folder / "summary.xlsx"
    await run("export", "--from", "2026-01-01", "--to", "2026-12-31", "--out", str(summary))
    assert summary.read_bytes().startswith(b"PK")
    [(number,)] = town.office.rows(
        "SELECT number FROM request JOIN person ON person.id = resident_id WHERE chat_id = ?", resident.user_id
    )
    await run("erase", "--yes", "--number", number)
    assert town.office.count("person", f"name = '{resident.name}'") == 0
    assert (await run("audit")).out == ""


def _unreachable(town: Town, who: Person) -> bool:
    return bool(town.office.count("person", f"chat_id = {who.user_id} AND unreachable_at IS NOT NULL"))


async def test_the_log_holds_no_words_of_people(town: Town) -> None:
    """Nothing anybody said, and no number, stands in what the process wrote."""
    for words in ("楼道灯坏了", "灯在三楼", "什么时候在家"):
        assert words not in town.office.bot.output
