"""Every municipality of Japan, its names and its code: facts, in ``municipalities.csv`` beside this module.

The source is Japan Post's public data, checked against the agency's survey of municipalities; prefectures are not in it.
"""

from __future__ import annotations

import csv
import difflib
import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib import resources

from meguro_opendata.errors import UnknownMunicipalityError
from meguro_opendata.workspace import check_digit

__all__ = ["Municipality", "municipalities", "municipality"]

_NEAREST = 3
_ALIKE = 0.8
DIVIDED = "designated_city"


@dataclass(frozen=True)
class Municipality:
    """One municipality, or one ward of a designated city.

    Attributes:
        code: 全国地方公共団体コード, six digits with the check digit.
        prefecture: Name of the prefecture.
        county: What addresses put before the name (郡, and the island of two municipalities of Tokyo); may be empty.
        name: Its own name; that of a ward begins with its city's.
        prefecture_kana: Reading of the prefecture in katakana, as for the other two.
        county_kana: Reading of the county.
        name_kana: Reading of the name.
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
        """Prefecture and municipality written together (地方公共団体名).

        >>> municipality("131105").full_name
        '東京都目黒区'
        """
        return f"{self.prefecture}{self.name}"

    @property
    def address_name(self) -> str | None:
        """What stands in every address for 市区町村, county included; ``None`` where it differs from ward to ward.

        >>> municipality("013030").address_name, municipality("011002").address_name
        ('石狩郡当別町', None)
        """
        return None if self.kind == DIVIDED else f"{self.county}{self.name}"


def municipality(code: str) -> Municipality:
    """The municipality of a six-digit code.

    Raises:
        UnknownMunicipalityError: If there is none; told with the codes that were probably meant, each with its name.
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


def municipalities() -> tuple[Municipality, ...]:
    """Every municipality and every ward of a designated city, by code."""
    return tuple(_by_code().values())


@cache
def _by_code() -> dict[str, Municipality]:
    text = resources.files(__package__).joinpath("municipalities.csv").read_text(encoding="utf-8")
    return {row["code"]: Municipality(**row) for row in csv.DictReader(text.splitlines())}


def _probably(written: str) -> list[Municipality]:
    """Whom a wrong code means: the check digit wrong or lost, a leading zero lost, a name; else codes alike."""
    text = unicodedata.normalize("NFKC", written).strip()
    named = [known for known in municipalities() if text in (known.name, known.full_name)]
    starts = {text[:5]} if re.fullmatch("[0-9]{5,6}", text) else set()
    read = [known for known in municipalities() if known.code in (text, "0" + text) or known.code[:5] in starts]
    if named or read:
        return (named or read)[:_NEAREST]
    return [_by_code()[code] for code in difflib.get_close_matches(text, list(_by_code()), n=_NEAREST, cutoff=_ALIKE)]
