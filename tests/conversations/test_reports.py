"""Reports in chat: 月报, 周报, 报表 …, the three lists, the link to the page; and what comes by itself."""

import io
from datetime import timedelta

import pytest
from PIL import Image

from handlers.charts import FONT
from knowledge.lifecycle import Role
from storage.report_tables import ProjectState
from tests.conversations.chat import Actor, Shown, World
from tests.conversations.stories import JOBS, MEALS, rated


async def seven_rated(world: World) -> Actor:
    """Five meals rated 5 5 4 3 1 and two jobs rated 4 and 2; the manager of all this."""
    worker, manager = await world.staff("李敏"), await world.staff("王芳", Role.MANAGER)
    for level in ("非常满意", "非常满意", "满意", "基本满意", "非常不满意"):
        await rated(world, worker, MEALS, level)
    for level in ("满意", "不满意"):
        await rated(world, worker, JOBS, level)
    manager.seen = len(manager.shown)
    return manager


def picture_of(shown: Shown) -> Image.Image:
    assert shown.kind == "photo"
    return Image.open(io.BytesIO(shown.method.photo.data))  # type: ignore[attr-defined]


async def test_the_month_by_hand(world: World) -> None:
    """7 recorded, closed and rated; satisfied 5 of 7 = 71.4 %, good 4 of 7, mean 25/7; jobs are too few for a rate."""
    manager = await seven_rated(world)
    await manager.says("月报")
    shown = manager.sees("月报", "登记 7 件，结案 7 件，评价 7 件（覆盖率 100.0%）")
    assert "满意度 71.4%，好评率 57.1%，平均 3.43 分" in shown.text
    assert "差评 2 件" in shown.text
    assert "养老服务：80.0%" in shown.text
    assert "就业服务：满意 1／评价 2" in shown.text
    assert picture_of(shown).width == 900
    assert [words for words, _ in shown.buttons] == ["网页看报表", "导出满意度", "三张清单", "总览"]


@pytest.mark.parametrize(
    ("words", "seen"),
    [
        ("周报", "登记 7 件"),
        ("报表", "月报（2026-11）"),
        ("报表 2026-11 养老", "月报 · 养老服务（2026-11）"),
        ("报表 上月", "登记 0 件"),
        ("报表 黄桷", "月报 · 黄桷社区（2026-11）"),
        ("报表 李敏", "月报 · 李敏（首问责任人）（2026-11）"),
        ("报表 承办 李敏", "月报 · 李敏（承办人）（2026-11）"),
        ("报表 2026", "年报（2026）"),
        ("报表 2026-11-23", "报表（2026-11-23~2026-11-23）"),
        ("报表 明年 张三", "没看懂：明年 张三"),
    ],
)
async def test_what_was_meant(world: World, words: str, seen: str) -> None:
    """A time, a domain, a community, somebody as first responder or as handler; what was not understood is named."""
    manager = await seven_rated(world)
    await manager.says(words)
    manager.sees(seen)


async def test_a_year_says_what_was_wrong_and_where_the_rest_is(world: World) -> None:
    """How many were dissatisfied, and what became of it; times and transfers are on the page and in the export."""
    manager = await seven_rated(world)
    await manager.says("报表 2026")
    shown = manager.sees("年报（2026）", "登记 7 件，结案 7 件", "满意度 71.4%", "差评 2 件；按时整改 —")
    assert shown.text.endswith("按时率、用时、转办和走势，请点“网页看报表”或“导出满意度”。")


async def test_only_the_own_areas(world: World) -> None:
    """Another community's manager sees nothing of it, and a worker no report at all."""
    await seven_rated(world)
    await world.add_area("DS", "大石坝社区")
    other = await world.staff("外经理", Role.MANAGER, area="DS")
    await other.says("月报")
    other.sees("登记 0 件")
    await other.says("报表 黄桷")
    other.sees("没看懂：黄桷")
    worker = await world.staff("周强")
    for data in ("p:report:month", "p:lists:needs", "p:page:", "p:project:1.done"):
        await worker.presses(data)
        worker.sees("不归您办")


async def test_it_comes_by_itself_once(world: World) -> None:
    """On Monday morning the last week, once; nothing where nothing happened."""
    manager = await seven_rated(world)
    await world.add_area("DS", "大石坝社区")
    idle = await world.staff("外经理", Role.MANAGER, area="DS")
    world.now += timedelta(days=7)  # the next Monday
    for _ in range(2):
        await world.app.clock.reports()
        await world.quiet()
    assert sum("周报（2026-11-23~2026-11-29）" in shown.text for shown in manager.unread) == 1
    assert idle.shown == []


async def test_needs_become_a_project_that_a_manager_decides(world: World) -> None:
    """Six ask for a bench where no service offers one: grouped, without their names; proposed, accepted, done."""
    await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    for number in range(6):
        resident = await world.resident(f"陈光明{number}")
        await resident.says("转人工")
        await resident.says(f"陈光明{number}说{number}号楼下面想要一个长条椅子歇脚")
    world.now += timedelta(days=1)  # looked through once a day
    await world.app.clock.reports()
    await manager.says("三张清单")
    needs = manager.sees("居民需求", "没有对上服务事项的 6 件", "6 件，例如", "长条椅子歇脚")
    assert "陈光明" not in needs.text
    picture_of(needs)
    await manager.clicks("服务资源")
    manager.sees("李敏", "在办 6 件")
    await manager.clicks("民生项目")
    manager.sees("民生项目", "一个长条椅子歇", "6 件，待定")
    await manager.clicks("立项：")
    manager.sees("已立项")
    await manager.presses("p:project:1.accepted")
    manager.sees("过时")
    await manager.presses("p:lists:projects")
    await manager.clicks("办成了")
    await manager.presses("p:lists:projects")
    manager.sees("已办成")
    assert {state.value for state in ProjectState} == {"proposed", "accepted", "done", "dropped"}


async def test_no_page_no_link(world: World) -> None:
    """Where the web server is off, the button says so."""
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.presses("p:page:")
    manager.sees("网页没有开")


@pytest.mark.parametrize("data", ["p:report:nix", "p:lists:nix", "p:project:x.done", f"p:project:{'9' * 30}.done"])
async def test_forged_buttons(world: World, data: str) -> None:
    """Answered as a button that is not one."""
    manager = await world.staff("王芳", Role.MANAGER)
    await manager.presses(data)
    manager.sees("过时")


def test_the_font_has_every_character_of_our_texts() -> None:
    """No box in a picture: whatever the desk says can be drawn, and any name in the common characters."""
    from fontTools.ttLib import TTFont  # a test tool only

    from handlers.texts import texts

    known = set(TTFont(FONT).getBestCmap())
    catalogue = "黄桷垭口沱镇社区街道·／—…（）％"
    said = "".join(texts().get("zh", f"measure-{m}") for m in ("satisfaction", "good-rate", "poor")) + catalogue
    assert {c for c in said if ord(c) not in known} == set()
