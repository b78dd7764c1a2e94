"""Signs of danger to life in what residents write, and the numbers to call at once.

Two readers look at every message and neither can silence a present danger that the other sees. Signs are
expressions that name a danger; guards beside them tell the past, the film, the device and the figure of speech from
what is happening now. A classifier trained on written examples hears what no expression names, such as a farewell.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from knowledge.model import Classifier
from knowledge.training import alarm, danger_weights, tells
from knowledge.wording import squeezed, windows

_SIGNS = Path(__file__).parent / "lexicon" / "signs.yaml"
_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DangerKind(StrEnum):
    """What the danger is; each kind has its own numbers."""

    MEDICAL = "medical"
    VIOLENCE = "violence"
    SUICIDE = "suicide"
    FIRE_GAS = "fire_gas"
    MISSING_PERSON = "missing_person"


class Tier(StrEnum):
    """PRESENT interrupts with the number and alerts staff; DOUBTFUL (past, unclear) only adds a line."""

    PRESENT = "present"
    DOUBTFUL = "doubtful"


_NUMBERS: dict[DangerKind, tuple[str, ...]] = {
    DangerKind.MEDICAL: ("120",),
    DangerKind.VIOLENCE: ("110",),
    DangerKind.SUICIDE: ("12356", "120", "110"),
    DangerKind.FIRE_GAS: ("119",),
    DangerKind.MISSING_PERSON: ("110",),
}
_KIN = re.compile("娃|孩|妈|爸|爷|奶|老人|婆婆|外公")  # whom a family looks for, not a debtor
# When a text shows several, the one whose number helps with the others is named
_GRAVEST = (
    DangerKind.SUICIDE,
    DangerKind.VIOLENCE,
    DangerKind.FIRE_GAS,
    DangerKind.MEDICAL,
    DangerKind.MISSING_PERSON,
)


@dataclass(frozen=True)
class Danger:
    """A danger found in a text."""

    kind: DangerKind
    tier: Tier

    @property
    def numbers(self) -> tuple[str, ...]:
        """Telephone numbers to call, the most fitting first."""
        return _NUMBERS[self.kind]


_TORN_OUT = 0.3
"""A window is torn out of its story, and a story has many: it must be so much clearer than a whole message."""

_WHOLE, _LONG = 0.08, 44
"""A sentence of a story is whole, and needs less of that, when it has not more characters than these."""
_FEW_WORDS = 0.45
"""A few words («我先走了», «三栋二单元») say little to the classifier: they must be that much clearer than others."""
_FEWEST = 4  # Chinese characters; up to so many, the expressions alone decide
LONGEST = 1500  # characters read of one message
_SQUEEZED = 20_000  # characters in which repetitions are taken out first


@lru_cache(maxsize=8)  # asked of a message before everything, and again when it is matched
def find(text: str) -> Danger | None:
    """The gravest danger the text shows, a present one before a doubtful one; None when it shows none."""
    text = squeezed(text[:_SQUEEZED])[:LONGEST]
    tiers: dict[DangerKind, Tier] = {}
    for kind, tier in (*_signs(text), *_heard(text)):
        if tiers.get(kind) is not Tier.PRESENT:
            tiers[kind] = tier
    for tier in Tier:
        for kind in _GRAVEST:
            if tiers.get(kind) is tier:
                return Danger(kind, tier)
    return None


@dataclass(frozen=True)
class _Lexicon:
    harmless: re.Pattern[str]
    signs: Mapping[DangerKind, tuple[re.Pattern[str], ...]]
    alone: Mapping[DangerKind, re.Pattern[str]]
    guards: Mapping[str, re.Pattern[str]]


@cache
def _lexicon() -> _Lexicon:
    data: dict[str, Any] = yaml.load(_SIGNS.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506

    def compiled(expression: str) -> re.Pattern[str]:
        for name, words in data["words"].items():
            expression = expression.replace(f"{{{name}}}", words)
        return re.compile(expression)

    return _Lexicon(
        harmless=compiled("|".join(data["harmless"])),
        signs={DangerKind(kind): tuple(map(compiled, some)) for kind, some in data["signs"].items()},
        alone={DangerKind(kind): compiled(words) for kind, words in data["alone"].items()},
        guards={name: compiled(expression) for name, expression in data["guards"].items()},
    )


def _signs(text: str) -> Iterator[tuple[DangerKind, Tier]]:
    """What the expressions find, each hit weighed by the words around it."""
    lexicon = _lexicon()
    said = _plain(text)
    for kind, words in lexicon.alone.items():
        if words.fullmatch(said.rstrip("了啦啊呀快，│")) or words.fullmatch(said):
            yield kind, Tier.PRESENT
    clean = lexicon.harmless.sub(lambda found: "□" * len(found[0]), said)
    for kind, expressions in lexicon.signs.items():
        hits = [hit for expression in expressions for hit in expression.finditer(clean)]
        several = len({hit.re for hit in hits}) > 1
        for hit in hits:
            tier = _weigh(kind, hit, several, lexicon.guards)
            if tier is not None:
                yield kind, tier


class _Scene:
    """The words around one hit: its sentence, what is said before and after, and when it happens."""

    def __init__(self, hit: re.Match[str], guards: Mapping[str, re.Pattern[str]]) -> None:
        text, start, end = hit.string, hit.start(), hit.end()
        last = text.find("│", end)
        self._guards = guards
        self.before, self.said = text[text.rfind("│", 0, start) + 1 : start], hit[0]
        self.after = text[end : len(text) if last < 0 else last]
        # a «now» behind the danger's own clause tells of the claim that is made of it, «hit me then, now he wants»
        self.moment = self.latest("now", len(self.before) + len(self.said.partition("，")[0]))
        self.now = self.moment >= 0 or guards["now"].search(self.after[:14]) is not None

    def latest(self, guard: str, end: int | None = None) -> int:
        """Where in the sentence so far, or up to `end`, the guard was last said; -1 when it was not."""
        so_far = self._guards[guard].finditer((self.before + self.said)[:end])
        return max((found.end() for found in so_far), default=-1)

    def near(self, guard: str, back: int, ahead: int) -> bool:
        """The guard is said within so many characters of the hit, in the same sentence."""
        around = self.before[max(0, len(self.before) - back) :] + self.said + self.after[:ahead]
        return self._guards[guard].search(around) is not None

    def has(self, guard: str) -> bool:
        """The guard is said anywhere in the sentence."""
        return self.near(guard, len(self.before), len(self.after))


def _weigh(kind: DangerKind, hit: re.Match[str], several: bool, guards: Mapping[str, re.Pattern[str]]) -> Tier | None:
    """PRESENT unless the words around say otherwise; None when it is no danger at all."""
    scene = _Scene(hit, guards)
    grave = kind in (DangerKind.VIOLENCE, DangerKind.SUICIDE)
    if _unreal(kind, scene, grave):
        return None
    if kind is DangerKind.MISSING_PERSON and scene.has("owed"):  # a debtor who hides, unless it is family
        return Tier.DOUBTFUL if scene.now and _KIN.search(scene.before + scene.said) else None
    if kind is DangerKind.MISSING_PERSON and _only_awaited(scene.before + scene.said + scene.after):
        return None
    if scene.latest("long_ago") > scene.moment or scene.near("past_tense", 0, 2):
        return Tier.DOUBTFUL if grave else None
    if kind is not DangerKind.VIOLENCE and scene.has("dead"):
        return None
    over = guards["over"].search(scene.said + scene.after) is not None or scene.has("bygone")
    if over or (not scene.now and scene.has("aftermath")):
        return Tier.DOUBTFUL if grave else None
    if scene.latest("recent") > scene.moment or scene.has("only_words"):
        return Tier.DOUBTFUL
    claimed = scene.has("claim")
    if kind is DangerKind.SUICIDE:
        return Tier.DOUBTFUL if scene.has("vexed") or (claimed and scene.has("hardship")) else Tier.PRESENT
    return Tier.PRESENT if scene.now else _unhurried(kind, scene, claimed, several)


def _unreal(kind: DangerKind, scene: _Scene, grave: bool) -> bool:
    """Denied, told of, feared, about a device or about a rescue: nobody is in danger."""
    if scene.near("denied", 8, 0) or scene.near("told", 24, 6):
        return True
    if scene.near("feared", 14, 0) and not scene.near("now", 0, 0):
        return True
    if not scene.now and (scene.near("device", 30, 30) or (not grave and scene.near("routine", 30, 30))):
        return True
    return kind in (DangerKind.MEDICAL, DangerKind.SUICIDE) and scene.near("saved", 14, 14)


def _unhurried(kind: DangerKind, scene: _Scene, claimed: bool, several: bool) -> Tier | None:
    """A danger with no word of now: habits and claims for damages speak of what was."""
    violent = kind is DangerKind.VIOLENCE
    if violent and scene.near("online", 10, 4):
        return Tier.DOUBTFUL
    if scene.near("habit", 12, 4):
        return Tier.DOUBTFUL if violent else None
    if claimed and kind is not DangerKind.MISSING_PERSON:
        return Tier.DOUBTFUL if violent or several else None
    return Tier.DOUBTFUL if scene.near("faint", 14, 12) else Tier.PRESENT


def _heard(text: str) -> Iterator[tuple[DangerKind, Tier]]:
    """What the classifier makes of the text, and of each sentence and each window of a long one."""
    if not tells(text, _FEWEST):
        return
    model = _model()
    kinds = [DangerKind(label) for label in model.labels[:-2]]
    present, doubtful = model.facts["levels"]
    story = windows(text)
    told = [part for part in _plain(text).split("│") if tells(part) and len(part) <= _LONG] if story else []
    around = [*told, *(before + part for before, part in zip(["", *story], story, strict=False))]
    heard = model.scores_of([text, *told, *story])[:, : len(kinds)]
    alone = 0.0 if tells(text) else _FEW_WORDS
    totals = alarm(heard) - np.array([alone] + [_WHOLE] * len(told) + [_TORN_OUT] * len(story))
    for place in np.flatnonzero(totals >= doubtful):
        kind, clean = kinds[int(heard[place].argmax())], _plain((text, *around)[place])
        if kind is DangerKind.MISSING_PERSON and _only_awaited(clean):
            continue
        calm = _said_without_now(clean, "told", "feared", "long_ago", "device")
        if totals[place] >= present:
            over = kind is DangerKind.VIOLENCE and _said_without_now(clean, "recent")  # who is missing, still is
            yield kind, Tier.DOUBTFUL if calm or over else Tier.PRESENT
        elif not calm:
            yield kind, Tier.DOUBTFUL


def _said_without_now(clean: str, *names: str) -> bool:
    """The text has no word of now, and one of these guards is said in it."""
    guards = _lexicon().guards
    return not guards["now"].search(clean) and any(guards[name].search(clean) for name in names)


def _only_awaited(clean: str) -> bool:
    """Who or what did not come was to come: a repairman, an official, a meal; nobody of one's own is missed."""
    guards = _lexicon().guards
    return guards["awaited"].search(clean) is not None and guards["own"].search(clean) is None


@cache
def _model() -> Classifier:
    return danger_weights()


def _plain(text: str) -> str:
    """Lower case and half width; sentences end with │, clauses with a comma."""
    text = unicodedata.normalize("NFKC", text).lower()
    text = re.sub(r"[。!?;！？；…\n]+|，?(?:还有|另外|顺便)", "│", text)
    return re.sub(r"[,、，:：~\s\"“”‘’（）()《》【】.\-]+", "，", text).strip("，│")
