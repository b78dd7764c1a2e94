"""Updates of every kind that the Bot API knows, with hostile things in every field: none is a fault, each is handled
once, and nothing of anybody else changes."""

import types
from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from aiogram.types import Update
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from sqlalchemy import text

from storage.tables import Base
from tests.conversations.chat import World
from tests.conversations.stories import asked

KINDS = sorted(name for name in Update.model_fields if name != "update_id")
_DEEP = 4

HOSTILE = st.one_of(
    st.sampled_from(
        ["", " ", "\x00", "\ud83d", "/start", "/start " + "x" * 300, "/start area-HJ", "r:open:1:", "p:confirm:", "2",
         "'; DROP TABLE request; --", "<b>", "</b>" * 50, "%s%n{}", "\u202e\u2066", "2026112300019", "我要撤回", "是",
         "救命", "转人工", "同意", "字" * 5000, "=1+1", "../../etc/passwd", "r:rate:1:5", "o:accept:1:", "more"]
    ),
    st.text(max_size=30),
)  # fmt: skip
NUMBERS = st.one_of(st.sampled_from([0, 1, -1, 2**31, 2**53, -(2**63)]), st.integers(-(10**6), 10**12))


def values(annotation: Any, deep: int) -> st.SearchStrategy[Any]:
    """Anything that fits the type of a field, as the wire would bring it."""
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return values(args[0], deep)
    if origin is Literal:
        return st.sampled_from(args)
    if origin in (Union, types.UnionType):
        kinds = [values(arg, deep) for arg in args if arg is not type(None) and not _too_deep(arg, deep)]
        return st.one_of(*kinds) if kinds else st.none()
    if origin is list:
        return st.lists(values(args[0], deep), max_size=2) if not _too_deep(args[0], deep) else st.just([])
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return st.deferred(lambda: model(annotation, deep + 1))
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return NUMBERS
    if annotation is float:
        return st.floats(-1e6, 1e6)
    if isinstance(annotation, type) and issubclass(annotation, str):
        return HOSTILE if annotation is str else st.sampled_from([m.value for m in annotation])  # type: ignore[attr-defined]
    if annotation is datetime:
        return st.integers(0, 2**31 - 1)
    return st.none()


def _too_deep(annotation: Any, deep: int) -> bool:
    return deep >= _DEEP and isinstance(annotation, type) and issubclass(annotation, BaseModel)


@st.composite
def model(draw: st.DrawFn, kind: type[BaseModel], deep: int = 0) -> dict[str, Any]:
    """One object of the Bot API: what it must have, and some of what it may have."""
    made: dict[str, Any] = {}
    for name, field in kind.model_fields.items():
        if not field.is_required() and (deep >= _DEEP or draw(st.integers(0, 3 + 2 * deep))):
            continue
        made[field.alias or name] = draw(values(field.annotation, deep))
    return made


@st.composite
def updates(draw: st.DrawFn) -> dict[str, Any]:
    """An update of any kind; where it names a chat or a sender, these are often people that the desk knows."""
    name = draw(st.sampled_from([*KINDS, "message", "message", "callback_query", "edited_message"]))
    annotation = next(a for a in get_args(Update.model_fields[name].annotation) if a is not type(None))
    event = draw(values(annotation, 0))
    who = draw(st.sampled_from([100, 101, 555, 2**40, None]))
    if who is not None:
        for place in (event, event.get("message") or {}):
            if "chat" in place:
                place["chat"] = {"id": who, "type": draw(st.sampled_from(["private"] * 5 + ["group", "channel"]))}
        if "from" in event:
            event["from"] = {"id": who, "is_bot": False, "first_name": draw(HOSTILE), "language_code": "zh"}
    if name.endswith("message") and draw(st.booleans()):
        event["text"] = draw(HOSTILE)
    if name == "callback_query":
        event["data"] = draw(HOSTILE)
    return {name: event}


async def _others(world: World, keep: frozenset[str]) -> dict[str, str]:
    """What stands in the tables about somebody's request."""
    async with world.app.database.read() as session:
        return {t.name: repr((await session.execute(text(f'SELECT * FROM "{t.name}" ORDER BY 1'))).all())
                for t in Base.metadata.sorted_tables if t.name in keep}  # fmt: skip


@pytest.fixture
def numbers() -> Iterator[int]:
    return iter(range(1_000_000, 10**9))


@settings(
    max_examples=250,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(raw=updates())
async def test_any_update(
    world: World, numbers: Iterator[int], caplog: pytest.LogCaptureFixture, raw: dict[str, Any]
) -> None:
    """No exception, no fault in the log; handed in twice it has its effect once; strangers write nothing."""
    if not world.people:
        await asked(world)
        world.app.courier.wake()
    try:
        update = Update.model_validate({"update_id": next(numbers), **raw})
    except ValidationError:  # two fields that do not fit each other: the channel leaves such an update out
        return
    gate, bot = world.app.gate, world.app.bots["telegram"]
    guarded = frozenset({"request", "event", "rating", "staff", "message", "note", "area"})
    event: Any = next(getattr(update, kind) for kind in raw)
    message = getattr(event, "message", None) or event
    stranger = getattr(getattr(message, "chat", None), "id", 0) not in world.people
    before = await _others(world, guarded)
    await gate.handle(bot, update)
    once = await _others(world, guarded)
    if stranger and "救命" not in repr(raw):  # a cry for help is recorded before anything else
        assert once == before
    await gate.handle(bot, update)
    assert await _others(world, guarded) == once
    assert [r.getMessage() for r in caplog.records if r.levelno >= 40] == []
