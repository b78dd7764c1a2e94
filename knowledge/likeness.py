"""Needs that no service of the lists meets: put together by likeness, and shown without telling who asked."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

ALIKE = 50
"""How like two needs are, of 100, to be the same one."""
MOST = 3_000
"""Needs that are compared at most, the newest; more would not change what is seen."""
_SHORTEST, _LONGEST = 2, 12
_EXAMPLE = 60

_DIGITS = re.compile(r"[0-9０-９](?:[ -]?[0-9０-９])*")
_CALLED = re.compile(r"(?<=我叫|名叫|叫做|我是|姓名)[\u4e00-\u9fff]{2,4}")
_SURNAMED = re.compile(
    r"[\u4e00-\u9fff](?=(?:大爷|大妈|婆婆|爷爷|奶奶|阿姨|叔叔|伯伯|孃孃|嬢嬢|先生|女士|师傅|老师|医生|主任|书记)(?:$|[^\u4e00-\u9fff]|家|的|说))"
)
_BREAKS = re.compile(r"[\s，。！？、；：,.!?;:…~～（）()「」“”\"'×某]+")


@dataclass(frozen=True)
class Group:
    """Several needs that are alike.

    :ivar name: the longest words that at least half of them share; never those of one person alone
    :ivar members: their places in what was given
    :ivar example: one of them, without names and numbers
    """

    name: str
    members: tuple[int, ...]
    example: str


def scrub(words: str, names: Iterable[str] = ()) -> str:
    """A person's words without numbers and without names, as far as either can be told."""
    for name in names:
        if len(name) > 1:
            words = words.replace(name, "某")
    words = _CALLED.sub("某", _DIGITS.sub("×", words))
    return _SURNAMED.sub("某", words)


def groups(needs: Sequence[str]) -> list[Group]:
    """Put needs together that are alike, the largest group first; each need stands in one group.

    :param needs: scrubbed already; at most `MOST` are looked at
    """
    leaders: list[str] = []
    members: list[list[int]] = []
    for place, words in enumerate(needs[:MOST]):
        found = process.extractOne(words, leaders, scorer=fuzz.ratio, score_cutoff=ALIKE) if leaders else None
        if found is None:
            leaders.append(words)
            members.append([place])
        else:
            members[found[2]].append(place)
    made = [
        Group(_shared([needs[i] for i in mine]), tuple(mine), _head(leader))
        for leader, mine in zip(leaders, members, strict=True)
    ]
    return sorted(made, key=lambda g: (-len(g.members), g.members))


def _shared(needs: Sequence[str]) -> str:
    """The longest run of characters that at least half of several needs have; nothing when there is none."""
    if len(needs) < 2:
        return ""
    sample = needs[:40]
    tally: dict[str, int] = {}
    for words in sample:
        runs = set()
        for part in _BREAKS.split(words):
            for size in range(_SHORTEST, min(_LONGEST, len(part)) + 1):
                runs |= {part[i : i + size] for i in range(len(part) - size + 1)}
        for run in runs:
            tally[run] = tally.get(run, 0) + 1
    enough = max(2, (len(sample) + 1) // 2)
    shared = [(len(run), count, run) for run, count in tally.items() if count >= enough]
    return max(shared)[2] if shared else ""


def _head(words: str) -> str:
    return words if len(words) <= _EXAMPLE else words[:_EXAMPLE] + "…"
