"""Every kind of file that comes from outside: files that are read alone, and the data of a workspace."""

from __future__ import annotations

from fuzz.data import DATA
from fuzz.files import FILES

__all__ = ["KINDS"]

KINDS = (*FILES, *DATA)
