"""The routers in the order in which they are asked: the front door first, free words last."""

from aiogram import Router

from handlers import behalf, front, manager, needs, personal, requests, talk, worker


def build() -> Router:
    """One router with all the others in it; made anew for every dispatcher.

    Staff come before residents where both have a step, and `talk` takes whatever nobody else did.
    """
    root = Router(name="shouwen")
    for module in (front, personal, manager, worker, behalf, requests, needs, talk):
        module.router._parent_router = None
        root.include_router(module.router)
    return root
