"""What people do to requests, act by act: each is one rule, tried by those who may and by those who may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from knowledge.catalogue import Service
from knowledge.lifecycle import Action, Role, Status
from storage.casebook import Casebook
from storage.ledger import Source
from storage.tables import Request
from tests.proof.machinery import STAFF, Machinery
from tests.proof.town import SERVICES, STAYS


def by(*likely: str) -> st.SearchStrategy[str]:
    """Who acts: mostly who may, sometimes somebody else who is near it, or has nothing to do with it."""
    return st.sampled_from((*likely * 4, "handler", "first_responder", "receiver", "resident", "manager", "stranger"))


class Acts(Machinery):
    """Every act of the casebook."""

    requests = Machinery.requests

    @rule(request=requests, who=by("handler", "receiver", "receiver", "substitute"))
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

        self.act(
            meant, request, who, lambda books, me: books.say(request, me, "在吗", [], source), [Action.RECTIFY_CONTACT]
        )

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

    # -- what is not the community's to do

    @rule(request=requests, who=by("handler", "first_responder"), days=st.sampled_from((-1, 3, 9)))
    def hand_outside(self, request: int, who: str, days: int) -> None:
        """转办 to a court; the first responder holds it from then on."""
        day = (self.now + timedelta(days=days)).date()
        self.act(
            Action.HAND_OUTSIDE,
            request,
            who,
            lambda books, me: books.hand_outside(request, me, "法院", "023-12368", "要起诉", day),
        )

    @rule(request=requests, who=by("first_responder"), days=st.sampled_from((None, 5)))
    def follow_outside(self, request: int, who: str, days: int | None) -> None:
        """What the body outside has done, and when to ask again."""
        day = None if days is None else (self.now + timedelta(days=days)).date()
        self.act(
            Action.FOLLOW_OUTSIDE, request, who, lambda books, me: books.follow_outside(request, me, "已立案", day)
        )

    @rule(request=requests, who=by("handler"), ground=st.sampled_from(("不归社区管", "")))
    def report_refusal(self, request: int, who: str, ground: str) -> None:
        """否定报备."""
        self.act(
            Action.REPORT_REFUSAL,
            request,
            who,
            lambda books, me: books.report_refusal(request, me, ground, "住建委", "023-12319"),
        )

    @rule(request=requests, who=by("manager", "above"))
    def uphold(self, request: int, who: str) -> None:
        """The manager agrees."""
        self.act(Action.UPHOLD, request, who, lambda books, me: books.uphold(request, me))

    @rule(request=requests, who=by("manager", "above"))
    def overrule(self, request: int, who: str) -> None:
        """The manager does not."""
        self.act(Action.OVERRULE, request, who, lambda books, me: books.overrule(request, me, "请继续办"))

    @rule(request=requests, who=by("handler", "manager"), service=st.sampled_from(SERVICES))
    def correct(self, request: int, who: str, service: str) -> None:
        """Another service is the right one; never is the promise later for it."""
        stood = self.act(Action.CORRECT, request, who, lambda books, me: books.correct(request, me, service))
        if stood is not None:
            now = next(r for r in self.books.requests if r.id == request)
            assert now.resolve_by <= stood.resolve_by
            assert (now.first_responder_id, now.handler_id) == (stood.first_responder_id, stood.handler_id)

    @rule(gone=STAFF, to=STAFF, manager=st.sampled_from(("王芳", "赵云", STAYS)))
    def everything_is_taken_over(self, gone: str, to: str, manager: str) -> None:
        """A manager gives to a colleague whatever somebody held."""
        self.tick()
        gone_id, to_id, me = (self.town.ids[name] for name in (gone, to, manager))
        held = [r for r in self.before.requests if gone_id in (r.first_responder_id, r.handler_id, r.offered_to_id)]
        for request in held:
            self.tried(self._take_over(request.id, me, gone_id, to_id))

    async def _take_over(self, request_id: int, manager: int, gone: int, to: int) -> None:
        async with self.database.write() as session:
            await Casebook(session, self.office, self.now).take_over(request_id, manager, gone, to, "离岗")

    # -- what pauses or moves a promise

    @rule(
        request=requests,
        who=by("handler", "first_responder"),
        more=st.sampled_from(("", "带身份证")),
        told_by=st.sampled_from(("chat", "phone", "counter")),
    )
    def notify(self, request: int, who: str, more: str, told_by: str) -> None:
        """一次性告知, shown or said."""
        self.act(Action.NOTIFY, request, who, lambda books, me: books.notify(request, me, more=more, told_by=told_by))

    @rule(request=requests, who=by("handler", "handler"), what=st.sampled_from(("户口簿", "户口簿", "")))
    def ask_supplement(self, request: int, who: str, what: str) -> None:
        """补正: pauses the first time, after a complete notice, while the promise holds; else it is counted."""

        def meant(stood: Request, _: set[Role]) -> Action:
            item = self.office.catalogue.service(stood.service_id)
            told = [n for n in self.before.notices.get(request, ()) if n.delivered_at and n.service_id == item.id]
            first = not self.before.supplements.get(request, ())
            complete = any(_complete(notice.content, item) for notice in told)
            pauses = first and complete and stood.resolve_by > self.now
            return Action.ASK_SUPPLEMENT if pauses else Action.ASK_AGAIN

        self.act(meant, request, who, lambda books, me: books.ask_supplement(request, me, what))

    @rule(request=requests, who=by("resident", "handler", "first_responder"))
    def supplemented(self, request: int, who: str) -> None:
        """What was asked for is there."""
        self.act(Action.SUPPLEMENTED, request, who, lambda books, me: books.supplemented(request, me))

    @rule(request=requests, who=by("handler", "handler"), days=st.sampled_from((3, 5, 4)))
    def ask_extension(self, request: int, who: str, days: int) -> None:
        """申请延期."""
        self.act(Action.ASK_EXTENSION, request, who, lambda books, me: books.ask_extension(request, me, days, "材料多"))

    @rule(request=requests, who=by("manager", "above"))
    def grant_extension(self, request: int, who: str) -> None:
        """同意延期."""
        self.act(Action.GRANT_EXTENSION, request, who, lambda books, me: books.grant_extension(request, me))

    @rule(request=requests, who=by("manager", "above"))
    def refuse_extension(self, request: int, who: str) -> None:
        """不同意延期."""
        self.act(Action.REFUSE_EXTENSION, request, who, lambda books, me: books.refuse_extension(request, me, "再想想"))


def _complete(content: dict[str, Any], item: Service) -> bool:
    """Whether a notice names every material and step of the list; where there are none, whether anything was said."""
    if item.id == "general.window" or not (item.materials or item.steps):
        return bool(content.get("more"))
    named = {*content.get("materials", ()), *content.get("steps", ())}
    return {*item.materials, *item.steps} <= named
