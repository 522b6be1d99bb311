"""Personal and undisclosable data in a table that is to be published."""

from __future__ import annotations

from meguro_opendata.privacy.data import BLOCKING, CODES, Hit, mask
from meguro_opendata.privacy.disclosure import (
    allowed,
    disclosed,
    disclosures,
    masked,
    masked_changes,
    masked_rejections,
    secrets,
)
from meguro_opendata.privacy.leftovers import file_authors, leftovers
from meguro_opendata.privacy.screen import CellHit, screen

__all__ = [
    "BLOCKING",
    "CODES",
    "CellHit",
    "Hit",
    "allowed",
    "disclosed",
    "disclosures",
    "file_authors",
    "leftovers",
    "mask",
    "masked",
    "masked_changes",
    "masked_rejections",
    "screen",
    "secrets",
]
