"""The pace of a bot that several processes speak for, kept in Redis: the limits of the Bot API are those of the bot.

Redis holds times by the ids of bot and chat, and nothing that anybody said. When it is away each process keeps the
pace by itself."""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from redis.asyncio import Redis
from redis.commands.core import AsyncScript
from redis.exceptions import RedisError

from bot.pace import ALL_WAIT, AT_ONCE, IN_A_CHAT, OVERALL, Pace, PutOff

log = logging.getLogger(__name__)

PATIENCE = 0.5
"""Seconds for which Redis is waited for before a message goes without it."""

AWAY = 5.0
"""Seconds for which Redis is not asked again after it did not answer."""

_TAKE = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local count, tell = tonumber(ARGV[1]), tonumber(ARGV[6])
local off = redis.call('GET', KEYS[3])
if off and tonumber(off) > tell then return {0, redis.call('PTTL', KEYS[3]), off} end
local function rate(key, each, ahead)
  local due = math.max(tonumber(redis.call('GET', key) or '0'), now)
  if due > now + 60000000 then due = now end  -- nobody waits so long: the clock of Redis was set back
  return math.max(due - ahead - now, 0), due + count * each
end
local in_chat, chat_due = rate(KEYS[1], tonumber(ARGV[2]), tonumber(ARGV[3]))
local overall, all_due = rate(KEYS[2], tonumber(ARGV[4]), tonumber(ARGV[5]))
if in_chat == 0 and overall == 0 then
  redis.call('SET', KEYS[1], string.format('%.0f', chat_due), 'PX', math.ceil((chat_due - now) / 1000) + 1000)
  redis.call('SET', KEYS[2], string.format('%.0f', all_due), 'PX', math.ceil((all_due - now) / 1000) + 1000)
end
return {math.ceil(in_chat), math.ceil(overall), ''}
"""
"""The rate of `bot.pace.Rate` for chat and bot at once (GCRA), in microseconds of Redis' own clock, which all
processes share."""

_PUT_OFF = """
local t = redis.call('TIME')
local now = t[1] * 1000000 + t[2]
local off = redis.call('GET', KEYS[1])
if not off or tonumber(off) < tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2]) end
local refused, chat = tonumber(ARGV[3]), ARGV[4]
if refused > 0 then
  local other = redis.call('GET', KEYS[3])
  if other and other ~= chat then
    local due = math.max(tonumber(redis.call('GET', KEYS[2]) or '0'), now + math.min(refused, tonumber(ARGV[5])))
    redis.call('SET', KEYS[2], string.format('%.0f', due), 'PX', math.ceil((due - now) / 1000) + 1000)
  end
  redis.call('SET', KEYS[3], chat, 'PX', math.ceil(refused / 1000))
end
"""


class SharedPace(Pace):
    """The limits of one bot, whichever process speaks for it. Of what waits in one process the lowest rank goes first;
    whoever waits for an answer goes before whatever waits in the others."""

    def __init__(self, redis: Redis, bot_id: int, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._told, self._away_until = now, float("-inf")
        self._taking, self._putting_off = redis.register_script(_TAKE), redis.register_script(_PUT_OFF)
        self._key = f"shouwen:pace:{{{bot_id}}}"  # in braces: one bot's keys lie together on a cluster

    async def _take(self, chat_id: int, rank: int, count: int) -> tuple[float, float]:
        each = _micro(1 / OVERALL)
        values = [
            count,
            _micro(1 / IN_A_CHAT),
            _micro((AT_ONCE - 1) / IN_A_CHAT),
            each,
            each if rank == 0 else 0,  # an answer takes the place that the others are still waiting for
            _stamp(self._told()),
        ]
        keys = [f"{self._key}:{chat_id}", self._key, f"{self._key}:{chat_id}:off"]
        found = await self._ask(self._taking, keys, values)
        if found is None:
            return await super()._take(chat_id, rank, count)
        in_chat, overall, off = found
        if off:  # the same time for all, so that the outbox gives everything of the chat back at once and in order
            until = _EPOCH + timedelta(microseconds=int(off))
            raise PutOff(min(until, self._told() + timedelta(milliseconds=int(overall)) + _APART))
        return int(in_chat) / 1e6, int(overall) / 1e6

    async def put_off(self, chat_id: int, until: datetime, refused_for: float | None = None) -> None:
        left = max(int((until - self._told()).total_seconds() * 1000), 1)
        keys = [f"{self._key}:{chat_id}:off", self._key, f"{self._key}:refused"]
        values = [_stamp(until), left, _micro(refused_for or 0), chat_id, _micro(ALL_WAIT)]
        await self._ask(self._putting_off, keys, values)
        await super().put_off(chat_id, until, refused_for)

    async def _ask(self, script: AsyncScript, keys: list[str], values: list[int]) -> Any:
        """What a script answers; None while Redis is away."""
        loop = asyncio.get_running_loop()
        if loop.time() < self._away_until:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                return await script(keys, values)
        except (RedisError, OSError) as error:
            self._away_until = loop.time() + AWAY
            log.warning("the pace is kept without Redis for %d seconds: %s", AWAY, type(error).__name__)
            return None


_APART = timedelta(seconds=1)
"""How far the clocks of two processes may differ; one that is hours ahead makes nobody else wait for hours."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _micro(seconds: float) -> int:
    return round(seconds * 1e6)


def _stamp(at: datetime) -> int:
    return (at - _EPOCH) // timedelta(microseconds=1)
