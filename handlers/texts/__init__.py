"""The words on screen: Fluent files, one a language. Everything put into a sentence is escaped for HTML here."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from fluent.runtime import FluentBundle, FluentResource

from knowledge.catalogue import Domain, Service

LANGUAGES = ("zh", "en")
_LOCALES = {"zh": "zh-CN", "en": "en-GB"}
_WHEN = {"zh": "M月d日（EEE）HH:mm", "en": "EEE d MMM, HH:mm"}


NO_PHONE = "none"
"""The phone of a community that has none of its own: the sentence then names the city hotline."""
_ENTRY = re.compile(r"^(?=([a-zA-Z][\w-]*) *=)", re.M)
"""Where a sentence begins in a file, and its key."""
_LONG = 1000
_STAND_IN = "\ue000{}\ue001"
"""Fluent refuses values of more than 2500 characters; long ones are put in when the sentence is made."""


class Markup(str):
    """A piece of HTML that is already safe."""

    __slots__ = ()


class Texts:
    """All sentences of all languages; a wrong or missing one is an error, never a blank."""

    def __init__(self, folder: Path) -> None:
        self._bundles = {language: FluentBundle([_LOCALES[language]], use_isolating=False) for language in LANGUAGES}
        self._written: dict[str, dict[str, str]] = {language: {} for language in LANGUAGES}
        self._every: dict[str, frozenset[str]] = {}
        self._fixed: dict[tuple[str, str, bool], Markup] = {}
        for language in LANGUAGES:
            for path in sorted((folder / language).glob("*.ftl")):
                parts = _ENTRY.split(path.read_text("utf-8"))
                self._written[language].update(zip(parts[1::2], parts[2::2], strict=True))

    def get(self, language: str, key: str, *, elder: bool = False, **values: object) -> Markup:
        """The sentence `key`; with `elder` its shorter form, where it has one.

        :raises LookupError: no such sentence, or something it needs is missing
        """
        if not values:  # labels and the like: always the same
            if (fixed := self._fixed.get((language, key, elder))) is None:
                fixed = self._fixed[language, key, elder] = self._put_together(language, key, elder, values)
            return fixed
        return self._put_together(language, key, elder, values)

    def _put_together(self, language: str, key: str, elder: bool, values: Mapping[str, object]) -> Markup:
        language = language if language in self._bundles else LANGUAGES[0]
        bundle = self._bundles[language]
        if not bundle.has_message(key):  # read when it is first said: a start need not wait for two thousand sentences
            bundle.add_resource(FluentResource(self._written[language].get(key, "")))
        if not bundle.has_message(key):
            raise LookupError(f"no text {key!r} in {language}")
        message = bundle.get_message(key)
        pattern = (message.attributes.get("elder") if elder else None) or message.value
        if pattern is None:
            raise LookupError(f"text {key!r} in {language} says nothing")
        safe = _safe(values)
        long = {_STAND_IN.format(name): value for name, value in safe.items() if _is_long(value)}
        said, errors = bundle.format_pattern(
            pattern, {name: _STAND_IN.format(name) if _is_long(value) else value for name, value in safe.items()}
        )
        if errors:
            raise LookupError(f"text {key!r} in {language}: {errors}")
        words = str(said)
        for stand_in, value in long.items():
            words = words.replace(stand_in, str(value))
        return Markup(words)

    def has(self, key: str) -> bool:
        return key in self._written[LANGUAGES[0]]

    def every(self, key: str) -> frozenset[str]:
        """How a button is called in every language, so that its words can also be typed."""
        if key not in self._every:
            self._every[key] = frozenset(self.get(language, key) for language in LANGUAGES)
        return self._every[key]

    @staticmethod
    def when(moment: datetime, language: str, zone: ZoneInfo) -> Markup:
        """A moment as people write it, in the area's zone."""
        known = language if language in _LOCALES else LANGUAGES[0]
        return Markup(format_datetime(moment.astimezone(zone), _WHEN[known], locale=_babel(known)))


@cache
def _babel(language: str) -> Locale:
    """How dates are written; to find it by its name takes longer than to write the date."""
    return Locale.parse(_LOCALES[language], sep="-")


@dataclass(frozen=True)
class Voice:
    """How one person is spoken to: their language, their mode, and the zone of their clock."""

    texts: Texts
    language: str
    elder: bool
    zone: ZoneInfo

    def t(self, key: str, **values: object) -> Markup:
        return self.texts.get(self.language, key, elder=self.elder, **values)

    def when(self, moment: datetime) -> Markup:
        return self.texts.when(moment, self.language, self.zone)

    def named(self, thing: Service | Domain) -> str:
        """A service or a domain by its name in this language."""
        return thing.name_en if self.language == "en" else thing.name


def _safe(values: Mapping[str, object]) -> dict[str, object]:
    return {
        key: escape(value, quote=False) if isinstance(value, str) and not isinstance(value, Markup) else value
        for key, value in values.items()
    }


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value) > _LONG


@cache
def texts() -> Texts:
    """The packaged sentences, read once."""
    return Texts(Path(__file__).parent)
