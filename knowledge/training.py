"""Trains the matcher from the phrases of the service lists, and keeps the result beside the lists' fingerprint.

The packaged lists come with their trained weights. When a phrase has been edited the fingerprints differ and
the weights are trained anew, in seconds, when the matcher is next loaded; nobody has to remember a step, and
weights never speak for lists they were not made from.
"""

import hashlib
import logging
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.catalogue import GENERAL, Catalogue
from knowledge.model import Classifier, Examples, Floats, chances, fit
from knowledge.wording import marks

SHIPPED = Path(__file__).parent / "matcher.npz"
RIDGE = 0.3
STRAIGHT_PRECISION = 0.93  # of what is sent straight on, this share must be right
PERSON_CHANCE = 0.60  # a choice is offered while at least this share of such texts has the right one in it

_log = logging.getLogger(__name__)


def fingerprint(catalogue: Catalogue) -> str:
    """Changes with any service list and with the way of training."""
    digest = hashlib.sha256(catalogue.fingerprint.encode())
    for name in ("model.py", "training.py", "wording.py", "lexicon/syllables.txt"):
        digest.update((Path(__file__).parent / name).read_bytes())
    return digest.hexdigest()


def trained(catalogue: Catalogue) -> Classifier:
    """The weights for these lists: shipped, kept from an earlier start, or trained now and kept if possible."""
    wanted = fingerprint(catalogue)
    kept = _cache() / f"matcher-{wanted[:16]}.npz"
    for file in (SHIPPED, kept):
        if (model := _read(file, wanted)) is not None:
            return model
    _log.info("the service lists have changed: training the matcher")
    model = train(catalogue)
    try:
        write(model, kept)
    except OSError as error:  # a read-only place: trained again at the next start
        _log.info("the trained matcher cannot be kept: %s", error.strerror)
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


def train(catalogue: Catalogue) -> Classifier:
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
            "fingerprint": fingerprint(catalogue),
            "temperature": temperature,
            "straight": straight,
            "person": person,
        },
    )


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


def _bands(
    chance: npt.NDArray[np.float64], answers: npt.NDArray[np.intp], general: int
) -> tuple[float, float]:
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
    return model if str(model.facts["fingerprint"]) == wanted else None


def _cache() -> Path:
    """Where this person may keep what can be made again."""
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or tempfile.gettempdir()
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    return Path(base) / "shouwen"
