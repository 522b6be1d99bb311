"""Dates and years in Japanese eras or loose western form → ISO 8601. What is not certain is left as it stands."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources

__all__ = ["to_iso", "to_year"]

_WESTERN = re.compile(r"(\d{4})(?:年|[-/.])(\d{1,2})(?:月|[-/.])(\d{1,2})日?(?:\s+0?0:00(?::00)?)?")
_REST_OF_DATE = r"(元|\d{1,2})(?:年|[-/.])\s*(\d{1,2})(?:月|[-/.])\s*(\d{1,2})日?"
_REST_OF_YEAR = r"(元|\d{1,2})(?:年(?:度)?)?"


@dataclass(frozen=True)
class _Era:
    letter: str
    names: tuple[str, ...]
    first: date
    last: date
    offset: int

    def year(self, number: str) -> int:
        return self.offset + (1 if number == "元" else int(number))


def to_iso(text: str) -> str:
    """A full date as ``YYYY-MM-DD``; anything else, or a day that its era does not have, unchanged.

    >>> to_iso("R5.4.1"), to_iso("令和元年5月1日"), to_iso("H31.4.30"), to_iso("2015/4/1")
    ('2023-04-01', '2019-05-01', '2019-04-30', '2015-04-01')
    >>> to_iso("平成31年5月1日"), to_iso("4月中旬"), to_iso("明治5年8月2日")
    ('平成31年5月1日', '4月中旬', '明治5年8月2日')
    """
    western = _WESTERN.fullmatch(text)
    if western:
        return _iso(int(western[1]), western[2], western[3]) or text
    era, rest = _split(text)
    matched = re.fullmatch(_REST_OF_DATE, rest) if era else None
    if era is None or matched is None:
        return text
    found = _iso(era.year(matched[1]), matched[2], matched[3])
    return found if found and era.first.isoformat() <= found <= era.last.isoformat() else text


def to_year(text: str) -> str:
    """A year as ``YYYY``; a year that its era does not have is unchanged.

    >>> to_year("R3"), to_year("S55"), to_year("平成元年"), to_year("1980年")
    ('2021', '1980', '1989', '1980')
    >>> to_year("S65"), to_year("不明")
    ('S65', '不明')
    """
    western = re.fullmatch(r"(\d{4})年(?:度)?", text)
    if western:
        return western[1]
    era, rest = _split(text)
    matched = re.fullmatch(_REST_OF_YEAR, rest) if era else None
    if era is None or matched is None:
        return text
    year = era.year(matched[1])
    return str(year) if era.offset < year <= era.last.year else text


def _split(text: str) -> tuple[_Era | None, str]:
    for era in _eras():
        for name in (*era.names, era.letter, era.letter.lower()):
            if text.startswith(name):
                return era, text[len(name) :].lstrip(" .．")
    return None, text


@cache
def _eras() -> tuple[_Era, ...]:
    text = resources.files(__package__).joinpath("eras.toml").read_text(encoding="utf-8")
    return tuple(
        _Era(entry["letter"], tuple(entry["names"]), entry["from"], entry.get("to", date.max), entry["offset"])
        for entry in tomllib.loads(text)["era"]
    )


def _iso(year: int, month: str, day: str) -> str | None:
    try:
        return date(year, int(month), int(day)).isoformat()
    except ValueError:
        return None
