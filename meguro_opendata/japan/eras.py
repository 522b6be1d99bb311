"""Japanese eras (元号): their names, first and last days, and how years in them become western ones and back.

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
        letter: Its Latin letter: ``R`` for 令和.
        names: Its name in kanji, the short form of it, and the single character of Unicode.
        first: Its first day; that of Meiji is its first day in the western calendar.
        last: Its last day, ``date.max`` for the current one.
        offset: The western year before its year 1.
        word: The code of its name among the messages; empty for eras that no strategy of a city can lie in.
    """

    letter: str
    names: tuple[str, ...]
    first: date
    last: date
    offset: int
    word: str = ""

    def western_year(self, number: str) -> int:
        """Return the western year of a year of this era, given in digits or as 元.

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
    """Return the era that a text begins with, and the rest of the text without the spaces and stops between them.

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
    """Return a fiscal year in the era that its calendar year ends in, 令和 or 平成; an earlier one in western form.

    >>> era_name(2025), era_name(2019), era_name(2018), era_name(2025, "en")
    ('令和7', '令和元', '平成30', 'Reiwa 7')
    """
    era = next((era for era in eras() if era.word and year > era.offset), None)
    if era is None:
        return str(year)
    number = year - era.offset
    return messages.word(era.word, lang) + (messages.word("first-year", lang) if number == 1 else str(number))


def era_names(oldest: str) -> str:
    """Return a regular expression for the full names of the eras from an era on, which is given by its letter.

    >>> era_names("S")
    '令和|平成|昭和'
    """
    return "|".join(re.escape(era.names[0]) for era in _since(oldest))


def era_letters(oldest: str) -> str:
    """Return the letters of the eras from an era on, capital and small ones, for a class of a regular expression.

    >>> era_letters("S")
    'RHSrhs'
    """
    letters = "".join(era.letter for era in _since(oldest))
    return letters + letters.lower()


def _since(oldest: str) -> tuple[Era, ...]:
    at = [era.letter for era in eras()].index(oldest)
    return eras()[: at + 1]


# Before this day Japan had another calendar, so that month and day cannot be carried over.
SOLAR_CALENDAR = eras()[-1].first
