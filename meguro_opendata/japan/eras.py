"""Japanese eras (元号): names, first and last days, and the conversion between years of an era and western years.

The facts are in ``eras.toml`` beside this module; a new era is one more entry there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import cache

from meguro_opendata import messages
from meguro_opendata.packaged import packaged_toml

__all__ = ["SOLAR_CALENDAR", "Era", "era_at_start", "era_letters", "era_name", "era_names", "eras"]

_FIRST_YEAR = "元"


@dataclass(frozen=True)
class Era:
    """One era.

    Attributes:
        letter: The Latin letter: ``R`` for 令和.
        names: The name in kanji, its short form, and its single character of Unicode.
        first: The first day; for Meiji the first day of the western calendar.
        last: The last day, ``date.max`` for the current era.
        offset: The western year before year 1.
        word: The code of the name in the messages; empty for eras that ended before any strategy of a city.
    """

    letter: str
    names: tuple[str, ...]
    first: date
    last: date
    offset: int
    word: str = ""

    def western_year(self, number: str) -> int:
        """Return the western year of a year of this era, which is given in digits or as 元.

        >>> eras()[0].western_year("元"), eras()[0].western_year("5")
        (2019, 2023)
        """
        return self.offset + (1 if number == _FIRST_YEAR else int(number))


@cache
def eras() -> tuple[Era, ...]:
    """Return every era since Meiji, the newest first."""
    return tuple(
        Era(
            entry["letter"],
            tuple(entry["names"]),
            entry["from"],
            entry.get("to", date.max),
            entry["offset"],
            entry.get("word", ""),
        )
        for entry in packaged_toml(__package__, "eras.toml")["era"]
    )


def era_at_start(text: str) -> tuple[Era | None, str]:
    """Return the era with which a text begins, and the rest of the text without leading spaces and points.

    >>> era, rest = era_at_start("r. 5.4.1")
    >>> era.names[0], rest, era_at_start("2023.4.1")
    ('令和', '5.4.1', (None, '2023.4.1'))
    """
    for era in eras():
        for name in (*era.names, era.letter, era.letter.lower()):
            if text.startswith(name):
                return era, text[len(name) :].lstrip(" .．")
    return None, text


def era_name(year: int, lang: str = "ja") -> str:
    """Return the name of a fiscal year in the era at the end of its calendar year; before 平成 the western year.

    >>> era_name(2025), era_name(2019), era_name(2018), era_name(2025, "en")
    ('令和7', '令和元', '平成30', 'Reiwa 7')
    """
    era = next((era for era in eras() if era.word and year > era.offset), None)
    if era is None:
        return str(year)
    number = year - era.offset
    return messages.word(era.word, lang) + (messages.word("first-year", lang) if number == 1 else str(number))


def era_names(oldest: str) -> str:
    """Return a regular expression for the full names of the eras since an era, which is given by its letter.

    >>> era_names("S")
    '令和|平成|昭和'
    """
    return "|".join(re.escape(era.names[0]) for era in _since(oldest))


def era_letters(oldest: str) -> str:
    """Return the letters of the eras since an era, capital and small, for a character class of a regular expression.

    >>> era_letters("S")
    'RHSrhs'
    """
    letters = "".join(era.letter for era in _since(oldest))
    return letters + letters.lower()


def _since(oldest: str) -> tuple[Era, ...]:
    at = [era.letter for era in eras()].index(oldest)
    return eras()[: at + 1]


# Before this day (明治6年1月1日) Japan had a lunisolar calendar, so that month and day are no western ones.
SOLAR_CALENDAR = eras()[-1].first
