"""Finds the service a resident needs from what they say, and how sure that is.

    from knowledge import Matcher
    Matcher.load().match("屋头没得人煮饭").ranked[0].id      # "elderly.meals"

One call reads everything the desk must know of a message: danger, intents, needs and services.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
import numpy.typing as npt
from rapidfuzz import fuzz, process

from knowledge import danger, intents
from knowledge.catalogue import GENERAL, Catalogue, Contrast
from knowledge.danger import Danger, Tier
from knowledge.intents import Intent
from knowledge.model import Classifier, Floats
from knowledge.neighbours import Neighbours
from knowledge.training import matcher_weights, tempered
from knowledge.wording import plain, squeezed

_FIRST_WORDS = "您好，我想问一下社区食堂在哪里，怎么走？另外老年卡怎么办"  # long enough for every reader
LONGEST = 2000  # characters looked at; a longer story is kept whole by the caller
_RANKED = 5
_CLEAR_IN_DANGER = 0.5  # below, what is said in danger is of no list


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

    def __init__(self, catalogue: Catalogue, model: Classifier | Neighbours) -> None:
        self.catalogue = catalogue
        self._model = model
        self._temperature = float(model.facts["temperature"])
        self._general = model.labels.index(GENERAL)
        self._straight = float(model.facts["straight"])
        self._person = float(model.facts["person"])
        self._names: dict[str, int] = {}
        for n, label in enumerate(model.labels):
            service = catalogue.service(label)
            for name in (service.name, *service.aliases):
                self._names.setdefault(plain(name), n)
        self._matched = lru_cache(maxsize=8)(self._match)  # a message is asked about more than once
        self._english = tuple(catalogue.service(label).name_en.lower() for label in model.labels)

    @classmethod
    def load(cls, folder: Path | None = None) -> Self:
        """The matcher for the service lists of `folder` (None: the packaged ones).

        Trains first, for some seconds, when the lists have changed since the last time. Raises CatalogueError.
        """
        catalogue = Catalogue.load(folder)
        matcher = cls(catalogue, matcher_weights(catalogue))
        matcher.match(_FIRST_WORDS)  # what is read on first use is read now, so that no resident waits for it
        return matcher

    def match(self, text: str) -> Match:
        """Read one message; never fails, whatever the text."""
        return self._matched(squeezed(text[:LONGEST]))

    def names(self, text: str) -> bool:
        """Whether the text is the name of a service, or one of its other names, and nothing else."""
        return plain(text) in self._names

    def _match(self, text: str) -> Match:
        found = danger.find(text)
        alarmed = found is not None and found.tier is Tier.PRESENT
        chance = self._chances(text)
        if alarmed and chance.max() < _CLEAR_IN_DANGER:
            chance *= 1 - _CLEAR_IN_DANGER  # it is recorded at the general window at once
            chance[self._general] += _CLEAR_IN_DANGER
        order = np.argsort(-chance, kind="stable")[:_RANKED]
        ranked = tuple(Candidate(self._model.labels[n], float(chance[n])) for n in order)
        band = self._band(ranked)
        contrast = None
        if band is Band.CHOOSE and len(ranked) > 1:
            contrast = self.catalogue.contrast(ranked[0].id, ranked[1].id)
        needs = (text,) if alarmed else self._needs(text)  # who is in danger is not asked to sort needs
        return Match(ranked, band, intents.find(text), found, needs, contrast)

    def _band(self, ranked: tuple[Candidate, ...]) -> Band:
        if ranked[0].confidence >= self._straight:
            return Band.STRAIGHT
        return Band.CHOOSE if ranked[0].confidence >= self._person else Band.PERSON

    def _chances(self, text: str) -> npt.NDArray[np.float64]:
        clean = plain(text)
        if (named := self._names.get(clean)) is not None:
            return self._alone(named)
        if clean.isascii():
            return self._in_english(clean)
        return tempered(self._model.scores(text), self._temperature, self._general)

    def _alone(self, place: int) -> npt.NDArray[np.float64]:
        chance = np.full(len(self._model.labels), 0.02 / len(self._model.labels))
        chance[place] = 0.98
        return chance

    def _in_english(self, clean: str) -> npt.NDArray[np.float64]:
        """The phrases are Chinese; English is compared with the English names only, and is never sure."""
        alike = process.cdist([clean], self._english, scorer=fuzz.token_set_ratio)[0].astype(float) / 100
        alike[alike < 0.75] = 0
        if not clean or not alike.any():
            chance = np.full(len(alike), 0.5 / len(alike)) * self._person
            chance[self._general] = self._person / 2
            return chance
        return np.asarray(alike / alike.sum() * self._straight * 0.99)

    def _needs(self, text: str) -> tuple[str, ...]:
        """Split at words that open another need, or between questions, if the parts lead to different services."""
        for divide, sure in ((_SECOND, _SURE_PART), (_QUESTION, _SURE_CUT)):
            parts = [part.strip(_EDGES) for part in divide.split(text)]
            parts = [part for part in parts if len(plain(part)) >= _SHORTEST_NEED]
            if not 2 <= len(parts) <= _MOST_NEEDS:
                continue
            best = [self._chances(part) for part in parts]
            services = {int(chance.argmax()) for chance in best}
            if len(services) < len(parts) or any(chance.max() < sure for chance in best):
                continue
            if divide is _QUESTION or len(text) > _LONG_SPEECH:
                # a question may lean on the one before it (「去哪里登记？」), and a story goes on with such words
                whole = self._model.scores(text)
                if whole[list(services)].min() < _SHOWN_SPOKEN:
                    continue
            return tuple(parts)
        return self._cut_in_two(text) or (text,)

    def _cut_in_two(self, text: str) -> tuple[str, str] | None:
        """Cut where a word may open another need, as in dictation without marks, or in a short message at a mark.

        A story has many clauses that sound like another service, and 「还有」 also lists; so each part must be
        clear by itself, ask or complain, and both services must show in the whole text too, before any third.
        """
        for divide, longest, spoken in ((_SPOKEN_SECOND, _LONG_SPEECH, True), (_CLAUSE, _SHORT_MESSAGE, False)):
            if len(text) > longest:
                continue
            cuts = [(text[: m.start()].strip(_EDGES), text[m.end() :].strip(_EDGES)) for m in divide.finditer(text)]
            asked = any if spoken else all
            cuts = [
                cut
                for cut in cuts
                if all(len(plain(part)) >= _SHORTEST_NEED for part in cut) and asked(map(_ASKS.search, cut))
            ]
            if cuts and (found := self._clearest(self._model.scores(text), cuts, spoken=spoken)) is not None:
                return found
        return None

    def _clearest(self, whole: Floats, cuts: list[tuple[str, str]], *, spoken: bool) -> tuple[str, str] | None:
        """The cut whose parts are surest of two different services; None when no cut has two needs."""
        sure_from, own_from = (_SURE_SPOKEN, 0.0) if spoken else (_SURE_CUT, _OWN_WORDS)
        found: list[tuple[float, tuple[str, str]]] = []
        for cut in cuts:
            first, second = (self._chances(part) for part in cut)
            one, two = int(first.argmax()), int(second.argmax())
            sure, blurred = min(first[one], second[two]), max(first[two], second[one])
            if one == two or sure < sure_from or blurred > _BLURRED:
                continue
            if own_from and min(self._model.scores(cut[0])[one], self._model.scores(cut[1])[two]) < own_from:
                continue
            shown, third = min(whole[one], whole[two]), np.delete(whole, [one, two]).max(initial=0)
            if shown >= max(self._shown(one, two, spoken=spoken), third + _BEFORE_A_THIRD):
                found.append((float(sure), cut))
        return max(found)[1] if found else None

    def _shown(self, one: int, two: int, *, spoken: bool) -> float:
        """How much of both services must show in the whole text: services of one domain are more alike.

        A word that may open another need is a sign of its own, so that less is enough.
        """
        a, b = (self.catalogue.service(self._model.labels[n]) for n in (one, two))
        if self.catalogue.contrast(a.id, b.id) is not None:
            return np.inf  # one need that two services could meet: there is a question for it
        apart = a.domain != b.domain
        if spoken:
            return _SHOWN_SPOKEN if apart else _SHOWN
        return _SHOWN if apart else _SHOWN_NEAR


def asks(text: str) -> bool:
    """Whether a clause asks for something or complains by itself, and does not only tell; English always may."""
    return text.isascii() or _ASKS.search(text) is not None


_EDGES = " \t\n，,。.；;：:！!？?、"
_SHORTEST_NEED = 5  # characters
_MOST_NEEDS = 3
_SURE_PART = 0.2  # after a word that opens another need a little confidence in each part is enough
_QUESTION = re.compile(r"[？?；;\n]+")  # a full stop may only tell the story on
_SHORT_MESSAGE, _LONG_SPEECH = 60, 200  # characters; longer ones are stories
_SURE_CUT, _SURE_SPOKEN = 0.9, 0.8  # least confidence in each part where no word, or one without a mark, stands
_BLURRED = 0.1  # most confidence in the other part's service
_OWN_WORDS = 0.5  # least score of each part by itself: 「可以申请免费的吗」 leans on what was said before
_SHOWN_SPOKEN, _SHOWN, _SHOWN_NEAR, _BEFORE_A_THIRD = 0.22, 0.3, 0.35, 0.03  # scores in the whole text
_CLAUSE = re.compile(r"[，,。.；;？?！!、\s]+")
# A part that asks for something or complains, and does not only tell
_ASKS = re.compile(
    r"想|要[办申找领买装学]|怎么|咋|啷个|如何|哪[里个儿点]|好久|几[时点]|什么时候|多少|好多|能不能|能否|可不可以|可以"
    r"|有没[有得]|[吗嘛么呢不没]$|帮|请|申请|咨询|问|报名|办|不[给还修管理让准退赔养签交拴]|没[给发到修还人得拿]|坏了"
    r"|[太很吵]吵|吵[得到]|漏|占|堵|咬|骂|欠|赖|拖|泡|停了|丢了|过期|臭|老是|天天|半夜"
)
# Words that open another need, at the start of a clause; 「还有」 only before who or what asks, for it also lists
_SECOND = re.compile(
    r"(?:^|[，,。.；;！!？?、\s])(?:"
    r"(?:另外|再有|此外|同时|对了|顺便|顺带|再就是|再一个|第[二三](?![天年月周次轮批期层楼栋])|其[二次]|一是|二是|一个是|二一个|另一个|再问"
    r"|还有(?=[我他她就想要请问个一点，,：:]|生|办|社区)|我?还想(?=问|请问|咨询))"
    r"(?:还有?|就是|再|也|想|请|问|咨询|一?[下哈个]|事|件事|是|点|，|,|、|：|:)*)"
)
# Words that may open another need in the middle of what was dictated without marks
_SPOKEN_SECOND = re.compile(
    r"(?:哦?对了|然后)?(?:还有(?:就是|一个|个事|个|(?=[我他她你人想]))|另外(?:还有|就是|再)?|再就是|再一个|再有就是"
    r"|顺[便带](?:再|也|想)?(?:问[一下哈个]*)?|对了|然后还?有?|(?<!我想)再问[一下哈个]*|我?还(?:想|要)问[一下哈个]*"
    r"|第二个(?:事情?|是)?)(?:就是)?"
)
