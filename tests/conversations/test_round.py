"""The main story: a resident asks, one person answers, the resident rates."""

from knowledge.lifecycle import Role, Status
from tests.conversations.chat import World


async def test_the_whole_round(world: World) -> None:
    """From the first word to the rating, with everybody told what concerns them."""
    worker = await world.staff("李敏")
    manager = await world.staff("王芳", Role.MANAGER)
    resident = world.person("张秀英")

    await resident.says("屋头没人煮饭，社区有没有送饭的")
    resident.sees("您同意吗")
    await resident.clicks("同意")
    card = resident.sees("老年助餐", "前办结")
    assert card.buttons[0][0] == "确认登记"
    await resident.clicks("确认登记")
    resident.sees("编号", "李敏", "负责到底")

    worker.sees("新诉求", "没人煮饭", "张秀英")
    await worker.clicks("受理")
    worker.sees("已受理")
    resident.sees("李敏已受理")

    await resident.says("我爱人牙不好，要软的")
    relayed = worker.sees("张秀英", "牙不好")
    await worker.says("好的，送软饭", reply_to=relayed)
    resident.sees("李敏", "送软饭")

    await worker.clicks("办结")
    worker.sees("办理结果")
    await worker.says("已安排每天中午送软饭到家")
    resident.sees("办结了", "送软饭到家")
    await resident.clicks("非常满意")
    resident.sees("谢谢您的评价", "非常满意")
    worker.sees("评价", "非常满意")
    await resident.says("服务很好")
    resident.sees("您的话会转给")
    worker.sees("服务很好")

    [request] = await world.requests()
    assert request.status is Status.CLOSED
    assert request.service_id == "elderly.meals"
    await manager.says("总览")
    manager.sees("登记 1 件", "评价 1 件")
