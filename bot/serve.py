"""`python -m bot run`: open the database, start the app, say where it is, serve until told to stop."""

import asyncio
import logging
import sys

from bot import demo
from bot.app import App
from bot.light import settle
from bot.settings import Settings
from bot.tools import unanswered_areas, unlisted_services
from storage.database import is_unavailable
from storage.schema import upgrade

log = logging.getLogger(__name__)


class CannotServe(Exception):  # noqa: N818 - it says what is the case
    """Nothing can be served, or a channel cannot go on; the words say which setting to look at."""


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    :raises CannotServe: nothing can be served, or a channel cannot go on
    """
    app = App(settings)
    app.heed_signals()
    try:
        await _open(app)
        if app.telegram is None and app.web is None:
            raise CannotServe("nothing to serve: set SHOUWEN_TELEGRAM_TOKEN, or SHOUWEN_WEB_PORT to another than 0")
        empty = await demo.is_empty(app.database)
        if empty and app.telegram is None:
            await demo.build(app.database, app.now)
        try:
            await app.start()
        except OSError as error:
            raise CannotServe(
                f"SHOUWEN_WEB_PORT: {settings.web_host}:{settings.web_port} cannot be listened on (is it in use?)"
            ) from error
        await _announce(app, empty)
        settle()
        await _name_unlisted(app)
        await app.until_told()
        if app.telegram is not None and app.telegram.fault:
            raise CannotServe(app.telegram.fault)
    finally:
        await app.stop()


async def _open(app: App) -> None:
    """Bring the schema up to date and, beside it in a thread, read the lists and unpack the models. A newer database, a
    wrong catalogue or a wrong calendar stops the start here."""
    opened = await asyncio.gather(upgrade(app.database), asyncio.to_thread(lambda: app.office), return_exceptions=True)
    for wrong in opened:
        if isinstance(wrong, BaseException):
            raise wrong


async def _name_unlisted(app: App) -> None:
    """After `ready`, for nothing waits for it; a database that is away just now is told of by whoever needs it."""
    try:
        for line in await unlisted_services(app.database, app.office.rules.catalogue):
            print(line, file=sys.stderr, flush=True)
    except Exception as error:
        if not is_unavailable(error):
            raise


async def _announce(app: App, empty: bool) -> None:
    def say(words: str) -> None:
        print(words, flush=True)

    if app.web is not None:
        say(f"首问 · Shouwen on the web: {app.web.url}/")
    if app.web is not None and await demo.exists(app.database):
        say("演示社区 demo community · open each in a window of its own:")
        for who, link in await demo.links(app.database, app.web):
            say(f"  {who:<18} {link}")
    elif empty:
        say("No area yet. Add one and invite its staff:")
        say("  python -m bot area add HJ 黄桷社区")
        say("  python -m bot invite manager --area HJ --name 王芳")
    for area in await unanswered_areas(app.database, app.now()):
        print(f"not open yet, nobody answers: {area.code} {area.name}", file=sys.stderr, flush=True)
    say("ready · Ctrl+C stops")
