"""The data file of privacy with its patterns, and the class of a hit; every module of the package uses them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import polars as pl

from meguro_opendata.japan.folding import hyphened, hyphens, one_width, one_width_column
from meguro_opendata.packaged import packaged_toml

__all__ = [
    "BLOCKING",
    "CODES",
    "Hit",
    "expanded",
    "folded",
    "mask",
    "pattern",
    "plain",
    "privacy_data",
    "trigger",
]


def privacy_data() -> dict[str, Any]:
    """Return the data file of this package.

    >>> "personal-name" in privacy_data()["blocking"]
    True
    """
    return packaged_toml(__package__, "privacy.toml")


BLOCKING: frozenset[str] = frozenset(privacy_data()["blocking"])
CODES: tuple[str, ...] = (*privacy_data()["blocking"], *privacy_data()["telling"])
_FOLDING: dict[str, Any] = privacy_data()["folding"]
_STEPS: list[tuple[re.Pattern[str], str]] = [(re.compile(form), by) for form, by in _FOLDING["steps"]]
_SPACED: re.Pattern[str] = re.compile(_FOLDING["spaced"])


@dataclass(frozen=True)
class Hit:
    """A text that may be personal: the finding's code and the words found, which no report may show.

    >>> Hit("personal-name", "佐藤").masked
    '佐＊'
    """

    code: str
    text: str

    @property
    def masked(self) -> str:
        """Return the masked text, which a report may show."""
        return mask(self.text)


def mask(text: str) -> str:
    """Return the first character after an opening bracket, and ``＊`` for the rest.

    >>> mask("(090)1234-5678"), mask("佐藤"), mask("")
    ('0＊', '佐＊', '')
    """
    return text.lstrip("(（ ")[:1] + "＊" if text else ""


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """Return a text as the patterns expect it: half width, one kind of hyphen, no spaces inside a spaced-out name.

    >>> plain("０９０（１２３４）"), plain("03‐5722ー1111"), plain("佐 藤 花 子 様"), plain("mihon(at)gmail.com")
    ('090(1234)', '03-5722-1111', '佐藤花子 様', 'mihon@gmail.com')
    """
    folded = hyphened(one_width(text), "between_words")
    for form, by in _STEPS:
        folded = form.sub(by, folded)
    return _SPACED.sub(lambda found: re.sub(r"\s", "", found[0]), folded)


def folded(texts: pl.Series) -> pl.Series:
    """Return a column of texts as the triggers expect them; unlike :func:`plain`, spaces in names stay.

    >>> folded(pl.Series(["０９０‐１２３４ー５６７８"])).to_list()
    ['090-1234-5678']
    """
    found = one_width_column(texts).str.replace_all(f"[{hyphens('between_words')}]", "-")
    for form, by in _FOLDING["wide_steps"]:
        found = found.str.replace_all(form, by)
    return found


def expanded(written: str) -> str:
    """Return a pattern with each ``<<name>>`` replaced by the common part of that name.

    >>> expanded("^<<counted>>$").startswith("^<<"), expanded("^<<counted>>$").endswith("$")
    (False, True)
    """
    parts = privacy_data()["parts"]
    while "<<" in written:
        written = re.sub("<<([a-z]+)>>", lambda found: str(parts[found[1]]), written)
    return written


@cache
def pattern(section: str, name: str) -> re.Pattern[str]:
    """Return a pattern of the data file; a list of patterns matches where one of them does.

    >>> bool(pattern("fields", "phone").search("電話番号"))
    True
    """
    written = privacy_data()[section][name]
    return re.compile(expanded(written if isinstance(written, str) else "|".join(written)), re.DOTALL)


@cache
def trigger(name: str) -> str:
    """Return a pattern of the section ``triggers``, as polars takes it.

    >>> "<<" in trigger("mobile")
    False
    """
    written: str | list[str] = privacy_data()["triggers"][name]
    return expanded(written if isinstance(written, str) else "|".join(written))
