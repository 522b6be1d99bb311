"""Every municipality of Japan with its names and its code, from ``municipalities.csv`` beside this module.

The source is Japan Post's public data, checked against the agency's survey of municipalities. It has no prefectures.
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache

from meguro_opendata.errors import UnknownMunicipalityError
from meguro_opendata.japan.checkdigit import check_digit
from meguro_opendata.japan.folding import plain
from meguro_opendata.packaged import packaged_text

__all__ = ["Municipality", "home_of", "municipalities", "municipality"]

_NEAREST = 3  # proposals in a message: more would not be read
DIVIDED = "designated_city"


@dataclass(frozen=True)
class Municipality:
    """One municipality, or one ward of a designated city.

    Attributes:
        code: 全国地方公共団体コード, six digits with the check digit.
        prefecture: Name of the prefecture.
        county: The 郡 that addresses put before the name, for two municipalities of Tokyo the island; may be empty.
        name: Name of the municipality; the name of a ward begins with the name of its city.
        prefecture_kana: Reading of the prefecture, in katakana.
        county_kana: Reading of the county, in katakana.
        name_kana: Reading of the name, in katakana.
        kind: ``designated_city``, ``ward`` (of a designated city), ``special_ward``, ``city``, ``town`` or ``village``.
    """

    code: str
    prefecture: str
    county: str
    name: str
    prefecture_kana: str
    county_kana: str
    name_kana: str
    kind: str

    @property
    def full_name(self) -> str:
        """Return prefecture and municipality written together (地方公共団体名).

        >>> municipality("131105").full_name
        '東京都目黒区'
        """
        return f"{self.prefecture}{self.name}"

    @property
    def address_name(self) -> str | None:
        """Return 市区町村 of every address in the municipality, with its county; ``None`` for a city with wards.

        >>> municipality("013030").address_name, municipality("011002").address_name
        ('石狩郡当別町', None)
        """
        return None if self.kind == DIVIDED else f"{self.county}{self.name}"


def municipality(code: str) -> Municipality:
    """Return the municipality of a six-digit code.

    Raises:
        UnknownMunicipalityError: If no municipality has the code. The message lists codes that were probably meant.
    """
    found = _by_code().get(code)
    if found is not None:
        return found
    near = [f"{known.code} {known.full_name}" for known in _probably(code)]
    if re.fullmatch("[0-9]{6}", code) and check_digit(code[:5]) != code[5]:
        raise UnknownMunicipalityError(
            "municipality-check-digit-near" if near else "municipality-check-digit", value=code, near=near
        )
    raise UnknownMunicipalityError(
        "municipality-unknown-near" if near else "municipality-unknown", value=code, near=near
    )


def home_of(code: str) -> Municipality | None:
    """Return the municipality of a publisher's code, ``None`` for any other publisher (an association, a prefecture).

    >>> home_of("131105").name, home_of("130001")
    ('目黒区', None)
    """
    return _by_code().get(code)


def municipalities() -> tuple[Municipality, ...]:
    """Return every municipality and every ward of a designated city, ordered by code."""
    return tuple(_by_code().values())


@cache
def _by_code() -> dict[str, Municipality]:
    text = packaged_text(__package__, "municipalities.csv")
    return {row["code"]: Municipality(**row) for row in csv.DictReader(text.splitlines())}


def _probably(written: str) -> list[Municipality]:
    """Return up to three municipalities that a wrong code probably means.

    The text can be a name; its check digit can be wrong or missing; a leading zero can be missing; one digit can be
    mistyped, or two neighbouring digits exchanged.
    """
    text = plain(written)
    named = [known for known in municipalities() if text in (known.name, known.full_name)]
    if named or not re.fullmatch("[0-9]{5,6}", text):
        return named[:_NEAREST]
    whole = {text, "0" + text, text[:5] + check_digit(text[:5])}
    read = [known for known in municipalities() if known.code in whole]
    slips = [known for known in municipalities() if known not in read and _one_slip(text, known.code)]
    return [*read, *slips][:_NEAREST]


def _one_slip(text: str, code: str) -> bool:
    """Return whether two codes differ in one digit, or in the order of two neighbouring digits.

    >>> _one_slip("131115", "131105"), _one_slip("113105", "131105"), _one_slip("13110", "131105")
    (True, True, False)
    """
    places = [at for at, (one, other) in enumerate(zip(text, code, strict=False)) if one != other]
    if len(text) != len(code) or len(places) > 2:  # noqa: PLR2004 (a pair)
        return False
    first, last = places[0], places[-1]
    return first == last or (last == first + 1 and text[first] + text[last] == code[last] + code[first])
