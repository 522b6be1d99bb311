"""The periods in files' names: files that differ only in the period are a series.

The period distinguishes one month's table from another's. The patterns are in ``kpi.toml`` (``[period]``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from meguro_opendata.japan.folding import one_width
from meguro_opendata.packaged import packaged_toml

__all__ = ["PERIOD", "Named", "named", "series_of", "table_of"]

# A sign that no file's name can contain on any system, so that it never is a part of the name itself.
PERIOD = "\0"
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_ERA_DIGITS = re.compile(r"\d\d")
# Numbers of digits: 20250401, 202504, 2025.
_DATE, _MONTH, _YEAR = 8, 6, 4


class Named(NamedTuple):
    """A file's name, divided into series and periods.

    Attributes:
        series: The name with :data:`PERIOD` in place of each period.
        periods: The periods in a normal form: 令和7年4月, R7.4 and 202504 are equal.
    """

    series: str
    periods: tuple[tuple[int | str, ...], ...] = ()


def series_of(file: str) -> str:
    """Return a file's name with its periods replaced by :data:`PERIOD`.

    >>> series_of("131105_population_20201101.csv") == series_of("131105_population_20201201.csv")
    True
    >>> series_of("cancer_1.csv") == series_of("cancer_2.csv")
    False
    """
    return named(file).series


def table_of(name: Named) -> Named:
    """Return the identity of a file's table within its dataset: series and periods without the format's ending.

    >>> table_of(named("人口_令和7年4月.csv")) == table_of(named("人口_202504.xlsx"))
    True
    """
    bare, sign, mark = name.series.partition("#")
    return Named(f"{bare.rpartition('.')[0] or bare}{sign}{mark}", name.periods)


def named(name: str) -> Named:
    r"""Return the series and the periods of a name, in a time that is linear in the name's length.

    >>> named("q_2025Q1"), named("room_101").periods
    (Named(series='q_\x00', periods=((2025, 1, 'q'),)), ())
    """
    text = one_width(name).lower()
    # Most names have no period, and the quick pattern spares them the slow one: a ledger has a million names.
    spans = list(_spans(text)) if _forms().any.search(text) else []
    if not spans:
        return Named(text)
    pieces: list[str] = []
    end = 0
    for begin, until in spans:
        pieces += (text[end:begin], PERIOD)
        end = until
    return Named("".join([*pieces, text[end:]]), tuple(_written(text[begin:until]) for begin, until in spans))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield begin and end of each period; parts with only a connecting sign between them are one period."""
    forms = _forms()
    begin = end = -1
    found = forms.part.search(text)
    while found:
        if end < 0 or not forms.between.fullmatch(text, end, found.start()):
            if end >= 0:
                yield begin, end
            begin = found.start()
        end = found.end()
        more = forms.more.match(text, end)
        end = more.end() if more else end
        found = forms.part.search(text, end)
    if end >= 0:
        yield begin, end


def _written(text: str) -> tuple[int | str, ...]:
    """Return a period in normal form: its numbers, with years of the Western calendar, then its words, sorted."""
    forms = _forms()
    numbers: list[int] = []
    words: list[str] = []
    era = 0
    for token in _TOKEN.findall(text):
        if token.isdecimal():
            numbers += _numbers(token, era, first=not numbers)
            era = 0
            continue
        for word in forms.word.findall(token):
            era = forms.eras.get(word, era)
            if word == "元":
                numbers.append(era + 1)
            elif word not in forms.eras:
                words += filter(None, [forms.words.get(word, word)])
    return *numbers, *sorted(words)


def _numbers(digits: str, era: int, *, first: bool) -> list[int]:
    """Return year, month and day of a run of digits, such as 20250401, or 070401 after an era's name."""
    if era:
        year, *rest = _ERA_DIGITS.findall(digits) if len(digits) >= _YEAR else [digits]
        return [era + int(year), *map(int, rest)]
    if len(digits) in (_DATE, _MONTH):
        return [int(digits[:4]), *map(int, _ERA_DIGITS.findall(digits[4:]))]
    if len(digits) == _YEAR and not first:
        return [int(digits[:2]), int(digits[2:])]
    return [int(digits)]


class _Forms(NamedTuple):
    any: re.Pattern[str]
    part: re.Pattern[str]
    more: re.Pattern[str]
    between: re.Pattern[str]
    word: re.Pattern[str]
    eras: dict[str, int]
    words: dict[str, str]


@cache
def _forms() -> _Forms:
    settings: dict[str, Any] = packaged_toml(__package__, "kpi.toml")["period"]
    behind = [f"{word}{sign}" for word in settings["counted"] for sign in ("", "_", "-", " ")]
    pieces = {
        # First, since it contains other pieces, which are replaced after it.
        "of_era": settings["piece"]["of_era"],
        **settings["piece"],
        "not_counted": "".join(f"(?<!{re.escape(word)})" for word in behind),
    }
    words = [*settings["era"], "元", *settings["word"]]
    # The longest word first: 年度 must not be read as 年 and 度.
    either = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return _Forms(
        _compiled(settings["any"], pieces),
        _compiled(settings["part"], pieces),
        _compiled(settings["more"], pieces),
        _compiled(settings["between"], pieces),
        re.compile(rf"{either}|(?:(?!{either}).)+"),
        settings["era"],
        settings["word"],
    )


def _compiled(pattern: str, pieces: dict[str, str]) -> re.Pattern[str]:
    for name, piece in pieces.items():
        pattern = pattern.replace(f"{{{name}}}", piece)
    return re.compile(pattern, re.VERBOSE)
