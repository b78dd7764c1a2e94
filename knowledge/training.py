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
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from knowledge.catalogue import GENERAL, Catalogue
from knowledge.model import Classifier, Examples, Floats, chances, fit
from knowledge.wording import marks, windows

HERE = Path(__file__).parent
MATCHER, DANGER = HERE / "matcher.npz", HERE / "danger.npz"
EXAMPLES = HERE / "lexicon" / "danger.yaml"
RIDGE = 0.3
STRAIGHT_PRECISION = 0.93  # of what is sent straight on, this share must be right
PERSON_CHANCE = 0.60  # a choice is offered while at least this share of such texts has the right one in it
FALSE_PRESENT, FALSE_DOUBTFUL = 0.003, 0.015  # shares of harmless texts the danger classifier may stop at
NONE, DOUBTFUL = "none", "doubtful"
_PROBE = "１楼 王婆婆问：低保怎么申请？ 13800000000"  # its marks tell whether the reading of texts has changed

_log = logging.getLogger(__name__)


def matcher_weights(catalogue: Catalogue) -> Classifier:
    """The matcher's weights for these lists: shipped, kept from an earlier start, or trained now."""
    return _weights(MATCHER, _stamp(catalogue.fingerprint), lambda: train_matcher(catalogue))


def danger_weights() -> Classifier:
    """The danger classifier's weights: shipped, kept from an earlier start, or trained now."""
    return _weights(DANGER, _stamp(EXAMPLES.read_text(encoding="utf-8")), train_danger)


def stale() -> list[str]:
    """Names of the shipped weights that are not those of the packaged lists and examples."""
    wanted = {
        MATCHER: _stamp(Catalogue.load().fingerprint),
        DANGER: _stamp(EXAMPLES.read_text(encoding="utf-8")),
    }
    return [file.stem for file, stamp in wanted.items() if _read(file, stamp) is None]


def renew(name: str) -> None:
    """Train the shipped weights of that name anew; OSError when the package cannot be written."""
    if name == MATCHER.stem:
        write(train_matcher(Catalogue.load()), MATCHER)
    else:
        write(train_danger(), DANGER)


def _stamp(source: str) -> str:
    """Changes with what is trained from, and with how texts are read and weighed."""
    ways = (*marks(_PROBE), RIDGE, STRAIGHT_PRECISION, PERSON_CHANCE, FALSE_PRESENT, FALSE_DOUBTFUL)
    return hashlib.sha256(repr((source, ways)).encode()).hexdigest()


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
        os.replace(name, file)
    finally:
        name.unlink(missing_ok=True)


def train_matcher(catalogue: Catalogue) -> Classifier:
    """Train on every phrase, name and alias; calibrate on scores that left the phrase itself out."""
    texts, owners = zip(*_examples(catalogue), strict=True)
    labels = tuple(catalogue.services)
    place = {label: n for n, label in enumerate(labels)}
    answers = np.array([place[owner] for owner in owners])
    examples = Examples(texts, marks)
    result = fit(examples.gram, np.eye(len(labels), dtype=np.float32)[answers], RIDGE)
    temperature = _temperature(result.left_out, answers)
    straight, person = _bands(chances(result.left_out / temperature), answers, place[GENERAL])
    return Classifier(
        labels=labels,
        vocabulary=examples.vocabulary,
        idf=examples.idf,
        weights=examples.weights(result.dual),
        marks=marks,
        facts={
            "stamp": _stamp(catalogue.fingerprint),
            "temperature": temperature,
            "straight": straight,
            "person": person,
        },
    )


def train_danger() -> Classifier:
    """Train on the written examples of danger, against them and half of what residents say of services.

    The other half sets the scores above which a text, or a window of a longer one, shows a danger.
    """
    source = EXAMPLES.read_text(encoding="utf-8")
    written: dict[str, Any] = yaml.safe_load(source)
    harmless = [phrase for service in Catalogue.load().services.values() for phrase in service.phrases]
    pairs = [(text, kind) for kind, some in written["present"].items() for text in some]
    kinds = [*written["present"], DOUBTFUL, NONE]
    pairs += [(text, DOUBTFUL) for some in written[DOUBTFUL].values() for text in some]
    pairs += [(text, NONE) for text in (*written[NONE], *harmless[::2])]
    pairs += [(part, NONE) for text in harmless[::2] for part in windows(text)]
    answers = np.array([kinds.index(kind) for _, kind in pairs])
    examples = Examples([text for text, _ in pairs], marks)
    result = fit(examples.gram, np.eye(len(kinds), dtype=np.float32)[answers], RIDGE)
    model = Classifier(
        labels=tuple(kinds),
        vocabulary=examples.vocabulary,
        idf=examples.idf,
        weights=examples.weights(result.dual),
        marks=marks,
        facts={},
    )
    present = len(written["present"])
    whole = [float(model.scores(text)[:present].sum()) for text in harmless[1::2]]
    parts = [
        max(float(model.scores(part)[:present].sum()) for part in windows(text))
        for text in harmless[1::2]
        if windows(text)
    ]
    levels = [1 - FALSE_PRESENT, 1 - FALSE_DOUBTFUL]
    model.facts.update(stamp=_stamp(source), whole=np.quantile(whole, levels), parts=np.quantile(parts, levels))
    return model


def _examples(catalogue: Catalogue) -> Iterable[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    for service in catalogue.services.values():
        for text in (service.name, *service.aliases, *service.phrases):
            if (text, service.id) not in seen:
                seen.add((text, service.id))
                yield text, service.id


def _temperature(scores: Floats, answers: npt.NDArray[np.intp]) -> float:
    """The divisor that makes the chances as likely as possible to have given the right answers."""

    def unlikely(logarithm: float) -> float:
        right = chances(scores / np.exp(logarithm))[np.arange(len(answers)), answers]
        return float(-np.log(np.maximum(right, 1e-12)).mean())

    grid = np.linspace(np.log(0.01), np.log(2), 60)
    return float(np.exp(min(grid, key=unlikely)))


def _bands(chance: npt.NDArray[np.float64], answers: npt.NDArray[np.intp], general: int) -> tuple[float, float]:
    """The least confidence for going straight on, and for offering a choice at all."""
    best = chance.argmax(axis=1)
    sure = chance.max(axis=1)
    order = np.argsort(-sure)
    precision = np.cumsum((best == answers)[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= STRAIGHT_PRECISION)
    straight = float(sure[order][enough[-1]]) if len(enough) else 1.0
    top = np.argsort(-chance, axis=1)[:, :3]
    offered = (top == answers[:, None]).any(axis=1)
    levels = np.linspace(0.02, straight, 40)
    for level in levels:
        low = (sure < level + 0.02) & (sure >= level - 0.02)
        if low.sum() >= 10 and offered[low].mean() >= PERSON_CHANCE:
            return straight, float(level)
    return straight, float(levels[0])


def _read(file: Path, wanted: str) -> Classifier | None:
    try:
        model = Classifier.load(file, marks)
    except (OSError, KeyError, ValueError):
        return None
    return model if str(model.facts["stamp"]) == wanted else None


def _cache() -> Path:
    """Where this person may keep what can be made again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or tempfile.gettempdir()
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "shouwen"
