"""Trains the classifiers, and keeps the weights beside the fingerprint of what they were made from.

Trained weights come with the packaged lists. When a phrase has been edited the fingerprints differ and the
weights are trained anew, in seconds, when they are next loaded; nobody has to remember a step, and weights
never speak for lists they were not made from.
"""

import hashlib
import logging
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt
import yaml

from knowledge.catalogue import GENERAL, Catalogue
from knowledge.model import Classifier, Examples, Floats, chances, fit
from knowledge.neighbours import Neighbours
from knowledge.wording import marks, windows

HERE = Path(__file__).parent
MATCHER, DANGER = HERE / "matcher.npz", HERE / "danger.npz"
EXAMPLES = HERE / "lexicon" / "danger.yaml"
RIDGE = 0.3
STRAIGHT_PRECISION = 0.94  # of what is sent straight on, this share must be right; residents' own words take some
OUTSIDE_WRONG = 0.028  # of what no list names, at most this share may go straight to a wrong service
OUTSIDE_SHARE = 0.12  # of what is not sure of any service, this share is kept for what no list names
PERSON_CHANCE = 0.60  # a choice is offered while at least this share of such texts has the right one in it
FALSE_PRESENT, FALSE_DOUBTFUL = (0.004, 0.0255), (0.02, 0.081)
"""Shares of needs, and of examples that only sound like danger, the danger classifier may stop at."""
WRITTEN = 2.0  # what an example written to tell danger apart weighs, against one of what is said of services
MOST_EXAMPLES, MOST_SERVICES = 9000, 400  # trained on; beyond, time and memory grow with the square
_FEW = 9  # Chinese characters
_LONG_NAME = 3  # characters; shorter names of services are parts of other words
_SAMPLE = 500  # phrases a large catalogue is calibrated on
NONE, DOUBTFUL = "none", "doubtful"
_PROBE = "１楼 王婆婆问：低保怎么申请？ 13800000000"  # its marks tell whether the reading of texts has changed

_log = logging.getLogger(__name__)


def matcher_weights(catalogue: Catalogue) -> Classifier | Neighbours:
    """The matcher's weights for these lists: shipped, kept from an earlier start, or trained now."""
    said = sum(1 + len(some.aliases) + len(some.phrases) for some in catalogue.services.values())
    if said > MOST_EXAMPLES or len(catalogue.services) > MOST_SERVICES:
        return index_matcher(catalogue)
    return _weights(MATCHER, _matcher_stamp(catalogue), lambda: train_matcher(catalogue))


def danger_weights() -> Classifier:
    """The danger classifier's weights: shipped, kept from an earlier start, or trained now."""
    return _weights(DANGER, _danger_stamp(), train_danger)


def stale() -> list[str]:
    """Names of the shipped weights that are not those of the packaged lists and examples."""
    wanted = {
        MATCHER: _matcher_stamp(Catalogue.load()),
        DANGER: _danger_stamp(),
    }
    return [file.stem for file, stamp in wanted.items() if _read(file, stamp) is None]


def renew(name: str) -> None:
    """Train the shipped weights of that name anew; OSError when the package cannot be written."""
    if name == MATCHER.stem:
        write(train_matcher(Catalogue.load()), MATCHER)
    else:
        write(train_danger(), DANGER)


def _matcher_stamp(catalogue: Catalogue) -> str:
    return _stamp(catalogue.fingerprint, STRAIGHT_PRECISION, OUTSIDE_WRONG, OUTSIDE_SHARE, PERSON_CHANCE, _LONG_NAME)


def _danger_stamp() -> str:
    aims = (FALSE_PRESENT, FALSE_DOUBTFUL)
    return _stamp(EXAMPLES.read_text(encoding="utf-8"), aims, WRITTEN, _FEW, "the nearest third of the needs")


def _stamp(*ways: object) -> str:
    """Changes with what is trained from and aimed at, and with how texts are read and weighed."""
    return hashlib.sha256(repr((ways, RIDGE, marks(_PROBE))).encode()).hexdigest()


def _weights(shipped: Path, wanted: str, train: Callable[[], Classifier]) -> Classifier:
    kept = _cache() / f"{shipped.stem}-{wanted[:16]}.npz"
    for file in (shipped, kept):
        if (model := _read(file, wanted)) is not None:
            return model
    _log.info("the lists have changed: training %s", shipped.stem)
    model = train()
    try:
        write(model, kept)
    except OSError as error:  # a read-only place: trained again at the next start
        _log.info("the weights of %s cannot be kept: %s", shipped.stem, error.strerror)
    return model


def write(model: Classifier, file: Path) -> None:
    """Write the weights whole or not at all; OSError when the place cannot be written."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=file.parent, suffix=".npz", delete=False) as part:
        name = Path(part.name)
    try:
        model.save(name)
        name.chmod(0o644)
        os.replace(name, file)
    finally:
        name.unlink(missing_ok=True)


def train_matcher(catalogue: Catalogue) -> Classifier:
    """Train on every phrase, name and alias; calibrate on scores that left the phrase itself out."""
    labels, texts, answers = _examples(catalogue)
    examples = Examples(texts, marks)
    result = fit(examples.gram(), np.eye(len(labels), dtype=np.float32)[answers], RIDGE)
    model = Classifier.of(labels, examples, result.dual)
    model.facts.update(stamp=_matcher_stamp(catalogue), **_calibrated(result.left_out, answers, labels.index(GENERAL)))
    return model


def index_matcher(catalogue: Catalogue) -> Neighbours:
    """The same for a catalogue too large to train on; calibrated on a sample of its phrases."""
    labels, texts, answers = _examples(catalogue)
    model = Neighbours.build(labels, texts, answers, marks)
    sample = np.linspace(0, len(texts) - 1, min(len(texts), _SAMPLE)).astype(int)
    scores = np.array([model.scores(texts[n], but=n) for n in sample])
    model.facts.update(_calibrated(scores, answers[sample], labels.index(GENERAL)))
    return model


def train_danger() -> Classifier:
    """Train on the written examples of danger, against harmless ones and what residents say of services.

    Harmless texts, each scored by a fit without it, set the scores above which a text shows a danger that is
    present, or a doubtful one: the higher of what the needs ask for and what the examples that only sound like
    danger ask for.
    """
    written: dict[str, Any] = yaml.safe_load(EXAMPLES.read_text(encoding="utf-8"))
    dangers = [(text, kind) for kind, some in written["present"].items() for text in some]
    phrases = [phrase for service in Catalogue.load().services.values() for phrase in service.phrases]
    needs = [*phrases, *(part for phrase in phrases for part in windows(phrase))]
    said, near = _nearest(needs, [text for text, _ in dangers]), written[NONE]
    unsure = [(text, DOUBTFUL) for some in written[DOUBTFUL].values() for text in some]
    parts = [part for text in near for part in windows(text)]
    pairs = [*((text, NONE) for text in (*parts, *said, *near)), *unsure, *dangers]
    kinds = [*written["present"], DOUBTFUL, NONE]
    answers = np.array([kinds.index(kind) for _, kind in pairs])
    usual, harmless = len(parts) + len(said), len(parts) + len(said) + len(near)
    weights = np.where(np.arange(len(pairs)) < usual, 1, WRITTEN).astype(np.float32)
    examples = Examples([text for text, _ in pairs], marks)
    result = fit(examples.gram(), np.eye(len(kinds), dtype=np.float32)[answers], RIDGE / weights)
    scores = alarm(result.left_out[:, : len(written["present"])])
    scores[[n for n, (text, _) in enumerate(pairs[:harmless]) if not tells(text)]] = scores.min()  # not asked of these
    levels = [
        max(
            np.quantile(scores[len(parts) : usual], 1 - of_needs * len(needs) / len(said)),
            np.quantile(scores[usual:harmless], 1 - of_near),
        )
        for of_needs, of_near in (FALSE_PRESENT, FALSE_DOUBTFUL)
    ]
    model = Classifier.of(kinds, examples, result.dual)
    model.facts.update(stamp=_danger_stamp(), levels=levels)
    return model


def _nearest(needs: Sequence[str], dangers: Sequence[str]) -> list[str]:
    """The third of the needs that sounds most like danger: the rest teaches nothing and costs twice as much."""
    examples = Examples([*needs, *dangers], marks)
    shares = np.full((examples.size, 1), -1 / len(needs), dtype=np.float32)
    shares[len(needs) :] = 1 / len(dangers)
    likeness = Classifier.of(("danger",), examples, shares).scores_of(needs)[:, 0]
    return [needs[place] for place in np.sort(np.argsort(-likeness)[: len(needs) // 3])]


def alarm(scores: Floats) -> Floats:
    """How much speaks for a danger, from the scores of its kinds (the last axis).

    All kinds together and the likeliest once more: a danger is of one kind, a harmless text is a little like several.
    """
    total: Floats = scores.sum(axis=-1) + scores.max(axis=-1)
    return total


def tells(text: str, few: int = _FEW) -> bool:
    """More than a few Chinese characters: fewer («好的明天我在家») tell the classifier little, or nothing."""
    return sum("\u4e00" <= character <= "\u9fff" for character in text) > few


def _examples(catalogue: Catalogue) -> tuple[tuple[str, ...], list[str], npt.NDArray[np.intp]]:
    """Service ids, the texts that lead to them in the same order, and the place of each text's service.

    What the general window says of a matter is left out once a list that was added names it: 「残疾证要换」.
    """
    texts: list[str] = []
    answers: list[int] = []
    named = [
        name
        for service in catalogue.services.values()
        if service.id != GENERAL
        for name in (service.name, *service.aliases)
        if len(name) >= _LONG_NAME
    ]
    for place, service in enumerate(catalogue.services.values()):
        said = dict.fromkeys((service.name, *service.aliases, *service.phrases))
        if service.id == GENERAL:
            said = {text: None for text in said if text == service.name or not any(name in text for name in named)}
        texts += said
        answers += [place] * len(said)
    return tuple(catalogue.services), texts, np.array(answers)


def _calibrated(scores: Floats, answers: npt.NDArray[np.intp], general: int) -> dict[str, float]:
    temperature = _temperature(scores, answers)
    straight, person = _bands(tempered(scores, temperature, general), answers, general)
    nothing = float(tempered(np.zeros_like(scores[0]), temperature, general).max())
    return {"temperature": temperature, "straight": straight, "person": min(max(person, 1.05 * nothing), straight)}


def tempered(scores: Floats, temperature: float, general: int) -> npt.NDArray[np.float64]:
    """Calibrated chances over the last axis; the less sure they are, the likelier is the general window.

    The lists' phrases name something more often than residents do, so that who is not understood would else be
    offered three services that have nothing to do with the matter.
    """
    chance = chances(scores / temperature)
    chance[..., general] += OUTSIDE_SHARE * (1 - chance.max(axis=-1))
    total: npt.NDArray[np.float64] = chance / chance.sum(axis=-1, keepdims=True)
    return total


def _temperature(scores: Floats, answers: npt.NDArray[np.intp]) -> float:
    """The divisor that makes the chances as likely as possible to have given the right answers."""

    def unlikely(logarithm: float) -> float:
        right = chances(scores / np.exp(logarithm))[np.arange(len(answers)), answers]
        return float(-np.log(np.maximum(right, 1e-12)).mean())

    grid = np.linspace(np.log(0.01), np.log(2), 60)
    return float(np.exp(min(grid, key=unlikely)))


def _bands(chance: npt.NDArray[np.float64], answers: npt.NDArray[np.intp], general: int) -> tuple[float, float]:
    """The least confidence for going straight on, and for offering a choice at all."""
    best, sure = chance.argmax(axis=1), chance.max(axis=1)
    outside = answers == general
    straight = 1.0
    for level in np.linspace(0.99, 0.5, 50):
        taken = sure >= level
        wrong = taken & (best != answers)
        if (wrong & outside).sum() > OUTSIDE_WRONG * outside.sum():
            break
        if wrong.sum() > (1 - STRAIGHT_PRECISION) * taken.sum():
            break
        straight = float(level)
    offered = (np.argsort(-chance, axis=1)[:, :3] == answers[:, None]).any(axis=1)
    for level in np.linspace(0.02, straight, 40):
        near = np.abs(sure - level) < 0.02
        if near.sum() >= 10 and offered[near].mean() >= PERSON_CHANCE:
            return straight, float(level)
    return straight, 0.02


def _read(file: Path, wanted: str) -> Classifier | None:
    try:
        return Classifier.load(file, marks, wanted)
    except (OSError, KeyError, ValueError, BadZipFile):
        return None


def _cache() -> Path:
    """Where this person may keep what can be made again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or tempfile.gettempdir()
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "shouwen"
