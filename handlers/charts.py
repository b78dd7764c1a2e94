"""Pictures for a phone: figures as one PNG, with a font of our own, so that Chinese is there on a bare machine."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

FONT = Path(__file__).parent / "fonts" / "NotoSansSC-GB2312.otf"
"""Noto Sans SC with the characters of GB 2312 (see docs/decisions/0010-pictures.md)."""

WIDTH = 900
"""Pixels: sharp on a phone held upright, where they become about 390 points."""
_EDGE = 44
_INK, _SOFT, _LINE, _GROUND = "#1a1a1a", "#5c5c5c", "#dcdcdc", "#ffffff"
_MAIN = "#0b57d0"
LEVELS = ("#1b7a3d", "#6aa84f", "#b6c95a", "#e69138", "#b3261e")
"""The five ratings, best first."""


@dataclass(frozen=True)
class Bar:
    """One bar: its name, how long it is (0 to 1; None: nothing to show), and what is written at its end."""

    name: str
    share: float | None
    label: str


@dataclass(frozen=True)
class Picture:
    """What a report shows at a glance.

    :ivar numbers: the large numbers on top, each with what it is; at most four
    :ivar levels: how often each rating was given, best first, with the name of each; empty: not shown
    :ivar bars: titled lists of bars
    """

    title: str
    numbers: Sequence[tuple[str, str]]
    levels: Sequence[tuple[str, int]] = ()
    levels_title: str = ""
    bars: Sequence[tuple[str, Sequence[Bar]]] = ()


def draw(picture: Picture) -> bytes:
    """The picture as PNG, as high as it needs to be."""
    height = 150 + (150 if picture.numbers else 0) + (260 if any(n for _, n in picture.levels) else 0)
    height += sum(100 + 72 * len(bars) for _, bars in picture.bars if bars)
    from PIL import Image, ImageDraw  # a seventh of a second that a start need not wait for

    image = Image.new("RGB", (WIDTH, height), _GROUND)
    pen = _Pen(ImageDraw.Draw(image))
    pen.title(picture.title)
    pen.numbers(picture.numbers)
    if any(count for _, count in picture.levels):
        pen.heading(picture.levels_title)
        pen.levels(picture.levels)
    for title, bars in picture.bars:
        if bars:
            pen.heading(title)
            for bar in bars:
                pen.bar(bar)
    stream = io.BytesIO()
    image.crop((0, 0, WIDTH, min(height, pen.y + _EDGE))).save(stream, "PNG")  # optimize: thrice as long for 3 %
    return stream.getvalue()


class _Pen:
    """Draws from top to bottom."""

    def __init__(self, canvas: "ImageDraw.ImageDraw") -> None:
        self._canvas, self.y = canvas, _EDGE

    def title(self, words: str) -> None:
        self._text(_EDGE, self.y, words, 40, _INK, width=WIDTH - 2 * _EDGE)
        self.y += 76

    def heading(self, words: str) -> None:
        self.y += 18
        self._canvas.line([(_EDGE, self.y), (WIDTH - _EDGE, self.y)], _LINE, 2)
        self._text(_EDGE, self.y + 16, words, 30, _SOFT)
        self.y += 74

    def numbers(self, numbers: Sequence[tuple[str, str]]) -> None:
        width = (WIDTH - 2 * _EDGE) // max(len(numbers), 1)
        for place, (value, name) in enumerate(numbers):
            x = _EDGE + place * width
            self._text(x, self.y, value, 52, _MAIN, width=width - 12)
            self._text(x, self.y + 72, name, 28, _SOFT, width=width - 12)
        self.y += 126 if numbers else 0

    def levels(self, levels: Sequence[tuple[str, int]]) -> None:
        """One bar of five parts, and under it what each part is."""
        total, x, whole = sum(n for _, n in levels), float(_EDGE), WIDTH - 2 * _EDGE
        for (_, count), colour in zip(levels, LEVELS, strict=False):
            part = whole * count / total
            if count:
                self._canvas.rectangle([x, self.y, x + max(part - 3, 2), self.y + 52], colour)
            x += part
        self.y += 70
        width = whole // 3
        for place, ((name, count), colour) in enumerate(zip(levels, LEVELS, strict=False)):
            left, top = _EDGE + place % 3 * width, self.y + place // 3 * 48
            self._canvas.rectangle([left, top + 8, left + 24, top + 32], colour)
            self._text(left + 36, top, f"{name} {count}", 28, _INK, width=width - 40)
        self.y += 48 * ((len(levels) + 2) // 3) + 8

    def bar(self, bar: Bar) -> None:
        self._text(_EDGE, self.y, bar.name, 30, _INK, width=230)
        left, right = _EDGE + 240, WIDTH - _EDGE - 200
        self._canvas.rectangle([left, self.y + 6, right, self.y + 42], "#eef1f5")
        if bar.share:
            end = left + (right - left) * min(bar.share, 1.0)
            self._canvas.rectangle([left, self.y + 6, max(end, left + 2), self.y + 42], _MAIN)
        self._text(right + 14, self.y, bar.label, 30, _INK, width=190)
        self.y += 66

    def _text(self, x: float, y: float, words: str, size: int, colour: str, *, width: float | None = None) -> None:
        """Words in one line; smaller, and at last cut, where they are too long."""
        while width is not None and size > 20 and self._canvas.textlength(words, _font(size)) > width:
            size -= 2
        while width is not None and len(words) > 1 and self._canvas.textlength(words, _font(size)) > width:
            words = words[:-2] + "…"
        self._canvas.text((x, y), words, colour, _font(size))


@cache
def _font(size: int) -> "ImageFont.FreeTypeFont":
    from PIL import ImageFont

    return ImageFont.truetype(str(FONT), size)
