"""One day at the desk, lived through in one go: an old person who dictates, somebody with three open requests, and an
angry neighbour; one worker and one manager."""

from knowledge.lifecycle import Role, Status
from storage.tables import Rating
from tests.conversations.chat import Actor, World
from tests.conversations.stories import ALLOWANCE, JOBS, MEALS, count, messages, record

DICTATED = "你好我想问一哈就是那个我老汉满了九十岁那个高龄津贴啷个办哦"
PAPERS = "材料我都放在门卫那里了"
NOISE = "隔壁天天半夜放音乐！！！吵得老子觉都睡不成！！！！"


async def an_old_person(world: World) -> Actor:
    """Speaks as on the telephone, without marks, and never taps."""
    old = await world.resident("王大爷", elder_mode=True)
    await old.says("喂")
    old.sees("直接说")
    await old.says(DICTATED)
    card = old.sees("高龄津贴", "答应您")
    assert [words for words, _ in card.buttons] == ["1 确认登记", "2 不是这个", "3 转人工"]
    await old.says("要得")
    old.sees("登记好了", "李敏负责到底")
    await old.says("嗯 谢谢你哈")
    old.sees("不客气")
    await old.says("还要多久哦")
    old.sees("高龄津贴", "待受理", "前办结")
    await old.says("那个存折要不要带哦")
    old.sees("已转给李敏")
    return old


async def three_requests(world: World) -> Actor:
    """Each word finds its request, or is asked about with one tap."""
    ann = await world.resident("陈姐")
    for need in (MEALS, ALLOWANCE, JOBS):
        await record(world, ann, need)
    await ann.says("还要多久哦")
    ann.sees("3 件还在办")
    await ann.says(PAPERS)
    ann.sees("给谁")
    await ann.says("好")
    await ann.clicks("说给李敏（最低生活保障）")
    ann.sees("已转给李敏")
    await ann.clicks("说完了")
    return ann


async def an_angry_neighbour(world: World) -> Actor:
    """Marks, haste and complaints about the office are neither danger nor another need."""
    angry = await world.resident("赵师傅")
    await angry.says(NOISE)
    angry.sees("噪音扰民")
    await angry.says("你们到底管不管？？？")
    angry.sees("噪音扰民")
    await angry.says("确认登记")
    angry.sees("登记好了")
    await angry.says("搞快点！！！")
    angry.sees("已经催了李敏")
    await angry.says("人工！！！")
    angry.sees("市民热线")
    await angry.clicks("说给李敏")
    await angry.says("都等了一天了还没人来")
    return angry


async def test_one_day(world: World) -> None:
    """Five requests, nobody alarmed, every word with whom it was meant for, and each rated as it was said."""
    worker = await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    old = await an_old_person(world)
    ann = await three_requests(world)
    angry = await an_angry_neighbour(world)
    requests = {r.service_id: r for r in await world.requests()}
    assert len(requests) == 5
    assert not any(r.danger for r in requests.values())
    noise, allowance = requests["mediation.noise"], requests["elderly.subsistence_allowance"]
    assert noise.text == f"{NOISE}\n你们到底管不管？？？"
    said = [(m.request_id, m.text) for m in await messages(world)]
    assert (allowance.id, PAPERS) in said
    assert (noise.id, "都等了一天了还没人来") in said
    for request in requests.values():
        await worker.presses(f"r:acknowledge:{request.id}:")
        await worker.presses(f"r:resolve:{request.id}:")
        await worker.says("办好了，结果已经告诉您了")
    await old.says("满意得很")
    await angry.says("不满意得很")
    manager.sees("不满意")
    await ann.says("满意得很")
    assert len(ann.last.buttons) == 3
    await ann.presses(f"r:rate:{allowance.id}:4")
    ann.sees("谢谢")
    closed = {r.service_id for r in await world.requests() if r.status is Status.CLOSED}
    assert closed == {"elderly.age_allowance", "mediation.noise", "elderly.subsistence_allowance"}
    assert await count(world, Rating) == 3
