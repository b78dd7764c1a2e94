"""What people do to requests, act by act: each is one rule, tried by those who may and by those who may not."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import rule

from knowledge.lifecycle import Action, Role, Status
from storage.ledger import Source
from storage.tables import Request
from tests.proof.machinery import STAFF, Machinery


def by(*likely: str) -> st.SearchStrategy[str]:
    """Who acts: mostly who may, sometimes somebody else who is near it, or has nothing to do with it."""
    return st.sampled_from((*likely * 4, "handler", "first_responder", "receiver", "resident", "manager", "stranger"))


class Acts(Machinery):
    """Every act of the casebook."""

    requests = Machinery.requests

    @rule(request=requests, who=by("handler", "handler", "receiver", "receiver", "receiver"))
    def acknowledge(self, request: int, who: str) -> None:
        """受理."""
        self.act(Action.ACKNOWLEDGE, request, who, lambda books, me: books.acknowledge(request, me))

    @rule(
        request=requests, who=by("handler", "first_responder", "manager"), to=STAFF, why=st.sampled_from(("他更熟", ""))
    )
    def transfer(self, request: int, who: str, to: str, why: str) -> None:
        """转办 to anybody on the list, also to people it cannot go to."""
        receiver = self.town.ids[to]
        stood = self.act(Action.TRANSFER, request, who, lambda books, me: books.transfer(request, me, receiver, why))
        if stood is not None:
            now = next(r for r in self.books.requests if r.id == request)
            assert (now.first_responder_id, now.handler_id) == (stood.first_responder_id, stood.handler_id)
            assert why

    @rule(request=requests, who=by("handler", "resident"))
    def say(self, request: int, who: str) -> None:
        """联系居民 or 补充说明."""
        self.messages += 1
        source = Source("telegram", 5000, self.messages)

        def meant(_: Request, roles: set[Role]) -> Action:
            return Action.SUPPLY if Role.RESIDENT in roles else Action.CONTACT

        self.act(meant, request, who, lambda books, me: books.say(request, me, "在吗", [], source))

    @rule(request=requests, who=by("handler", "handler", "handler"), outcome=st.sampled_from(("办好了", "办好了", " ")))
    def resolve(self, request: int, who: str, outcome: str) -> None:
        """办结, sometimes without a word."""
        stood = self.act(Action.RESOLVE, request, who, lambda books, me: books.resolve(request, me, outcome))
        assert stood is None or outcome.strip()

    @rule(request=requests, who=by("resident", "resident"), level=st.integers(1, 5))
    def rate(self, request: int, who: str, level: int) -> None:
        """A rating, or the one change of it."""

        def meant(stood: Request, _: set[Role]) -> Action:
            rated = any(r.round == stood.round for r in self.before.ratings.get(request, ()))
            return Action.REVISE if stood.status is Status.CLOSED and rated else Action.RATE

        self.act(meant, request, who, lambda books, me: books.rate(request, me, level))

    @rule(request=requests, who=by("resident", "resident"))
    def reopen(self, request: int, who: str) -> None:
        """还没解决."""
        stood = self.act(Action.REOPEN, request, who, lambda books, me: books.reopen(request, me))
        if stood is not None:
            now = next(r for r in self.books.requests if r.id == request)
            assert now.handler_id == now.first_responder_id == stood.first_responder_id
            assert now.resolve_by == stood.resolve_by

    @rule(request=requests, who=by("resident"))
    def settle(self, request: int, who: str) -> None:
        """已解决."""
        self.act(Action.SETTLE, request, who, lambda books, me: books.settle(request, me))

    @rule(request=requests, who=by("resident"))
    def urge(self, request: int, who: str) -> None:
        """催办."""
        self.act(Action.URGE, request, who, lambda books, me: books.urge(request, me))

    @rule(request=requests, who=by("resident"))
    def withdraw(self, request: int, who: str) -> None:
        """撤回."""
        self.act(Action.WITHDRAW, request, who, lambda books, me: books.withdraw(request, me))

    @rule(request=requests, who=by("manager", "above"), to=STAFF)
    def replace(self, request: int, who: str, to: str) -> None:
        """A manager names another first responder."""
        new = self.town.ids[to]
        self.act(Action.REPLACE, request, who, lambda books, me: books.replace(request, me, new, "调岗"))

    @rule(request=requests, who=by("handler"))
    def look_up(self, request: int, who: str) -> None:
        """A phone number is looked at."""
        self.act(Action.LOOK_UP, request, who, lambda books, me: books.look_up_phone(request, me))
