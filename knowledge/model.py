"""A small text classifier in NumPy: TF-IDF over marks of the text, ridge regression on one column a label.

It is trained in the dual: with some thousand examples and ten times as many marks, everything the training
needs is the square matrix of how alike two examples are, and leaving one example out for checking costs
nothing more. Using it is one sparse dot product.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Marks = Callable[[str], Sequence[str]]
_FREQUENT = 64  # marks in more examples than this are multiplied as columns, the others pair by pair
_BLOCK = 256  # columns worked on at once


@dataclass(frozen=True)
class Classifier:
    """Scores a text for each label.

    idf: [marks]; weights: [marks, labels], as bytes with one scale a mark, which costs no accuracy; `facts`
    are small values kept with the weights, such as the temperature.
    """

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: Floats
    scale: Floats
    weights: npt.NDArray[np.int8]
    marks: Marks
    facts: dict[str, Any]

    @classmethod
    def of(cls, labels: Sequence[str], examples: "Examples", dual: Floats) -> Self:
        """The classifier that `dual`, the weights per example, gives for the examples' marks."""
        weights = examples.weights(dual)
        scale = np.maximum(weights.max(axis=1), -weights.min(axis=1)) / 127
        scale[scale == 0] = 1
        weights /= scale[:, None]
        return cls(
            labels=tuple(labels),
            vocabulary=examples.vocabulary,
            idf=examples.idf,
            scale=scale.astype(np.float32),
            weights=np.rint(weights, out=weights).astype(np.int8),
            marks=examples.marks,
            facts={},
        )

    def scores(self, text: str) -> Floats:
        """Raw scores, one a label; zeros when the text shares no mark with any example."""
        ids, values = encode(self.marks(text), self.vocabulary, self.idf)
        found: Floats = (values * self.scale[ids]) @ self.weights[ids].astype(np.float32)
        return found

    def scores_of(self, texts: Sequence[str]) -> Floats:
        """Raw scores of several texts at once, [texts, labels]: many short ones cost little more than one long one."""
        marked = [self.marks(text) for text in texts]
        shared = {mark: self.vocabulary[mark] for mark in set(chain(*marked)) if mark in self.vocabulary}
        known = [[shared[mark] for mark in some if mark in shared] for some in marked]
        places = np.repeat(np.arange(len(texts)), [len(some) for some in known]) * len(self.vocabulary)
        keys, counts = np.unique(places + np.fromiter(chain(*known), dtype=np.int64), return_counts=True)
        rows, ids = np.divmod(keys, len(self.vocabulary))
        values = (1 + np.log(counts.astype(np.float32))) * self.idf[ids]
        lengths = np.sqrt(np.bincount(rows, values * values, minlength=len(texts)))
        shares = (values * self.scale[ids] / lengths[rows])[:, None] * self.weights[ids]
        found = np.zeros((len(texts), len(self.labels)), dtype=np.float32)
        firsts = np.flatnonzero(np.diff(rows, prepend=-1))
        if len(firsts):
            found[rows[firsts]] = np.add.reduceat(shares, firsts)
        return found

    def save(self, file: Path) -> None:
        """Write the model to a new file."""
        arrays: dict[str, Any] = {
            "labels": np.array(self.labels),
            "vocabulary": np.frombuffer("\n".join(self.vocabulary).encode(), dtype=np.uint8),
            "idf": self.idf,
            "scale": self.scale,
            "weights": self.weights,
        }
        arrays |= {f"fact_{name}": np.asarray(value) for name, value in self.facts.items()}
        np.savez(file, **arrays)  # not compressed: unpacking took a tenth of a second of every start

    @classmethod
    def load(cls, file: Path, marks: Marks, stamp: str) -> Self | None:
        """Read a model written by save(); None when it is not of that stamp.

        Raises OSError, KeyError or ValueError when the file holds no model.
        """
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as kept:
            if str(kept["fact_stamp"]) != stamp:
                return None
            words = kept["vocabulary"].tobytes().decode().split("\n")
            return cls(
                labels=tuple(str(label) for label in kept["labels"]),
                vocabulary={word: n for n, word in enumerate(words)},
                idf=kept["idf"],
                scale=kept["scale"],
                weights=kept["weights"],
                marks=marks,
                facts={name[5:]: kept[name] for name in kept.files if name.startswith("fact_")},
            )


def encode(marks: Sequence[str], vocabulary: dict[str, int], idf: Floats) -> tuple[npt.NDArray[np.intp], Floats]:
    """Ids and TF-IDF values (length 1 as a vector) of the known marks."""
    counts = Counter(vocabulary[mark] for mark in marks if mark in vocabulary)
    ids = np.fromiter(counts.keys(), dtype=np.intp, count=len(counts))
    values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * idf[ids]
    norm = float(np.sqrt(values @ values))
    return ids, (values / norm if norm else values).astype(np.float32)


class Examples:
    """Encoded training texts."""

    def __init__(self, texts: Sequence[str], marks: Marks) -> None:
        self.marks = marks
        found = [marks(text) for text in texts]
        spread = Counter(mark for some in found for mark in set(some))
        self.vocabulary = {mark: n for n, mark in enumerate(sorted(spread))}
        counts = np.array([spread[mark] for mark in self.vocabulary], dtype=np.float32)
        self.idf: Floats = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
        encoded = [encode(some, self.vocabulary, self.idf) for some in found]
        self.rows = np.repeat(np.arange(len(texts)), [len(ids) for ids, _ in encoded])
        self.ids = np.concatenate([ids for ids, _ in encoded])
        self.values = np.concatenate([values for _, values in encoded])
        order = np.argsort(self.ids, kind="stable")
        self.rows, self.ids, self.values = self.rows[order], self.ids[order], self.values[order]
        self.starts = np.searchsorted(self.ids, np.arange(len(self.vocabulary) + 1))
        self.size = len(texts)

    def gram(self) -> Floats:
        """How alike two examples are, [n, n]; only the lower half is filled, and fit() needs no more."""
        spread, size = np.diff(self.starts), self.size
        gram = np.zeros((size, size), dtype=np.float32)
        flat = gram.reshape(-1)
        for count in range(1, _FREQUENT + 1):
            found = np.flatnonzero(spread == count)
            high, low = np.tril_indices(count)  # rows of a mark ascend, so these pairs are of the lower half
            for part in np.array_split(found, max(1, len(found) * len(high) // 500_000)):
                places = self.starts[part][:, None] + np.arange(count)
                rows, values = self.rows[places], self.values[places]
                pairs = (rows[:, high].astype(np.int64) * size + rows[:, low]).ravel()
                np.add.at(flat, pairs, (values[:, high] * values[:, low]).ravel())
        frequent = np.flatnonzero(spread > _FREQUENT)
        for block in np.array_split(frequent, max(1, len(frequent) // _BLOCK)):
            dense = np.zeros((size, len(block)), dtype=np.float32)
            for column, mark in enumerate(block):
                span = slice(self.starts[mark], self.starts[mark + 1])
                dense[self.rows[span], column] = self.values[span]
            for rows_, last in _strips(size):
                gram[rows_, :last] += dense[rows_] @ dense[:last].T
        return gram

    def weights(self, dual: Floats) -> Floats:
        """Weights per mark [marks, labels] from weights per example [examples, labels]."""
        result = np.zeros((len(self.vocabulary), dual.shape[1]), dtype=np.float32)
        for first in range(0, len(self.vocabulary), 4096):
            last = min(first + 4096, len(self.vocabulary))
            span = slice(self.starts[first], self.starts[last])
            shares = dual[self.rows[span]] * self.values[span][:, None]
            result[first:last] = np.add.reduceat(shares, self.starts[first:last] - self.starts[first])
        return result


@dataclass(frozen=True)
class Fit:
    """Result of a fit: weights per example [n, labels], and each example's scores by a fit without it."""

    dual: Floats
    left_out: Floats


def fit(gram: Floats, targets: Floats, ridge: float | Floats) -> Fit:
    """Kernel ridge regression of one column a label, and its exact leave-one-out scores.

    gram: [n, n], of which only the lower half is read, and which is used up; targets: [n, labels], one 1 a row;
    ridge > 0, one for all or one an example: half of it lets the example weigh twice. Leaving an example out needs
    no second fit: its score is its target less its weight over the diagonal of the inverse.
    """
    gram[np.diag_indices(len(gram))] += ridge
    _invert(gram)
    centred = targets - np.float32(1 / targets.shape[1])
    dual = np.empty_like(centred)
    for rows, _ in _strips(len(gram)):
        dual[rows] = gram[rows] @ centred
    return Fit(dual, (centred - dual / np.diag(gram)[:, None]).astype(np.float32))


def _invert(matrix: Floats) -> None:
    """Invert a symmetric positive matrix in its own memory, given by its lower half (block Gauss-Jordan).

    A third of the work of a general inverse and none of its copies, so that a small machine can train.
    """
    size = len(matrix)
    for start in range(0, size, _BLOCK):
        done = slice(start, min(start + _BLOCK, size))
        pivot = np.linalg.inv(_mirrored(matrix[done, done]))
        beside = np.concatenate([matrix[done, :start].T, matrix[start:, done]])
        beside[done] = 0
        share = beside @ pivot
        for rows, last in _strips(size):
            matrix[rows, :last] -= share[rows] @ beside[:last].T
        matrix[done, :start] = share[:start].T
        matrix[done.stop :, done] = share[done.stop :]
        matrix[done, done] = -pivot
    for rows, last in _strips(size):
        matrix[rows, :last] *= -1
        matrix[rows, rows] = _mirrored(matrix[rows, rows])
        matrix[: rows.start, rows] = matrix[rows, : rows.start].T


def _mirrored(block: Floats) -> Floats:
    return np.tril(block) + np.tril(block, -1).T


def _strips(size: int) -> Iterator[tuple[slice, int]]:
    """Strips of rows, each with the column after its last one in the lower half."""
    for start in range(0, size, 4 * _BLOCK):
        last = min(start + 4 * _BLOCK, size)
        yield slice(start, last), last


def chances(scores: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.float64]:
    """Softmax over the last axis."""
    raised = np.exp(np.asarray(scores, dtype=np.float64) - scores.max(axis=-1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=-1, keepdims=True))
