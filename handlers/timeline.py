"""A request's history in words: every act for staff, a plain one for the resident."""

from handlers.aftercare_words import PUT_RIGHT, event_words, reads
from handlers.cards import CONDUCTING
from handlers.desk import Desk
from handlers.speech import quoted
from handlers.texts import Markup
from knowledge.lifecycle import Action, Role
from storage import history
from storage.tables import Request

_STAFF_ONLY = frozenset({Action.LOOK_UP, Action.WARN, Action.BREACH, Action.ESCALATE})
_TALK = frozenset({Action.CONTACT, Action.SUPPLY})


async def tell(desk: Desk, request: Request, *, plain: bool) -> Markup:
    """The acts in order, each with its time, who did it, and the words that go with it.

    :param plain: leave out what only staff need, and what was said back and forth
    """
    _, roles = await desk.casebook.look(request.id, desk.me.id)
    withheld = request.domain == "mediation" and not roles & {*CONDUCTING, Role.RESIDENT}
    reading = await reads(desk, request, roles)
    lines = [desk.t("history-head", service=desk.service_name(request.service_id))]
    names: dict[int | None, str] = {None: desk.t("the-desk")}
    for event, note in await history.timeline(desk.session, request.id):
        action = Action(event.action)
        if plain and (action in _STAFF_ONLY | _TALK or event.data.get("step") == "talk"):
            continue
        if event.actor_id not in names:
            names[event.actor_id] = (await desk.people.get(event.actor_id or 0)).name
        # What is said in a mediation is confidential, also to managers; what a resident tells a manager of whoever did
        # the work is not for them.
        hidden = (withheld and action in _TALK) or (action in PUT_RIGHT and (plain or not reading))
        words = f"\n{quoted(note.text, 200)}" if note is not None and note.text and not hidden else ""
        act = event_words(desk.voice, event)
        lines.append(
            Markup(f"{desk.voice.when(event.at)}\n{desk.t('history-line', who=names[event.actor_id], act=act)}{words}")
        )
    return Markup("\n".join(lines))
