"""What handing on does to dates: when an outside body is asked again, by when a report is decided, and what a
correction of the service leaves of the promise. Pure; times are aware UTC."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from knowledge.deadlines import (
    Duration,
    WorkingTime,
    due,
    escalate_at,
    next_service_moment,
    resolve_length,
    shifted,
    statutory_end,
)

FOLLOW_UP_DAYS = (3, 7, 15)
"""After so many days the first responder may ask an outside body again; any other day can be typed."""

LONGEST = timedelta(days=366)
"""Nobody is asked later than this; the promise is long broken by then."""


def ask_on(day: date, office: WorkingTime) -> datetime:
    """When the first responder is told to ask on `day`: as service hours begin, on the next working day if it is
    none."""
    return next_service_moment(office.opening(day), office)


def may_ask_on(day: date, now: datetime, office: WorkingTime) -> bool:
    """Whether `day` can be the next to ask: after today, within a year."""
    today = office.local(now).date()
    return today < day <= today + LONGEST


def decide_by(reported_at: datetime, *, urgent: bool, office: WorkingTime) -> datetime:
    """When the manager above hears that a 否定报备 is still undecided: a working day later (urgent: a day)."""
    return escalate_at(reported_at, urgent=urgent, office=office)


def corrected(
    promised: datetime,
    created_at: datetime,
    *,
    kind: str,
    resolve: str | None,
    statutory_limit: str | None,
    pauses: Sequence[tuple[datetime, datetime]],
    office: WorkingTime,
) -> datetime:
    """By when a request is resolved once its service is another (rule 5: nothing resets the promise).

    The earliest of what was promised, what the right service would have promised when it was recorded, and its
    statutory limit; the last two moved by the pauses (补正) there were meanwhile.

    :param kind: of the right service, as are `resolve` and `statutory_limit`: lengths as its list states them, or None
    """
    length = resolve_length(kind, resolve)
    ends = [(due(created_at, length, office), length)]
    if statutory_limit is not None:
        ends.append((statutory_end(created_at, statutory_limit, office), Duration.parse(statutory_limit)))
    found = [promised]
    for end, of in ends:
        for since, until in pauses:
            end = shifted(end, since, until, length=of, office=office)  # noqa: PLW2901 - it moves by each in turn
        found.append(end)
    return min(found)
