"""Finds the service a resident needs from what they say, and how sure that is.

    from knowledge import Matcher
    Matcher.load().match("屋头没得人煮饭").ranked[0].id      # "elderly.meals"

One call reads everything the desk must know of a message: danger, intents, needs and services.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz

from knowledge import danger, intents
from knowledge.catalogue import GENERAL, Catalogue, Contrast
from knowledge.danger import Danger
from knowledge.intents import Intent
from knowledge.model import Classifier, chances
from knowledge.training import matcher_weights
from knowledge.wording import plain

LONGEST = 2000  # characters looked at; a longer story is kept whole by the caller
_RANKED = 5


class Band(StrEnum):
    """What to do with a match: go straight on, offer a choice of three, or let a person read it."""

    STRAIGHT = "straight"
    CHOOSE = "choose"
    PERSON = "person"


@dataclass(frozen=True)
class Candidate:
    """A service and the calibrated chance, 0 to 1, that it is the one meant."""

    id: str
    confidence: float


@dataclass(frozen=True)
class Match:
    """What one message says. `needs` are its parts when it names several needs, else the text itself."""

    ranked: tuple[Candidate, ...]
    band: Band
    intents: tuple[Intent, ...]
    danger: Danger | None
    needs: tuple[str, ...]
    contrast: Contrast | None


class Matcher:
    """Matches texts with the services of one catalogue; made by load(), safe to share between threads."""

    def __init__(self, catalogue: Catalogue, model: Classifier) -> None:
        self.catalogue = catalogue
        self._model = model
        self._temperature = float(model.facts["temperature"])
        self._straight = float(model.facts["straight"])
        self._person = float(model.facts["person"])
        self._names: dict[str, int] = {}
        for n, label in enumerate(model.labels):
            service = catalogue.service(label)
            for name in (service.name, *service.aliases):
                self._names.setdefault(plain(name), n)
        self._english = tuple(catalogue.service(label).name_en.lower() for label in model.labels)

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """The matcher for the service lists of `folder` (None: the packaged ones).

        Trains first, for some seconds, when the lists have changed since the last time. Raises CatalogueError.
        """
        catalogue = Catalogue.load(folder)
        return cls(catalogue, matcher_weights(catalogue))

    def match(self, text: str) -> Match:
        """Read one message; never fails, whatever the text."""
        text = text[:LONGEST]
        chance = self._chances(text)
        order = np.argsort(-chance, kind="stable")[:_RANKED]
        ranked = tuple(Candidate(self._model.labels[n], float(chance[n])) for n in order)
        band = self._band(ranked)
        contrast = None
        if band is Band.CHOOSE and len(ranked) > 1:
            contrast = self.catalogue.contrast(ranked[0].id, ranked[1].id)
        return Match(ranked, band, intents.find(text), danger.find(text), self._needs(text), contrast)

    def _band(self, ranked: tuple[Candidate, ...]) -> Band:
        if ranked[0].confidence >= self._straight:
            return Band.STRAIGHT
        return Band.CHOOSE if ranked[0].confidence >= self._person else Band.PERSON

    def _chances(self, text: str) -> npt.NDArray[np.float64]:
        clean = plain(text)
        if (named := self._names.get(clean)) is not None:
            chance = np.full(len(self._model.labels), 0.02 / len(self._model.labels))
            chance[named] = 0.98
            return chance
        if clean.isascii():
            return self._in_english(clean)
        return chances(self._model.scores(text) / self._temperature)

    def _in_english(self, clean: str) -> npt.NDArray[np.float64]:
        """The phrases are Chinese; English is compared with the English names only, and is never sure."""
        alike = np.array([fuzz.token_set_ratio(clean, name) / 100 for name in self._english])
        alike[alike < 0.75] = 0
        if not clean or not alike.any():
            chance = np.full(len(alike), 0.5 / len(alike)) * self._person
            chance[self._model.labels.index(GENERAL)] = self._person / 2
            return chance
        return np.asarray(alike / alike.sum() * self._straight * 0.99)

    def _needs(self, text: str) -> tuple[str, ...]:
        """Split at words that open a second need, when the parts lead to different services."""
        parts = [part.strip(" ，,。；;") for part in _SECOND.split(text)]
        parts = [part for part in parts if len(plain(part)) >= 4]
        if len(parts) < 2:
            return (text,)
        best = [self._chances(part) for part in parts]
        if any(chance.max() < self._person for chance in best):
            return (text,)
        if len({int(chance.argmax()) for chance in best}) < len(parts):
            return (text,)
        return tuple(parts)


_SECOND = re.compile(
    r"[；;]|另外(?:还|就是|再)?|还有(?:就是|个事|一?件事|一个|个)?[，,]?|顺便(?:再)?(?:问一?[下哈]?|请问)?|再(?:就是|一个|问一?[下哈])[，,]?"
    r"|第[二三][，,、:：是个]|[2-3２-３][、.．]|同时(?:还)?|对了[，,]?|以及"
)
