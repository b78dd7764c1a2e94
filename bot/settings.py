"""Settings from the environment or .env; a wrong one stops the start with its name and why."""

import ipaddress
import os
import re
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

PREFIX = "SHOUWEN_"
_DRIVERS = ("sqlite+aiosqlite", "postgresql+asyncpg")
_SCHEMES = {
    "telegram_api": ("https", "http"),
    "webhook_url": ("https", "http"),
    "web_url": ("https", "http"),
    "redis_url": ("redis", "rediss", "unix"),
}


class SettingsError(Exception):
    """One line a wrong setting: its name and what was expected."""


class Settings(BaseSettings):
    """Read with `load`, never at import."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore")

    database_url: str = "sqlite+aiosqlite:///shouwen.db"
    redis_url: str | None = None
    telegram_token: SecretStr | None = None
    telegram_api: str = "https://api.telegram.org"
    webhook_url: str | None = None
    webhook_secret: SecretStr | None = None
    web_host: str = "127.0.0.1"
    web_port: Annotated[int, Field(ge=0, le=65535)] = 8080
    web_url: str | None = None
    web_proxies: str = "127.0.0.1,::1"
    metrics_token: SecretStr | None = None
    log_format: Literal["text", "json"] = "text"
    timezone: str = "Asia/Shanghai"
    catalogue: Path | None = None
    calendar: Path | None = None
    data: Path = Path("data")

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, value: str) -> str:
        try:
            driver = make_url(value).drivername
        except ArgumentError as error:
            raise ValueError("expected a URL such as sqlite+aiosqlite:///shouwen.db") from error
        if driver not in _DRIVERS:
            raise ValueError(f"expected a URL that begins with {' or '.join(_DRIVERS)}, not {driver}")
        path = Path(make_url(value).database or "") if driver == _DRIVERS[0] else None
        if path is not None and (path.is_dir() or not path.parent.is_dir()):
            raise ValueError(f"expected a file in an existing folder, not {path}")
        return value

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError("expected a time zone such as Asia/Shanghai") from error
        return value

    @field_validator("telegram_token")
    @classmethod
    def _token_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            bot_id, _, secret = value.get_secret_value().partition(":")
            if not bot_id.isdecimal() or not secret:
                raise ValueError("expected a bot token of the form 123456:ABC…")
        return value

    @field_validator("telegram_api", "webhook_url", "web_url", "redis_url")
    @classmethod
    def _known_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        schemes = _SCHEMES[info.field_name or ""]
        parts = urlsplit(value or "")
        if value is not None and (parts.scheme not in schemes or not parts.netloc + parts.path):
            raise ValueError(f"expected an address that begins with {' or '.join(f'{s}://' for s in schemes)}")
        return value

    @field_validator("webhook_secret")
    @classmethod
    def _secret_shape(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and not re.fullmatch("[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
            raise ValueError("expected 1 to 256 letters, digits, _ or -")
        return value

    @field_validator("metrics_token")
    @classmethod
    def _hard_to_guess(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 16:
            raise ValueError("expected at least 16 characters")
        return value

    @field_validator("web_proxies")
    @classmethod
    def _networks(cls, value: str) -> str:
        try:
            networks_of(value)
        except ValueError as error:
            raise ValueError("expected addresses or networks with commas between, such as 10.0.0.0/8") from error
        return value

    @field_validator("catalogue")
    @classmethod
    def _is_folder(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_dir():
            raise ValueError(f"expected an existing folder, not {value}")
        return value

    @field_validator("calendar")
    @classmethod
    def _is_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"expected an existing file, not {value}")
        return value

    @field_validator("data")
    @classmethod
    def _can_be_folder(cls, value: Path) -> Path:
        if value.exists() and not value.is_dir():
            raise ValueError(f"expected a folder, not the file {value}")
        return value

    @model_validator(mode="after")
    def _webhook_whole(self) -> "Settings":
        if self.webhook_url and not (self.webhook_secret and self.telegram_token and self.web_port):
            raise ValueError("WEBHOOK_URL: needs WEBHOOK_SECRET, TELEGRAM_TOKEN and a WEB_PORT to be called at")
        return self

    @property
    def proxies(self) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
        """Whose word is taken for whom they speak."""
        return networks_of(self.web_proxies)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


def networks_of(text: str) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    """Addresses and networks with commas between.

    :raises ValueError: one of them is none
    """
    return tuple(ipaddress.ip_network(part.strip()) for part in text.split(",") if part.strip())


def load(**overrides: object) -> Settings:
    """The settings in force.

    :raises SettingsError: one line for each that is wrong, or that is none
    """
    unknown = sorted(name for name in os.environ if name.startswith(PREFIX) and not _is_setting(name))
    lines = [f"{name}: there is no such setting" for name in unknown]
    try:
        found = Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        for problem in error.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in problem["loc"]).upper()
            reason = problem["msg"].removeprefix("Value error, ")
            lines.append(f"{PREFIX}{name}: {reason}" if name else PREFIX + reason)
        raise SettingsError("\n".join(lines)) from error
    if lines:
        raise SettingsError("\n".join(lines))
    return found


def _is_setting(name: str) -> bool:
    return name.removeprefix(PREFIX).lower() in Settings.model_fields
