"""What comes after a closure: ratings and 还没解决 said on the phone, and 整改 to its end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from knowledge.lifecycle import Action, NotAllowed, Role, Status
from storage.case_tables import Rectification
from storage.casebook import Casebook
from storage.ledger import CaseError
from tests.proof.acts import Acts, by
from tests.proof.rules import findings

PICKS = st.lists(st.integers(0, 10**6), min_size=2, max_size=6)
Put = Callable[[Casebook, int, int], Awaitable[Any]]


class Aftercare(Acts):
    """The acts of staff after a closure."""

    requests = Acts.requests

    @rule(request=requests, who=by("handler", "manager"), level=st.integers(1, 5))
    def take_rating(self, request: int, who: str, level: int) -> None:
        """A rating said on the phone."""
        self.act(Action.TAKE_RATING, request, who, lambda books, me: books.take_rating(request, me, level))

    @rule(request=requests, who=by("first_responder", "manager"))
    def take_reopen(self, request: int, who: str) -> None:
        """还没解决, said on the phone."""
        self.act(Action.TAKE_REOPEN, request, who, lambda books, me: books.take_reopen(request, me, "还没好"))

    @rule(request=requests, who=by("putting_right", "putting_right"))
    def contact_after_a_poor_rating(self, request: int, who: str) -> None:
        """The manager spoke with the resident."""
        self._put_right(Action.RECTIFY_CONTACT, request, who, lambda books, row, me: books.rectify_contact(row, me))

    @rule(request=requests, who=by("putting_right"), words=st.sampled_from(("要多部门协调", "")))
    def say_that_it_is_complicated(self, request: int, who: str, words: str) -> None:
        """15 working days instead of 5."""
        self._put_right(
            Action.RECTIFY_COMPLEX, request, who, lambda books, row, me: books.rectify_complex(row, me, words)
        )

    @rule(request=requests, who=by("putting_right", "putting_right"), words=st.sampled_from(("已重新送餐", "")))
    def settle_what_was_wrong(self, request: int, who: str, words: str) -> None:
        """It is put right."""
        self._put_right(
            Action.RECTIFY_SETTLE, request, who, lambda books, row, me: books.rectify_settle(row, me, words)
        )

    @rule(request=requests, who=by("putting_right", "putting_right"), satisfied=st.sampled_from((True, False, None)))
    def call_again(self, request: int, who: str, satisfied: bool | None) -> None:
        """回访."""
        self._put_right(
            Action.FOLLOW_UP, request, who, lambda books, row, me: books.follow_up(row, me, satisfied=satisfied)
        )

    @rule(request=requests, picks=PICKS)
    def the_next_things(self, request: int, picks: list[int]) -> None:
        """What would mostly come next, by whoever does it: so that requests get to their end, and past it."""
        for pick in picks:
            self._next(request, pick)
            assert findings(self.books) == []

    @rule(request=requests, picks=PICKS)
    def and_so_on(self, request: int, picks: list[int]) -> None:
        """The same: it is to happen often."""
        self.the_next_things(request, picks)

    @rule(request=requests, picks=PICKS)
    def and_further(self, request: int, picks: list[int]) -> None:
        """The same: it is to happen often."""
        self.the_next_things(request, picks)

    def _next(self, request: int, pick: int) -> None:
        status = next(r.status for r in self.books.requests if r.id == request)
        ways: dict[Status, list[Callable[[], None]]] = {
            Status.RECORDED: [
                lambda: self.acknowledge(request, "handler"),
                lambda: self.transfer(request, "handler", self.town.staff[pick % 3], "他更熟"),
            ],
            Status.IN_PROGRESS: [
                lambda: self.transfer(request, "handler", self.town.staff[pick % 8], "他更熟"),
                lambda: self.resolve(request, "handler", "办好了"),
                lambda: self.resolve(request, "handler", "办好了"),
                lambda: self.acknowledge(request, "receiver"),
                lambda: self.notify(request, "handler", "带身份证", "phone"),
                lambda: self.ask_supplement(request, "handler", "户口簿"),
                lambda: self.ask_extension(request, "handler", 3),
                lambda: self.grant_extension(request, "manager"),
                lambda: self.report_refusal(request, "handler", "不归社区管"),
                lambda: self.uphold(request, "above"),
            ],
            Status.SUPPLEMENT: [lambda: self.supplemented(request, "resident")],
            Status.RESOLVED: [
                lambda: self.rate(request, "resident", pick % 5 + 1),
                lambda: self.take_rating(request, "handler", pick % 5 + 1),
                lambda: self.reopen(request, "resident"),
            ],
            Status.CLOSED: [
                lambda: self.reopen(request, "resident"),
                lambda: self.rate(request, "resident", pick % 5 + 1),
                lambda: self.contact_after_a_poor_rating(request, "putting_right"),
                lambda: self.settle_what_was_wrong(request, "putting_right", "已重新送餐"),
                lambda: self.call_again(request, "putting_right", satisfied=True),
            ],
            Status.WITHDRAWN: [lambda: self.look_up(request, "handler")],
        }
        ways[status][pick // 5 % len(ways[status])]()

    def _put_right(self, action: Action, request_id: int, who: str, do: Put) -> None:
        """Try an act on the newest rectification; it goes through only for a manager who did not do the work."""
        self.tick()
        rows: list[Rectification] = self.before.rectifications.get(request_id, [])
        if not rows:
            return
        request, row = self.request(request_id), rows[-1]
        me = row.manager_id if who == "putting_right" else self.person(request, who)

        async def work() -> None:
            async with self.database.write() as session:
                await do(Casebook(session, self.office, self.now), row.id, me)

        try:
            self.run(work())
        except (CaseError, NotAllowed):
            return
        rating = next(r for r in self.before.ratings[request_id] if r.id == row.rating_id)
        assert Role.MANAGER in self.roles(request, me)
        assert me == row.manager_id or me != rating.handler_id
        self.done[action] += 1
