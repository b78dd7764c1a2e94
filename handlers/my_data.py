"""我的数据 as a page that anybody can read: everything that `storage.privacy.about` gives, each thing by its name."""

from collections.abc import Mapping
from datetime import UTC, datetime
from html import escape
from typing import Any

from handlers import cards, pause_words
from handlers.texts import Markup, Voice
from knowledge.catalogue import Catalogue
from knowledge.numbers import spoken

_STYLE = """
body { font: 20px/1.7 "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif; color: #111; background: #fff;
  max-width: 760px; margin: 0 auto; padding: 16px; overflow-wrap: anywhere; }
h1 { font-size: 30px; } h2 { font-size: 24px; border-top: 2px solid #888; padding-top: 12px; }
h3 { font-size: 20px; margin: 8px 0 0; } p { margin: 0; } p b { font-weight: normal; color: #555; }
section { border: 1px solid #bbb; border-radius: 8px; padding: 8px 12px; margin: 8px 0; }
"""
_MOMENTS = ("_at", "since", "until")
_WORDS = frozenset({"as", "from", "channel", "language"})
"""Things said in a word of our own, which has its sentence."""


def page(voice: Voice, catalogue: Catalogue, known: Mapping[str, Any], made: datetime) -> bytes:
    """One HTML document that needs nothing else."""
    title, when = voice.t("my-data"), _moment(voice, made)
    body = _Page(voice, catalogue).fields(known, 2)
    return f"""<!doctype html>
<html lang="{voice.language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">
<title>{title}</title><style>{_STYLE}</style></head>
<body><h1>{title}</h1><p>{when}</p>{body}</body></html>
""".encode()


class _Page:
    def __init__(self, voice: Voice, catalogue: Catalogue) -> None:
        self._voice, self._catalogue = voice, catalogue

    def fields(self, known: Mapping[str, Any], depth: int) -> str:
        """What has no value is left out; what is many comes behind what is one."""
        told = {key: value for key, value in known.items() if value is not None and value not in ([], {}, "")}
        parts = [self._line(key, value) for key, value in told.items() if not _many(value)]
        for key, several in told.items():
            if _many(several):
                boxes = "".join(f"<section>{self.fields(one, min(depth + 1, 4))}</section>" for one in several)
                parts.append(f"<h{depth}>{self._name(key)}</h{depth}>{boxes}")
        return "".join(parts)

    def _line(self, key: str, value: Any) -> str:
        return f"<p><b>{self._name(key)}</b>　{self._value(key, value)}</p>"

    def _name(self, key: str) -> Markup:
        return self._voice.t(f"data-{key.replace('_', '-')}")

    def _value(self, key: str, value: Any) -> str:
        voice = self._voice
        if isinstance(value, bool):
            return voice.t("data-yes" if value else "data-no")
        if key == "at" or key.endswith(_MOMENTS):
            return _moment(voice, datetime.fromisoformat(value))
        if key == "files":
            return "、".join(voice.t(f"data-file-{kind.replace('_', '-')}") for kind in value)
        if key == "content":
            return pause_words.content(voice, value).replace("\n", "<br>")
        if key in ("level", "changed_to"):
            return voice.t(cards.level_key(value))
        if key == "status":
            return voice.t(f"status-{value.replace('_', '-')}")
        if key == "stage":
            return voice.t(f"mediation-stage-{value}")
        if key == "reason":
            return voice.t(f"reason-{value.replace('_', '-')}")
        if key in _WORDS:
            return voice.t(f"data-is-{value.replace(' ', '-')}")
        if key == "service":
            value = voice.named(self._catalogue.recorded(value))
        if key == "number":
            value = spoken(value)
        return escape(str(value)).replace("\n", "<br>")


def _many(value: Any) -> bool:
    return isinstance(value, list) and isinstance(value[0], Mapping)


def _moment(voice: Voice, moment: datetime) -> str:
    """With its year: this may be read long after."""
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return f"{aware.astimezone(voice.zone):%Y-%m-%d %H:%M}"
