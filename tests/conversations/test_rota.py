"""The duty rota in chat: a manager plans, imports, writes down leave and ends a post; requests follow it."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select

from handlers import rota_import
from handlers.rota_view import Turn
from knowledge.lifecycle import Role
from storage import rota
from storage.rota_tables import Duty
from storage.tables import Outbox
from tests.conversations.chat import Actor, Shown, World

HEAD = ["姓名", "星期", "开始", "结束", "领域"]
Files = Callable[[str, bytes], dict[str, Any]]


@pytest.fixture
def files(world: World, monkeypatch: pytest.MonkeyPatch) -> Files:
    """Puts a file where the bot fetches files from; returns the document to send."""
    kept: dict[str, bytes] = {}

    async def download(file: str) -> io.BytesIO:
        return io.BytesIO(kept[file])

    monkeypatch.setattr(world.app.bots["telegram"], "download", download)

    def put(name: str, content: bytes) -> dict[str, Any]:
        kept[name] = content
        return {"file_id": name, "file_unique_id": name, "file_name": name, "file_size": len(content)}

    return put


def workbook(*rows: list[Any]) -> bytes:
    book, stream = Workbook(), io.BytesIO()
    for row in (HEAD, *rows):
        book.worksheets[0].append(row)
    book.save(stream)
    return stream.getvalue()


def opened(shown: Shown) -> list[list[Any]]:
    """The rows of the first sheet of a workbook that was sent."""
    content = io.BytesIO(shown.method.document.data)  # type: ignore[attr-defined]
    return [list(row) for row in load_workbook(content).worksheets[0].iter_rows(values_only=True)]


async def lines(world: World) -> list[tuple[Any, ...]]:
    async with world.app.database.read() as session:
        rows = (await session.execute(select(Duty).order_by(Duty.person_id, Duty.weekday, Duty.day))).scalars()
        return [(d.weekday, d.day and str(d.day), d.start and f"{d.start:%H:%M}", tuple(d.domains)) for d in rows]


async def ask(world: World, name: str = "张秀英") -> Actor:
    """Somebody asks for meals; returns them after the request is recorded."""
    resident = await world.resident(name)
    await resident.says("屋头没人煮饭，社区有没有送饭的")
    await resident.clicks("确认登记")
    return resident


async def test_a_manager_plans_a_week_and_sees_the_holes(world: World) -> None:
    """一人多岗 by tapping: who, which days, which part, which domains; what is not covered shows at once."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("总览")
    await manager.clicks("值班表")
    manager.sees("黄桷社区值班表", "没有排班、随时在岗：李敏", "大家都算随时在岗")

    await manager.clicks("某人值班")
    await manager.clicks("李敏")
    await manager.clicks("周三")
    await manager.clicks("周四")
    await manager.clicks("周一")
    await manager.clicks("√ 周四")
    manager.sees("李敏：周一、周三")
    await manager.clicks("选好了")
    await manager.clicks("上午 09:00–12:00")
    await manager.clicks("养老服务")
    await manager.clicks("人民调解")
    assert [words for words, _ in manager.last.buttons if words.startswith("√")] == ["√ 养老服务", "√ 人民调解"]
    await manager.clicks("选好了")
    manager.sees("排好了：李敏，周一、周三，09:00–12:00，养老服务、人民调解")
    view = manager.sees("11月23日（周一） 李敏 09:00–12:00 养老服务、人民调解", "空岗")
    assert "11月23日（周一） 13:00–18:00：没有人" in view.text
    assert "11月28日（周六） 休息日" in view.text
    domains = ("elderly_care", "mediation")
    assert await lines(world) == [(0, None, "09:00", domains), (2, None, "09:00", domains)]


async def test_one_date_and_a_day_off_in_chat(world: World) -> None:
    """A single date is typed; 不值班 takes the weekdays off again."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    await manager.clicks("某人值班")
    await manager.clicks("李敏")
    await manager.clicks("只排某一天")
    await manager.says("昨天吧")
    manager.sees("没看懂这个日期")
    await manager.says("11-28")
    await manager.clicks("全天 09:00–18:00")
    await manager.clicks("全部领域")
    manager.sees("11月28日（周六） 李敏 09:00–18:00")
    assert await lines(world) == [(None, "2026-11-28", "09:00", ())]
    await manager.clicks("某人值班")
    await manager.clicks("李敏")
    await manager.clicks("只排某一天")
    await manager.says("11月28日")
    await manager.clicks("不值班")
    manager.sees("李敏（11月28日（周六））不值班")
    assert await lines(world) == [(None, "2026-11-28", None, ())]


async def test_importing_is_all_or_nothing(world: World, files: Files) -> None:
    """Two wrong rows: both are named with their numbers and nothing changes; put right, all of it is there."""
    await world.staff("李敏")
    await world.staff("王强")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    await manager.clicks("导入")
    manager.sees("换掉现在的整张值班表")
    good = ["李敏", "周一至周五", "09:00", "12:00", "养老服务、法律援助"]
    wrong = workbook(good, ["李梅", "周一", "13:00", "18:00", None], ["王强", "周一至周五", "13:00", "8:00", None])
    await manager.says(None, document=files("wrong.xlsx", wrong))
    manager.sees("收到，正在看")
    said = manager.sees("没有导入", "2 处")
    assert "第 3 行：这个社区没有「李梅」这个同事" in said.text
    assert "第 4 行：结束比开始早（13:00-08:00）" in said.text
    assert await lines(world) == []

    await manager.clicks("值班表")
    await manager.clicks("导入")
    right = workbook(good, ["王强", "周一至周五", "13:00", "18:00", None])
    await manager.says(None, document=files("right.xlsx", right))
    manager.sees("导入好了：2 人，10 段值班")
    assert len(await lines(world)) == 10
    await manager.says("值班表")
    manager.sees("11月24日（周二） 李敏 09:00–12:00 养老服务、法律援助；王强 13:00–18:00", "空岗")


async def test_what_is_exported_can_be_imported(world: World, files: Files) -> None:
    """The exported file gives the same rota back, with a date, a day off, midnight and domains."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    rows = [
        ["李敏", "周一、周三", "09:00", "12:00", "养老服务、人民调解"],
        ["李敏", "2026-11-27", None, None, None],
        ["李敏", "2026-11-28", "18:00", "24:00", None],
    ]
    await manager.says("值班表")
    await manager.clicks("导入")
    await manager.says(None, document=files("rota.xlsx", workbook(*rows)))
    manager.sees("导入好了")
    before = await lines(world)
    await manager.clicks("值班表")
    await manager.clicks("导出")
    sent = next(shown for shown in manager.shown if shown.kind == "document")
    assert opened(sent) == [HEAD, *rows]
    await manager.says("值班表")
    await manager.clicks("导入")
    again = sent.method.document.data  # type: ignore[attr-defined]
    await manager.says(None, document=files("again.xlsx", again))
    manager.sees("导入好了")
    assert await lines(world) == before


async def test_the_template_is_ready_to_be_sent_back(world: World, files: Files) -> None:
    """The template holds everybody's name, and the desk still waits for the file after it."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    await manager.clicks("导入")
    await manager.clicks("要一份模板")
    sent = next(shown for shown in manager.shown if shown.kind == "document")
    assert opened(sent) == [HEAD, ["李敏", "周一至周五", "09:00", "18:00", None]]
    await manager.says(None, document=files("t.xlsx", sent.method.document.data))  # type: ignore[attr-defined]
    manager.sees("导入好了：1 人，5 段值班")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
async def test_csv_as_office_programs_write_it(world: World, files: Files, encoding: str) -> None:
    """CSV in UTF-8 or in the encoding that Excel writes on Chinese Windows."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    stream = io.StringIO()
    csv.writer(stream).writerows([HEAD, ["李敏", "周一、周二", "9:00", "12：00", ""]])
    await manager.says("值班表")
    await manager.clicks("导入")
    await manager.says(None, document=files("rota.csv", stream.getvalue().encode(encoding)))
    manager.sees("导入好了：1 人，2 段值班")


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("rota.xlsx", b"PK\x03\x04 broken", "打不开"),
        ("rota.csv", b"\x00\x01\x02", "打不开"),
        ("rota.csv", b"\xff\xfe\xff", "打不开"),
        ("rota.csv", "姓名,星期\n".encode(), "第 1 行：要有这几列的标题"),
        ("rota.csv", b"", "一行值班也没有"),
        ("rota.csv", b"," * 1_100_000, "太大了"),
        ("rota.pdf", b"%PDF", "请发一个 Excel"),
    ],
)
async def test_files_that_are_no_rota(world: World, files: Files, name: str, content: bytes, sentence: str) -> None:
    """Broken, empty, too large or of another kind: one plain sentence, and the rota stays."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    await manager.clicks("导入")
    await manager.says(None, document=files(name, content))
    manager.sees(sentence)
    assert await lines(world) == []


async def test_a_file_that_is_gone_is_asked_for_again(world: World, files: Files) -> None:
    """When the channel has no such file any more, the manager is told instead of waiting for ever."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    await manager.clicks("导入")
    document = files("rota.csv", b"x") | {"file_id": "gone"}
    await manager.says(None, document=document)
    manager.sees("没有导入", "请再发一次")


async def test_an_import_is_carried_out_once(world: World, files: Files) -> None:
    """A second courier that comes upon the same row does nothing and says nothing."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    await manager.clicks("导入")
    content = workbook(["李敏", "周一", "09:00", "12:00", None])
    await manager.says(None, document=files("rota.xlsx", content))
    manager.sees("导入好了")
    async with world.app.database.write() as session:
        row = (await session.execute(select(Outbox).where(Outbox.kind == rota_import.KIND))).scalar_one()
        await rota.replace(session, row.payload["area"], [])
    assert await rota_import.carry_out(world.app.database, row, content, world.app.office, world.now) == []
    assert await lines(world) == []


async def test_the_next_request_goes_to_the_substitute(world: World) -> None:
    """请假 with a substitute (AB岗): both are told, the next request is theirs, and cancelling gives it back."""
    worker = await world.staff("李敏")
    substitute = await world.staff("王强")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    for name, day in (("李敏", "周一至周五"), ("王强", "周六")):
        await manager.clicks("某人值班")
        await manager.clicks(name)
        await manager.clicks(day)
        if day == "周六":
            await manager.clicks("选好了")
        await manager.clicks("全天")
        await manager.clicks("全部领域")
    await ask(world, "陈婆婆")
    worker.sees("新诉求", "陈婆婆")

    await manager.clicks("请假")
    await manager.clicks("李敏")
    await manager.says("11-23 到 11-25")
    manager.sees("谁替")
    await manager.clicks("王强")
    view = manager.sees("黄桷社区值班表", "李敏：11月23日（周一） – 11月25日（周三），王强替")
    assert "王强 09:00–18:00（替李敏）" in view.text
    assert "两周内没有空岗" in view.text
    worker.sees("值班有变动", "王强替")
    substitute.sees("值班有变动", "王强替")
    resident = await ask(world, "周爷爷")
    substitute.sees("新诉求", "周爷爷")
    resident.sees_not("李敏")

    await manager.clicks("取消请假")
    await manager.clicks("王强替")
    worker.sees("值班照旧")
    await ask(world, "吴阿姨")
    worker.sees("新诉求", "吴阿姨")


async def test_at_night_urgent_needs_go_to_the_manager_and_others_wait_for_the_morning(world: World) -> None:
    """A rota by day: what is recorded at night belongs to the morning's duty, danger to the manager now."""
    worker = await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    for choice in ("某人值班", "李敏", "周一至周五", "全天", "全部领域"):
        await manager.clicks(choice)
    await world.later(hours=13)
    await ask(world)
    worker.sees("新诉求", "张秀英")
    resident = await world.resident("陈婆婆")
    await resident.says("我老伴晕倒了，叫不醒")
    found = {request.text: request for request in await world.requests()}
    urgent = found["我老伴晕倒了，叫不醒"]
    assert urgent.urgent
    assert urgent.first_responder_id == (await world.who(manager)).id


async def test_a_worker_sees_their_own_and_changes_nothing(world: World) -> None:
    """值班表 typed by a worker is their own week; the buttons of managers do nothing for them, however forged."""
    worker = await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    for choice in ("某人值班", "李敏", "周一至周五", "上午", "养老服务", "选好了"):
        await manager.clicks(choice)
    await worker.says("值班表")
    view = worker.sees("我在黄桷社区的值班", "11月24日（周二） 09:00–12:00 养老服务")
    assert "11月28日（周六） 不值班" in view.text
    assert view.buttons == []
    before = await lines(world)
    me = (await world.who(worker)).id
    await worker.presses(Turn(act="save", area=1, person=me, arg="31.o.0").pack())
    assert await lines(world) == before


async def test_another_areas_rota_is_out_of_reach(world: World) -> None:
    """A manager plans their own area and those under it, and no other; forged buttons change nothing."""
    await world.add_area("BC", "北仓社区")
    worker = await world.staff("李敏")
    stranger = await world.staff("赵兰", Role.MANAGER, area="BC")
    me = (await world.who(worker)).id
    forged = (
        Turn(act="save", area=1, person=me, arg="31.d.0"),
        Turn(act="stand", area=1, person=me, arg="20261123-20261124-0"),
        Turn(act="depart", area=1, person=me, arg="0"),
        Turn(act="export", area=1),
        Turn(act="save", area=2, person=me, arg="31.d.0"),
        Turn(act="save", area=2, person=(await world.who(stranger)).id, arg="x.y.z"),
        Turn(act="stand", area=2, person=(await world.who(stranger)).id, arg="tomorrow"),
        Turn(act="unleave", area=2, arg="1"),
        Turn(act="save", area=10**18, person=10**18, arg="31.d.0"),
        Turn(act="nothing", area=2),
    )
    for turn in forged:
        await stranger.presses(turn.pack())
        stranger.sees("这个按钮已经过时了")
    assert await lines(world) == []
    async with world.app.database.read() as session:
        assert len(await rota.staff(session, 1, world.now)) == 1


async def test_who_leaves_hands_over_everything(world: World) -> None:
    """离岗: the open work goes to one colleague with the residents told, then the post is over."""
    worker = await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    resident = await ask(world)
    worker.sees("新诉求")
    heir = await world.staff("王强")
    await manager.says("值班表")
    await manager.clicks("有人离岗")
    assert [words for words, _ in manager.last.buttons] == ["李敏", "王强", "取消"]
    await manager.clicks("李敏")
    manager.sees("李敏手上还有 1 件")
    await manager.clicks("王强")
    manager.sees("李敏已离岗，交接 1 件")
    heir.sees("张秀英")
    resident.sees("王强")
    [request] = await world.requests()
    assert {request.first_responder_id, request.handler_id} == {(await world.who(heir)).id}
    await worker.says("我的任务")
    worker.sees_not("张秀英")
    async with world.app.database.read() as session:
        names = [person.name for person in await rota.staff(session, request.area_id, world.now)]
    assert sorted(names) == ["王强", "王芳"]


async def test_the_morning_word_about_holes(world: World) -> None:
    """The notice of the sweep names the holes and leads to the rota."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.says("值班表")
    for choice in ("某人值班", "李敏", "周一至周五", "上午", "全部领域"):
        await manager.clicks(choice)
    rules = world.app.office.rules
    async with world.app.database.write() as session:
        domains = [domain.id for domain in rules.catalogue.domains]
        assert await rota.report_holes(session, world.now, rules.office(), domains) == 1
    manager.seen = len(manager.shown)
    await world.quiet()
    said = manager.sees("黄桷社区两周内有空岗", "11月23日（周一） 13:00–18:00：没有人")
    assert "还有 2 处" in said.text
    await manager.clicks("值班表", said)
    manager.sees("黄桷社区值班表")
