"""Wrong codes: whoever tries several is not listened to for a while, whether the next is right or not."""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MOST = 5
"""Wrong codes in `SPAN`; a person who mistypes needs two or three."""
SPAN = timedelta(hours=1)
_KEPT = 10_000


@dataclass
class Guesses:
    """Counts wrong codes by whoever sent them. It is kept by each process and forgotten with it: the codes themselves
    are random numbers of 128 bits, so this only keeps trying from being cheap."""

    _wrong: dict[Hashable, deque[datetime]] = field(default_factory=dict)

    def too_many(self, who: Hashable, now: datetime) -> bool:
        """Whether somebody has to wait before their next code is looked at."""
        tried = self._wrong.get(who)
        while tried and tried[0] <= now - SPAN:
            tried.popleft()
        return tried is not None and len(tried) >= MOST

    def wrong(self, who: Hashable, now: datetime) -> None:
        """Somebody sent a code that opens nothing."""
        if len(self._wrong) >= _KEPT:
            self._wrong = {key: tried for key, tried in self._wrong.items() if tried and tried[-1] > now - SPAN}
        self._wrong.setdefault(who, deque(maxlen=MOST)).append(now)
