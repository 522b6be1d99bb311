"""Recognition of a column's kind of value (phone number, coordinate, date) by the form of its values alone."""

from __future__ import annotations

from functools import cache
from typing import Any

import polars as pl

from meguro_opendata.japan.folding import hyphens, one_width_column
from meguro_opendata.packaged import packaged_toml

__all__ = ["METRES", "contradiction", "telling_kinds", "value_kinds_of"]

METRES = "metres"  # the kind of a column that should have degrees and has plane coordinates
_DEGREES = ("latitude", "longitude")
_DASHES = f"[{hyphens('between_numbers')}]"


def value_kinds_of(values: pl.Series) -> tuple[str, ...]:
    """Return the kinds whose form nearly all filled cells have, the most specific first; empty for a blank column.

    >>> value_kinds_of(pl.Series(["（03）5722-1111", "03‐5722‐9000"]))
    ('phone',)
    >>> value_kinds_of(pl.Series(["35.6415", ""])), value_kinds_of(pl.Series(["見本"]))
    (('latitude',), ())
    """
    known = _known()
    trimmed = one_width_column(values.head(known["settings"]["rows"])).str.strip_chars()
    filled = trimmed.filter(trimmed != "")
    if len(filled) < known["settings"]["fewest"]:
        return ()
    plain = filled.str.replace_all(_DASHES, "-")
    return tuple(kind for kind in known["forms"] if _share(plain, filled, kind) >= known["settings"]["share"])


def contradiction(kind: str, values: pl.Series) -> str | None:
    """Return the kind of a column's values if it contradicts a field's kind, else ``None``.

    >>> contradiction("phone", pl.Series(["https://www.example.com/"]))
    'uri'
    >>> contradiction("phone", pl.Series(["代表"])) is None
    True
    """
    listed = _known()["contradicts"]
    against = listed["kinds"] if kind in listed["kinds"] else listed["text"] if kind == "name" else ()
    found = value_kinds_of(values)
    if kind in _DEGREES and kind not in found and _are_metres(values):
        return METRES
    return None if kind in found else next((seen for seen in found if seen in against), None)


def _are_metres(values: pl.Series) -> bool:
    """Return whether nearly all filled cells are plane coordinates.

    >>> _are_metres(pl.Series(["-42148.043", "-41039.19"])), _are_metres(pl.Series(["35.6415", "353829"]))
    (True, False)
    """
    known = _known()
    trimmed = one_width_column(values.head(known["settings"]["rows"])).str.strip_chars()
    filled = trimmed.filter(trimmed != "").str.replace_all(_DASHES, "-")
    fitting = int(filled.str.contains(known["metres"]["form"]).sum())
    return fitting > 0 and fitting >= known["settings"]["share"] * len(filled)


def telling_kinds() -> tuple[str, ...]:
    """Return the kinds that can be recognised by values alone.

    >>> "phone" in telling_kinds(), "text" in telling_kinds()
    (True, False)
    """
    return tuple(_known()["telling"]["kinds"])


def _share(plain: pl.Series, filled: pl.Series, kind: str) -> float:
    """Return the share of cells that have a kind's form; kana keep their long vowel signs."""
    known = _known()
    fits = (filled if kind == "kana" else plain).str.contains(known["forms"][kind])
    if kind in known["digits"]:
        fits = fits & plain.str.replace_all("[^0-9]", "").str.slice(0, 11).str.contains(known["digits"][kind])
    return float(fits.sum()) / len(filled)


@cache
def _known() -> dict[str, Any]:
    return packaged_toml(__package__, "valueforms.toml")
