"""Names of a file as evidence for its standard: title, sheet, file name and slug."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meguro_opendata.japan.folding import loose, one_width
from meguro_opendata.messages import word
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.standard.model import standards

if TYPE_CHECKING:
    from meguro_opendata.sources import Table

__all__ = [
    "Evidence",
    "evidence_words",
    "fewest_items",
    "least_share",
    "list_words",
    "named_lists",
    "names_of",
    "unlisted",
]

_LINES, _LONGEST = 12, 200  # of the lines above a header that are looked at
_LATIN = re.compile("[a-z0-9 _-]+")


@dataclass(frozen=True)
class Evidence:
    """A name that a list of the national standard goes by, found in what a file is called.

    Attributes:
        id: The standard.
        source: ``title``, ``sheet``, ``file`` or ``slug``; ``header`` where it stands before labels.
        word: The name as the data has it.
    """

    id: str
    source: str
    word: str


def names_of(table: Table, slug: str = "") -> dict[str, str]:
    """Return what a table is called, by the place where that stands: title, sheet, file and slug."""
    top = table.header_row - table.header_rows
    lines = (cell for line in table.grid.head(max(0, min(top, _LINES))) for cell in line)
    title = " ".join(cell.strip() for cell in lines if cell.strip())[:_LONGEST]
    return {"title": title, "sheet": table.grid.sheet or "", "file": Path(table.path.name).stem, "slug": slug}


def named_lists(names: Mapping[str, str]) -> tuple[Evidence, ...]:
    """Return the lists that some names speak of, the longest name first where several overlap.

    >>> [(one.id, one.source) for one in named_lists({"title": "公衆トイレの一覧", "file": "131105_aed"})]
    [('public_toilet', 'title'), ('aed', 'file')]
    >>> [one.id for one in named_lists({"file": "駅前自転車駐車場"})], named_lists({"file": "guaedx"})
    (['bicycle_parking'], ())
    """
    return tuple(one for source, text in names.items() for one in _in_text(source, text))


def evidence_words(one: Evidence, lang: str) -> dict[str, str]:
    """Return the title of the list that a name speaks of, the list's id, the name and where it stands, for a message.

    >>> evidence_words(Evidence("car_park", "sheet", "公営駐車場"), "en")["where"]
    "the sheet's name"
    """
    found = next(standard for standard in standards() if standard.id == one.id)
    title = found.title if lang == "ja" else found.title_en
    return {"list": title, "list_id": one.id, "name": one.word, "where": word(f"named-{one.source}", lang)}


def unlisted() -> frozenset[str]:
    """Return the ids of the lists whose items are not known."""
    return frozenset(_data()["unlisted"])


def list_words(standard_id: str) -> tuple[str, ...]:
    """Return the names of a list as they are compared, folded."""
    return tuple(name for name, id_, _ in _words() if id_ == standard_id)


def fewest_items() -> int:
    """Return how many columns must be items of a list before its name alone makes it the proposal."""
    return int(_data()["settings"]["fewest_items"])


def least_share(standard_id: str) -> float | None:
    """Return the share of its labels that a companion file's header must have, ``None`` for any other list."""
    return _data()["companion"].get(standard_id)  # type: ignore[no-any-return]


def _in_text(source: str, text: str) -> Iterator[Evidence]:
    """Yield the names in one text; a name inside a longer one is none."""
    # Spaces stand between the letters of some titles, and between the words of names in Latin letters.
    rest = {False: loose(text), True: one_width(text).casefold()}
    seen = set()
    for name, standard_id, pattern in _words():
        latin = bool(_LATIN.fullmatch(name))
        shorter = pattern.sub("\n", rest[latin])
        if shorter != rest[latin] and standard_id not in seen:
            seen.add(standard_id)
            yield Evidence(standard_id, source, name)
        rest[latin] = shorter


@cache
def _words() -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    """Return every name as it is compared, its list, and how it is found, the longest first."""
    data = _data()
    named = [(name, one) for part in ("names", "unlisted") for one, names in data[part].items() for name in names]
    ids = [(one, one) for part in ("names", "unlisted") for one in data[part]]
    ids = [pair for pair in ids if pair[0] not in data["settings"]["too_general"]]
    compared = {(loose(name), one) for name, one in (*named, *ids)}
    return tuple((name, one, _found_by(name)) for name, one in sorted(compared, key=lambda pair: (-len(pair[0]), pair)))


def _found_by(name: str) -> re.Pattern[str]:
    if not _LATIN.fullmatch(name):
        return re.compile(re.escape(name))
    return re.compile(f"(?<![a-z]){re.sub('[_-]', '[ _-]?', name)}(?![a-z])")


@cache
def _data() -> dict[str, Any]:
    return packaged_toml(__package__, "names.toml")
