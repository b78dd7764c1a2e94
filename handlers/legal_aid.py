"""法援进度: the handler of a legal-aid request writes down each step; the resident hears of it with its day."""

from aiogram import F
from aiogram.types import CallbackQuery, Message

from handlers import cards
from handlers.desk import Act, Desk, Step
from handlers.incoming import phone_in, read
from handlers.routing import DeskRouter
from handlers.speech import Answer, Choice, Say
from handlers.texts import Markup
from handlers.worker import Answering, IsStaff
from knowledge.legal_aid import Ground, allowed, offered
from knowledge.legal_aid import Step as AidStep
from storage.ledger import CaseError
from storage.legal_aid import LegalAid, standing
from storage.mediation_tables import LegalAidCase
from storage.tables import Request

router = DeskRouter(name="legal aid")

_QUESTIONS = frozenset({"aid-reason", "aid-lawyer", "aid-phone"})


def _aid(desk: Desk) -> LegalAid:
    return LegalAid(desk.session, desk.office.rules, desk.now)


class ForAid(Answering):
    """Words that answer a question of a legal-aid case."""

    def holds(self, event: Message, desk: Desk) -> bool:
        return desk.data.get("asks") in _QUESTIONS and super().holds(event, desk)


@router.callback_query(IsStaff(), Act.filter(F.act == "legal-aid"))
async def turn(query: CallbackQuery, callback_data: Act, desk: Desk) -> Answer:
    """The card, or (by `arg`) a step of it: `grant`, or `urgent.time_limit` with its ground."""
    request, case = await _aid(desk).look_aid(callback_data.id, desk.me.id)
    name, _, more = callback_data.arg.partition(".")
    if not name:
        desk.go(None)
        return _card(desk, request, case)
    if name == "no_phone":
        return await _assign(desk, None) if _asked(desk, request, "aid-phone") else desk.say("button-old")
    if name not in {step.value for step in AidStep} or (more and more not in {ground.value for ground in Ground}):
        return desk.say("button-old")
    return await _take(desk, request, case, AidStep(name), more)


async def _take(desk: Desk, request: Request, case: LegalAidCase, step: AidStep, ground: str) -> Answer:
    if not allowed(step, standing(case)):
        raise CaseError("legal_aid_not_now")
    book, me = _aid(desk), desk.me.id
    match step:
        case AidStep.COMPLETE:
            case = await book.complete(request.id, me)
        case AidStep.GRANT:
            case = await book.grant(request.id, me)
        case AidStep.URGENT if ground:
            case = await book.urgent(request.id, me, Ground(ground))
        case AidStep.URGENT:
            choices = [
                _button(desk, request, f"legal-aid-ground-{g.value.replace('_', '-')}", f"urgent.{g}") for g in Ground
            ]
            return desk.say("legal-aid-ask-ground", [*choices, _back(desk, request)])
        case AidStep.REFUSE:
            return _ask(desk, request, "aid-reason")
        case AidStep.ASSIGN:
            return _ask(desk, request, "aid-lawyer")
    return _done(desk, request, case, step)


def _card(desk: Desk, request: Request, case: LegalAidCase, note: Markup | None = None) -> Say:
    """What has happened with its days, and the steps that are open."""
    when = desk.voice.when
    lines = [
        note,
        desk.t("legal-aid-card", service=desk.service_name(request.service_id), tail=cards.tail(request.number)),
    ]
    if case.complete_at and case.decide_by:
        lines.append(desk.t("legal-aid-line-complete", when=when(case.complete_at), decide=when(case.decide_by)))
    if case.urgent_at and case.ground:
        ground = desk.t(f"legal-aid-ground-{case.ground.value.replace('_', '-')}")
        lines.append(desk.t("legal-aid-line-urgent", when=when(case.urgent_at), ground=ground))
    if case.decided_at:
        key = "legal-aid-line-granted" if case.granted else "legal-aid-line-refused"
        lines.append(desk.t(key, when=when(case.decided_at)))
    if case.assign_by and not case.assigned_at:
        lines.append(desk.t("legal-aid-line-assign", assign=when(case.assign_by)))
    if case.assigned_at:
        lines.append(desk.t("legal-aid-line-assigned", when=when(case.assigned_at), lawyer=case.lawyer_name or "—"))
    steps = offered(standing(case))
    choices = [_button(desk, request, f"legal-aid-act-{step.value}", step.value) for step in steps]
    back = desk.button("act-open", Act(act="open", id=request.id))
    return Say("\n".join(line for line in lines if line), [*choices, back], 2)


def _done(desk: Desk, request: Request, case: LegalAidCase, step: AidStep) -> Say:
    desk.go(None)
    return _card(desk, request, case, desk.t(f"legal-aid-done-{step.value}"))


def _button(desk: Desk, request: Request, key: str, arg: str) -> Choice:
    return desk.button(key, Act(act="legal-aid", id=request.id, arg=arg))


def _back(desk: Desk, request: Request) -> Choice:
    return desk.button("cancel", Act(act="legal-aid", id=request.id))


def _ask(desk: Desk, request: Request, question: str) -> Say:
    desk.go(Step.case, request=request.id, asks=question)
    return desk.say(f"legal-{question}", [_back(desk, request)])


def _asked(desk: Desk, request: Request, question: str) -> bool:
    return desk.data.get("request") == request.id and desk.data.get("asks") == question


@router.message(ForAid(Step.case))
async def answered(message: Message, desk: Desk) -> Answer:
    """The reason of a refusal; the lawyer's name, then their number."""
    request, _ = await _aid(desk).look_aid(desk.data["request"], desk.me.id)
    text = message.contact.phone_number if message.contact else read(message, desk.channel).text
    if not text:
        return desk.say("mediation-in-words", [_back(desk, request)])
    match desk.data["asks"]:
        case "aid-reason":
            case = await _aid(desk).refuse(request.id, desk.me.id, text)
            return _done(desk, request, case, AidStep.REFUSE)
        case "aid-lawyer":
            desk.keep(asks="aid-phone", lawyer=text.split("\n")[0][:40])
            skip = _button(desk, request, "behalf-no-phone", "no_phone")
            return desk.say("legal-aid-phone", [skip, _back(desk, request)], name=desk.data["lawyer"])
    phone = phone_in(text)
    if phone is None:
        return desk.say("behalf-phone-wrong", [_back(desk, request)])
    return await _assign(desk, phone)


async def _assign(desk: Desk, phone: str | None) -> Answer:
    case = await _aid(desk).assign(desk.data["request"], desk.me.id, desk.data["lawyer"], phone)
    request, _ = await _aid(desk).look_aid(case.request_id, desk.me.id)
    return _done(desk, request, case, AidStep.ASSIGN)
