"""A request's history in words: every act for staff, a plain one for the resident."""

from handlers import pause_words
from handlers.aftercare_words import PUT_RIGHT, event_words, reads
from handlers.cards import CONDUCTING
from handlers.desk import Desk
from handlers.handover_words import detail
from handlers.speech import quoted
from handlers.texts import Markup
from knowledge.lifecycle import Action, Role
from storage import history
from storage.tables import Request

_STAFF_ONLY = frozenset({Action.LOOK_UP, Action.WARN, Action.BREACH, Action.ESCALATE})
_NAMES_SERVICE = {Action.RECORD: "service", Action.CORRECT: "after"}
_TALK = frozenset({Action.CONTACT, Action.SUPPLY})


async def tell(desk: Desk, request: Request, *, plain: bool) -> Markup:
    """The acts in order, each with its time, who did it, and the words that go with it.

    :param plain: leave out what only staff need, and what was said back and forth
    """
    _, roles = await desk.casebook.look(request.id, desk.me.id)
    services = desk.office.rules.catalogue.services
    outsider = not roles & {*CONDUCTING, Role.RESIDENT}
    withheld = outsider and request.domain == "mediation"
    reading = await reads(desk, request, roles)
    lines = [desk.t("history-head", service=desk.service_name(request.service_id))]
    notices = {notice.id: notice for notice in await desk.casebook.notices(request)}
    names: dict[int | None, str] = {None: desk.t("the-desk")}
    for event, note in await history.timeline(desk.session, request.id):
        action = Action(event.action)
        # What was said while it was a mediation stays confidential, whatever it has become since.
        key = _NAMES_SERVICE.get(action)
        if key is not None and (now := services.get(event.data.get(key, ""))) is not None:
            withheld = outsider and "mediation" in (request.domain, now.domain)
        if plain and (action in _STAFF_ONLY | _TALK or event.data.get("step") == "talk"):
            continue
        theirs = Role.MANAGER in roles and desk.me.id not in event.data.get("of", ())
        if action is Action.COMPLAIN and not (Role.RESIDENT in roles or theirs):
            continue  # it speaks of them, or is none of their business
        if event.actor_id not in names:
            names[event.actor_id] = (await desk.people.get(event.actor_id or 0)).name
        # What is said in a mediation is confidential, also to managers; what a resident tells a manager of whoever did
        # the work is not for them.
        hidden = (withheld and action in _TALK) or (action in PUT_RIGHT and (plain or not reading))
        hidden = hidden or (action is Action.COMPLAIN and plain)
        words = f"\n{quoted(note.text, 200)}" if note is not None and note.text and not hidden else ""
        act = Markup(
            event_words(desk.voice, event)
            + await detail(desk.session, desk.voice, desk.office, event)
            + pause_words.event_more(desk.voice, event, notices)
        )
        lines.append(
            Markup(f"{desk.voice.when(event.at)}\n{desk.t('history-line', who=names[event.actor_id], act=act)}{words}")
        )
    return Markup("\n".join(lines))
