"""A request as its staff see it, whole: the card, what stands beside it, and every button that is theirs now.

The same in a notice and when it is opened, so that what is offered never depends on how somebody came to it."""

from handlers import cards, handover_words, pause_words
from handlers.about import About
from handlers.desk import Office
from handlers.speech import Choice
from handlers.texts import Markup, Voice
from knowledge.lifecycle import Action, Role, allowed
from storage.casebook import Casebook
from storage.tables import Request


async def for_staff(
    books: Casebook,
    voice: Voice,
    office: Office,
    request: Request,
    roles: frozenset[Role],
    *,
    reader: int,
    people: cards.People,
    area: str,
) -> tuple[Markup, list[Choice]]:
    """The words and the buttons.

    :param reader: the person who reads it, as `roles`
    :param area: the area's name
    """
    responder = people.first_responder.name
    lines, decisions = await handover_words.about(books, voice, office, request, roles, reader, responder)
    standing = await pause_words.standing(books, voice, request, staff=True)
    more = Markup("\n".join([*lines, *([standing] if standing else [])])) or None
    item = office.rules.catalogue.recorded(request.service_id)
    text = cards.for_staff(voice, request, item, people, area, more=more)
    choices = [*decisions, *await pause_words.decision(books, voice, request, reader, roles)]
    return text, [*choices, *await buttons(books, voice, request, roles, phone=people.phone)]


async def buttons(
    books: Casebook, voice: Voice, request: Request, roles: frozenset[Role], *, phone: str | None
) -> list[Choice]:
    """Every button of staff on a request that still does something: an extension is asked for once."""
    asks = allowed(Action.ASK_EXTENSION, request.status, roles & cards.STAFF_ROLES)
    extended = asks and await books.extension(request) is not None
    return cards.staff_choices(voice, request, roles, phone=phone, extended=extended)


async def buttons_of(a: About) -> list[Choice]:
    """The buttons for whoever a notice is for."""
    books = Casebook(a.session, a.office.rules, a.now)
    return await buttons(books, a.voice, a.request, a.roles, phone=a.people.phone)


async def of(a: About) -> tuple[Markup, list[Choice]]:
    """The words and the buttons for whoever a notice is for."""
    books = Casebook(a.session, a.office.rules, a.now)
    return await for_staff(
        books, a.voice, a.office, a.request, a.roles, reader=a.person.id, people=a.people, area=a.area.name
    )
