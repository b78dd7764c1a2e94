"""Settings that work and are not safe: `python -m bot check` names them."""

import stat
from ipaddress import ip_address
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.settings import Settings

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_ENV = Path(".env")


def unsafe(settings: Settings, env: Path = _ENV) -> list[str]:
    """What somebody should look at before people use the desk in earnest, a line each."""
    return [*_addresses(settings), *_files(settings, env)]


def _addresses(settings: Settings) -> list[str]:
    found = []
    if settings.web_port and not _only_here(settings.web_host) and not (settings.web_url or "").startswith("https:"):
        found.append(
            f"SHOUWEN_WEB_HOST: {settings.web_host} is open to others and SHOUWEN_WEB_URL is no https address: "
            "what people say could be read on the way; put a proxy with TLS before it"
        )
    elif settings.web_port and not _only_here(settings.web_host) and all(n.is_loopback for n in settings.proxies):
        found.append(
            f"SHOUWEN_WEB_HOST: {settings.web_host} lets others past the proxy, without TLS; listen on 127.0.0.1, or, "
            "where the proxy is on another machine, name it in SHOUWEN_WEB_PROXIES and let nobody else reach the port"
        )
    elif (settings.web_url or "").startswith("http:"):
        found.append("SHOUWEN_WEB_URL: http can be read on the way; use https")
    if (settings.webhook_url or "").startswith("http:"):
        found.append("SHOUWEN_WEBHOOK_URL: http can be read on the way, and Telegram calls https only")
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else ""
    if settings.webhook_url and len(secret) < 16:
        found.append("SHOUWEN_WEBHOOK_SECRET: shorter than 16 characters can be guessed")
    if not settings.telegram_api.startswith("https:") and not _local(settings.telegram_api):
        found.append("SHOUWEN_TELEGRAM_API: the token and everything said would travel unencrypted")
    for name, url in (("DATABASE_URL", settings.database_url), ("REDIS_URL", settings.redis_url or "")):
        if url.startswith(("postgresql", "redis:")) and not _local(url) and make_url(url).password is None:
            found.append(f"SHOUWEN_{name}: another machine is used without a password")
    if any(network.prefixlen == 0 for network in settings.proxies):
        found.append("SHOUWEN_WEB_PROXIES: everybody's word is taken for where they come from")
    return found


def _files(settings: Settings, env: Path) -> list[str]:
    """Files that others on this machine could read: the database, the folder of files, the settings with secrets."""
    database = make_url(settings.database_url).database if settings.database_url.startswith("sqlite") else None
    found = []
    if database:
        path = Path(database)
        found += [_closed(p) for p in (path, *(Path(f"{path}{end}") for end in ("-wal", "-shm")))]
    found += [_closed(settings.data), _closed(settings.data / "web"), _closed(env)]
    return [line for line in found if line]


def _closed(path: Path) -> str | None:
    try:
        mode = path.stat().st_mode
    except OSError:
        return None
    if not mode & _OTHERS:
        return None
    want = "700" if stat.S_ISDIR(mode) else "600"
    return f"{path}: others on this machine can read it; chmod {want} {path}"


def _only_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _local(url: str) -> bool:
    host = make_url(url).host or "localhost"
    return _only_here(host)
