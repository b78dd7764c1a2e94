"""Input that nobody wished for: each gets a clear sentence, nothing typed is lost, nothing fails in the log."""

import asyncio
from typing import Any

import pytest
from aiogram.types import Update

from tests.conversations.chat import Actor, World
from tests.conversations.stories import MEALS, asked, messages, stand, standing

pytestmark = pytest.mark.usefixtures("nothing_fails")

STATES = (None, "consent", "area", "confirm", "human", "talk", "whose", "comment")
LONG = "楼道灯坏了。" * 16_700
NASTY = {
    "html": "<b>粗</b><script>alert(1)</script> & &lt; </blockquote>",
    "markdown": "*星* _线_ [链](http://x) `码` ```块``` ~~删~~ ||藏||",
    "bidi": "\u202e倒过来\u202c\u2066藏\u2069",
    "zero width": "零\u200b宽\u200d字\ufeff符",
    "nul": "前\x00后\x07\x1b[31m",
    "surrogate": "半个\ud83d字",
    "long": LONG,
}
"""Words that break displays, parsers or databases."""


async def placed(world: World, state: str | None) -> tuple[Actor, Actor]:
    """A resident with a request, in a state; before consent it is somebody new."""
    if state == "consent":
        worker, newcomer = await world.staff("李敏"), world.person("张秀英")
        await newcomer.says("/start")
        return newcomer, worker
    resident, worker, request = await asked(world)
    if state is not None:
        table = {"said": [{"id": 1, "text": "路灯坏了", "files": [], "album": None}], "text": "路灯坏了"}
        with_words = {"draft": table} if state in ("confirm", "whose", "area") else {}
        await stand(world, resident, f"Step:{state}", request=request.id, **with_words)
    return resident, worker


NOTHING: list[dict[str, Any]] = [
    {"dice": {"emoji": "🎲", "value": 3}},
    {"text": "   \n\t "},
    {"text": "\u200b\u200e\ufeff"},
    {"text": "\u3164\u2800"},
    {"text": "\x00\x01"},
]


@pytest.mark.parametrize("state", STATES)
async def test_a_message_that_says_nothing_is_answered(world: World, state: str | None) -> None:
    """And what lay on the table stays there."""
    resident, _ = await placed(world, state)
    before = (await standing(world, resident)).data.get("draft")
    for message in NOTHING:
        await resident.says(**{"text": None, **message})
        assert resident.unread, resident.transcript()
    assert (await standing(world, resident)).data.get("draft") == before
    assert await messages(world) == []


@pytest.mark.parametrize("state", STATES)
async def test_only_emoji_are_asked_about(world: World, state: str | None) -> None:
    """Nobody's need is an emoji; in a talk it is passed on."""
    resident, worker = await placed(world, state)
    for said in ("😀", "👨‍👩‍👧🙏", "？？？", "🫨"):
        await resident.says(said)
        if state == "talk":
            worker.sees(said)
        elif state != "comment":
            assert resident.unread
            assert len(await world.requests()) == (0 if state == "consent" else 1)
            assert await messages(world) == []


async def test_a_sticker_is_no_need(world: World) -> None:
    """It is answered like an emoji."""
    resident, _ = await placed(world, None)
    sticker = {"file_id": "S", "file_unique_id": "s", "type": "regular", "width": 9, "height": 9,
               "is_animated": False, "is_video": False}  # fmt: skip
    await resident.says(None, sticker=sticker)
    resident.sees("请用几个字")


@pytest.mark.parametrize("kind", NASTY)
async def test_nasty_words_go_the_whole_round(world: World, kind: str) -> None:
    """As need, as words of the talk, as an edit, as comment; everybody reads them as they were meant."""
    nasty = NASTY[kind]
    worker = await world.staff("李敏")
    resident = await world.resident()
    await resident.says("转人工")
    await resident.says(nasty)
    resident.sees("编号")
    worker.sees("新诉求")
    await resident.says("我的诉求")
    resident.sees("首问责任人")
    await resident.clicks("补充说明")
    written = await resident.says(nasty)
    worker.sees("张秀英")
    await resident.edits(written, nasty + "改")
    await worker.clicks("受理", worker.shown[0])
    await worker.says(nasty, reply_to=worker.shown[0])
    resident.sees("李敏")
    await worker.clicks("办结")
    await worker.says("办好了 " + nasty)
    resident.sees("您满意吗")
    await resident.clicks("不满意")
    await resident.says(nasty)
    resident.sees("转给负责的人")
    await resident.says("我的诉求")
    await resident.clicks("经过")
    resident.sees("的经过")
    texts = [(await world.requests())[0].text, *(m.text for m in await messages(world))]
    for text in texts:
        assert not set(text) & set("\x00\x07\x1b\u202e\u200b\ufeff\u2066\ud83d")
    if kind in ("html", "markdown"):
        assert all(nasty in text for text in texts)
        assert any(nasty in m.text for m in worker.shown)
    if kind == "long":
        assert all(len(text) >= 100_000 for text in texts[:2])
        relayed = "".join(m.text for m in worker.shown)
        assert relayed.count("楼道灯坏了") >= 16_700


@pytest.mark.parametrize("kind", NASTY)
async def test_nasty_words_before_consent(world: World, kind: str) -> None:
    """Kept like any others."""
    await world.staff("李敏")
    newcomer = world.person("张秀英")
    await newcomer.says(NASTY[kind])
    await newcomer.clicks("同意")
    await newcomer.says("转人工")
    newcomer.sees("编号")
    assert len((await world.requests())[0].text) >= 3


@pytest.mark.parametrize("kind", NASTY)
async def test_nasty_names(world: World, kind: str) -> None:
    """A name is shown as it is, short, and breaks nothing on a card, a button or a list."""
    name = NASTY[kind][:64]
    worker = await world.staff("李敏")
    newcomer = world.person(name)
    await newcomer.says(MEALS)
    await newcomer.clicks("同意")
    await newcomer.clicks("确认登记")
    worker.sees("新诉求")
    await worker.says("你在吗")
    whose = worker.sees("发给谁")
    known = (await world.who(newcomer)).name
    assert 0 < len(known) <= 40
    assert known in whose.buttons[0][0]
    await worker.clicks(whose.buttons[0][0])
    newcomer.sees("你在吗")
    if kind == "html":
        assert known == name[:40]


async def test_a_name_that_shows_nothing_becomes_a_word(world: World) -> None:
    """Somebody called only by invisible signs is 居民."""
    await world.staff("李敏")
    newcomer = world.person("\u200b\u2060")
    await newcomer.says("/start")
    await newcomer.clicks("同意")
    assert (await world.who(newcomer)).name == "居民"


async def test_an_area_with_a_nasty_name(world: World) -> None:
    """On its button it reads as it is called, in a sentence too."""
    await world.add_area("XX", "<b>&社区")
    await world.staff("李敏", area="XX")
    newcomer = world.person("张秀英")
    await newcomer.says("/start")
    await newcomer.clicks("同意")
    await newcomer.clicks("<b>&社区")
    newcomer.sees("<b>&社区")


# -- the wire


async def test_two_messages_within_a_millisecond_are_both_kept(world: World) -> None:
    """In the order in which they came."""
    await world.staff("李敏")
    resident = await world.resident()
    await asyncio.gather(*(resident.says(words) for words in ("我妈八十了", MEALS, "住五楼")))
    await resident.says("转人工")
    requests = await world.requests()
    assert [r.text for r in requests] == [f"我妈八十了\n{MEALS}\n住五楼"]


@pytest.mark.parametrize("state", STATES)
async def test_an_unknown_command_is_said_so(world: World, state: str | None) -> None:
    """It is neither a need, nor a comment, nor passed on."""
    resident, worker = await placed(world, state)
    worker.seen = len(worker.shown)
    for command in ("/foo", "/", "/呵呵 好", "/start@somebody_bot", f"/{'x' * 200}"):
        await resident.says(command)
        assert resident.unread
    assert worker.unread == []
    assert len(await world.requests()) == (0 if state == "consent" else 1)


async def test_a_group_is_told_to_write_privately(world: World) -> None:
    """When it is called; otherwise the desk is silent, and nothing of a group is ever kept."""
    resident, _, request = await asked(world)
    group = {"id": -7, "type": "supergroup", "title": "楼栋群"}
    await resident.says(MEALS, chat=group)
    assert -7 not in world.wires["telegram"].chats
    await resident.says("/start@other_bot", chat=group)
    await resident.says("同意楼上", chat=group, reply_to_message=resident._message("楼上的话", None, chat=group))
    assert -7 not in world.wires["telegram"].chats
    await resident.says("/start@desk_bot", chat=group)
    assert "私下给我发消息" in world.wires["telegram"].chats[-7][-1].text
    await resident.update(edited_message=resident._message(MEALS, None, chat=group, edit_date=1))
    query = {"id": "q", "from": resident._user(), "chat_instance": "c", "data": f"r:open:{request.id}:",
             "message": {"message_id": 5, "date": world.now, "chat": group}}  # fmt: skip
    await resident.update(callback_query=query)
    assert all(MEALS not in m.text for m in world.wires["telegram"].chats[-7])
    assert len(await world.requests()) == 1


async def test_the_same_update_twice_counts_once(world: World) -> None:
    """A message and a press that are delivered again."""
    await world.staff("李敏")
    resident = await world.resident()
    update = await resident.update(message=resident._message(MEALS, None))
    await world.feed("telegram", update)
    assert len(resident.shown) == 1
    data = resident.last.buttons[0][1]
    message = {"message_id": resident.last.id, "date": world.now, "chat": resident._chat()}
    query = {"id": "q", "from": resident._user(), "chat_instance": "c", "message": message, "data": data}
    pressed = await resident.update(callback_query=query)
    for _ in range(2):
        await world.feed("telegram", Update.model_validate(pressed.model_dump()))
    assert len(await world.requests()) == 1
    assert sum("登记好了" in m.text for m in resident.shown) == 1


async def test_a_resident_who_blocked_the_bot_disturbs_nobody(world: World) -> None:
    """They are marked, others go on, and who writes again is reached again."""
    resident, worker, _ = await asked(world)
    other = await world.resident("王大爷")
    world.wires["telegram"].blocked.add(resident.id)
    await worker.clicks("受理")
    assert (await world.who(resident)).unreachable_at is not None
    await other.says(MEALS)
    other.sees("老年助餐")
    world.wires["telegram"].blocked.clear()
    await resident.says("我的诉求")
    resident.sees("办理中")
    assert (await world.who(resident)).unreachable_at is None


async def test_blocking_and_coming_back_are_noticed(world: World) -> None:
    """The channel tells of it before anything is sent."""
    resident, _, _ = await asked(world)
    for status, gone in (("kicked", True), ("member", False)):
        bot = {"id": 10, "is_bot": True, "first_name": "desk"}
        member = {"user": bot, "status": status, **({"until_date": 0} if gone else {})}
        old = {"user": bot, "status": "member"}
        event = {"chat": resident._chat(), "from": resident._user(), "date": world.now,
                 "old_chat_member": old, "new_chat_member": member}  # fmt: skip
        await resident.update(my_chat_member=event)
        assert ((await world.who(resident)).unreachable_at is not None) is gone


async def test_a_wrong_code_is_said_so(world: World) -> None:
    """Used, wrong and empty invitations; nobody becomes anything, and the way stays open."""
    await world.staff("李敏")
    newcomer = world.person("张秀英")
    for code in ("wrong", "<b>", "'; drop table person; --", "area-", "x" * 200):
        await newcomer.says(f"/start {code}")
        assert newcomer.unread
    await newcomer.says(MEALS)
    await newcomer.clicks("同意")
    newcomer.sees("老年助餐")
