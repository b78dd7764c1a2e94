"""What an error means: what to do after a failed delivery, and how a fault is logged without anybody's words."""

import traceback
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiogram.exceptions import (
    ClientDecodeError,
    TelegramBadRequest,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiohttp import ClientConnectorError, ClientError, ClientResponseError, ConnectionTimeoutError
from sqlalchemy.exc import OperationalError

from handlers.about import NotYet
from storage.database import is_unavailable

MOST_TRIES = 12
"""After so many tries with an error that nobody foresaw it is given up; an outage is waited out however long."""

LONGEST_PAUSE = 60
"""Seconds between two tries at most."""

_OUTAGES = (TelegramNetworkError, TelegramServerError, TelegramUnauthorizedError, ClientDecodeError, ClientError)
REFUSED = (TelegramBadRequest, TelegramNotFound, TelegramEntityTooLarge)
_GONE_WORDS = ("chat not found", "user is deactivated", "bot was blocked", "peer_id_invalid")


@dataclass(frozen=True)
class Retry:
    """Try again at this time; `spent` says whether this one counted as a try."""

    at: datetime
    spent: bool = True


class GiveUp:
    """It cannot be delivered."""


class Gone:
    """Whoever it is for cannot be reached in this chat."""


def policy(error: Exception, attempts: int, now: datetime) -> Retry | GiveUp | Gone:
    """What to do after a failed delivery, decided from the error and the tries before it.

    429 is obeyed and costs no try. Outages (network, 5xx, a token that is not valid just now, the database) are tried
    again after 1, 2, 4 … at most `LONGEST_PAUSE` seconds until they end; what nobody foresaw, `MOST_TRIES` times. What
    waits for something before it is looked at ten times as often.
    """
    if isinstance(error, TelegramRetryAfter):
        return Retry(now + timedelta(seconds=error.retry_after), spent=False)
    if isinstance(error, TelegramForbiddenError):
        return Gone()
    if isinstance(error, ClientDecodeError) and isinstance(error.data, dict) and error.data.get("ok"):
        return GiveUp()  # it was shown; only the answer cannot be read
    if isinstance(error, REFUSED):
        gone = any(words in str(error).lower() for words in _GONE_WORDS)
        return Gone() if gone else GiveUp()
    if attempts + 1 >= MOST_TRIES and not foreseen(error):
        return GiveUp()
    pause = timedelta(seconds=min(2 ** min(attempts, 10), LONGEST_PAUSE))
    return Retry(now + (pause / 10 if isinstance(error, NotYet) else pause))


def lost(error: Exception) -> bool:
    """Whether a file that was asked for is not there any more, or its channel is off."""
    if isinstance(error, ClientResponseError):
        return 400 <= error.status < 500 and error.status != 429
    return isinstance(error, (*REFUSED, KeyError))


def doubtful(error: Exception) -> bool:
    """Whether what was asked for may have been done all the same: no answer came, or none that says so."""
    cause = error.__cause__
    if isinstance(cause, (ClientConnectorError, ConnectionTimeoutError, OperationalError)):
        return False  # nobody was reached, or nothing was kept
    return isinstance(error, (TelegramNetworkError, TelegramServerError, ClientDecodeError))


def foreseen(error: Exception) -> bool:
    """Whether this is an outage or a limit, and no fault of the program."""
    return isinstance(error, (TelegramRetryAfter, NotYet, *_OUTAGES)) or is_unavailable(error)


def trace(error: BaseException) -> str:
    """Where a fault happened, for the log: the kinds of the errors and their places in the program. Their words are
    left out, for they may hold what somebody wrote."""
    lines: list[str] = []
    at: BaseException | None = error
    while at is not None:
        lines += [type(at).__qualname__, *traceback.format_tb(at.__traceback__)]
        at = at.__cause__ or at.__context__
    return "\n".join(line.rstrip() for line in lines)
