"""What every module of privacy builds on: the data file and its patterns, and the shape of a hit."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["BLOCKING", "CODES", "Hit", "mask", "pattern", "plain", "privacy_data"]


@cache
def privacy_data() -> dict[str, Any]:
    """The data file of this package.

    >>> "personal-name" in privacy_data()["blocking"]
    True
    """
    return tomllib.loads(resources.files(__package__).joinpath("privacy.toml").read_text(encoding="utf-8"))


BLOCKING: frozenset[str] = frozenset(privacy_data()["blocking"])
CODES: tuple[str, ...] = (*privacy_data()["blocking"], *privacy_data()["telling"])


@dataclass(frozen=True)
class Hit:
    """Something that may be personal: the finding's code and the words themselves, which no report may show.

    >>> Hit("personal-name", "佐藤").masked
    '佐＊'
    """

    code: str
    text: str

    @property
    def masked(self) -> str:
        """What a report may show of it."""
        return mask(self.text)


def mask(text: str) -> str:
    """The first character, brackets apart, and a sign for the rest.

    >>> mask("(090)1234-5678"), mask("佐藤"), mask("")
    ('0＊', '佐＊', '')
    """
    return text.lstrip("(（ ")[:1] + "＊" if text else ""


def plain(text: str) -> str:
    """A text with full-width letters and signs as half-width ones.

    >>> plain("０９０（１２３４）")
    '090(1234)'
    """
    return unicodedata.normalize("NFKC", text)


@cache
def pattern(section: str, name: str) -> re.Pattern[str]:
    """A pattern of the data file.

    >>> bool(pattern("fields", "phone").search("電話番号"))
    True
    """
    return re.compile(privacy_data()[section][name], re.DOTALL)
