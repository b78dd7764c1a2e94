"""The routers in the order in which they are asked: the front door first, free words last."""

from aiogram import Router

from handlers import (
    alarm,
    behalf,
    chatter,
    claims,
    departures,
    front,
    handover,
    id_numbers,
    large_files,
    legal_aid,
    manager,
    mediation,
    mediation_party,
    mediation_talk,
    needs,
    pauses,
    personal,
    rectification,
    reports,
    requests,
    rota,
    slip,
    talk,
    typed,
    worker,
)
from handlers.routing import DeskRouter


def build() -> Router:
    """One router with the handlers of all the others; made anew for every dispatcher.

    Danger comes before everything, the name of a button before it could go to somebody as words, a quote before
    whatever the desk waits for, staff before residents where both
    have a step, and `talk` takes whatever nobody else did.
    """
    root = DeskRouter(name="shouwen")
    root.message.outer_middleware(large_files.warn)
    for said in (root.message, root.edited_message):
        said.outer_middleware(id_numbers.warn)
    for router in (
        alarm.router,
        front.router,
        chatter.router,
        personal.router,
        typed.router,
        mediation_talk.quotes,
        talk.quotes,
        rota.router,
        rectification.router,
        manager.router,
        reports.router,
        legal_aid.router,
        mediation.router,
        mediation_talk.router,
        worker.router,
        handover.router,
        departures.router,
        pauses.router,
        behalf.router,
        slip.router,
        claims.router,
        mediation_party.router,
        requests.router,
        front.searching,
        personal.naming,
        needs.router,
        talk.router,
    ):
        root.add(router)
    return root
