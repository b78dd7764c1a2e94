"""Scores by the most alike phrase: for catalogues too large for the trained weights of knowledge.model.

Nothing is fitted, so thousands of services are ready in seconds and cost memory only for the marks of their
phrases. It is less exact than the trained weights, and its confidence is calibrated all the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from knowledge.model import Floats, Marks, encode

_COMMON = 0.2  # marks in more than this share of the phrases tell nothing and cost the most


@dataclass(frozen=True)
class Neighbours:
    """An index from marks to phrases; phrases stand in the order of their labels.

    starts: [marks + 1] into rows and values; firsts: [labels], each label's first phrase.
    """

    labels: tuple[str, ...]
    vocabulary: dict[str, int]
    idf: Floats
    starts: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int32]
    values: npt.NDArray[np.float16]
    firsts: npt.NDArray[np.int64]
    size: int
    marks: Marks
    facts: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def build(cls, labels: Sequence[str], texts: Sequence[str], answers: npt.NDArray[np.intp], marks: Marks) -> Self:
        """Index the texts; answers: [texts], ascending, the place of each text's label, none left out."""

        def short(text: str) -> list[str]:  # characters and neighbours are enough here, at half the memory
            return [mark for mark in marks(text) if len(mark) < 3]

        spread: dict[str, int] = {}
        for text in texts:
            for mark in set(short(text)):
                spread[mark] = spread.get(mark, 0) + 1
        most = max(50.0, _COMMON * len(texts))
        vocabulary = {mark: n for n, mark in enumerate(m for m in spread if spread[m] <= most)}
        counts = np.array([spread[mark] for mark in vocabulary], dtype=np.float32)
        idf = (np.log((1 + len(texts)) / (1 + counts)) + 1).astype(np.float32)
        encoded = [_packed(*encode(short(text), vocabulary, idf)) for text in texts]
        ids = np.concatenate([ids for ids, _ in encoded])
        rows = np.repeat(np.arange(len(texts), dtype=np.int32), [len(ids) for ids, _ in encoded])
        values = np.concatenate([values for _, values in encoded])
        order = np.argsort(ids, kind="stable")
        return cls(
            labels=tuple(labels),
            vocabulary=vocabulary,
            idf=idf,
            starts=np.concatenate(([0], np.cumsum(np.bincount(ids, minlength=len(vocabulary))))),
            rows=rows[order],
            values=values[order],
            firsts=np.searchsorted(answers, np.arange(len(labels))),
            size=len(texts),
            marks=short,
        )

    def scores(self, text: str, but: int | None = None) -> Floats:
        """For each label the likeness, 0 to 1, of its most alike phrase; phrase number `but` is left out."""
        ids, values = encode(self.marks(text), self.vocabulary, self.idf)
        spans = [slice(self.starts[mark], self.starts[mark + 1]) for mark in ids]
        if not spans:
            return np.zeros(len(self.labels), dtype=np.float32)
        rows = np.concatenate([self.rows[span] for span in spans])
        shares = np.concatenate(
            [self.values[span].astype(np.float32) * value for span, value in zip(spans, values, strict=True)]
        )
        alike = np.bincount(rows, weights=shares, minlength=self.size)
        if but is not None:
            alike[but] = 0
        return np.maximum.reduceat(alike, self.firsts).astype(np.float32)


def _packed(ids: npt.NDArray[np.intp], values: Floats) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float16]]:
    return ids.astype(np.int32), values.astype(np.float16)
