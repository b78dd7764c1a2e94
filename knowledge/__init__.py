"""What the desk knows: service lists, matching, danger signs, and the rules of answering for a request.

A library of its own, with no chat and no database: `from knowledge import Matcher`.
"""

from knowledge.catalogue import (
    GENERAL,
    Catalogue,
    CatalogueError,
    Contrast,
    Domain,
    Kind,
    Matter,
    PromiseSpec,
    Service,
)
from knowledge.danger import Danger, DangerKind, Tier
from knowledge.intents import Intent
from knowledge.matching import Band, Candidate, Match, Matcher

__all__ = [
    "GENERAL",
    "Band",
    "Candidate",
    "Catalogue",
    "CatalogueError",
    "Contrast",
    "Danger",
    "DangerKind",
    "Domain",
    "Intent",
    "Kind",
    "Match",
    "Matcher",
    "Matter",
    "PromiseSpec",
    "Service",
    "Tier",
]
