"""Names of areas as people say them."""

import re

from rapidfuzz import fuzz

from knowledge.wording import sound

ALIKE = 50
"""From here on a name may be the one that is meant."""

_KIND_OF_PLACE = re.compile(r"(?:社区|居委会|村委会|村|小区|网格)+$")


def likeness(words: str, name: str) -> float:
    """How like a name some words are, 0 to 100: by characters or by sound, whatever kind of place is added."""
    said, named = _KIND_OF_PLACE.sub("", words) or words, _KIND_OF_PLACE.sub("", name) or name
    if named in said or said in named:
        return 100.0
    return float(max(fuzz.ratio(said, named), fuzz.ratio([sound(c) for c in said], [sound(c) for c in named])))
