"""The period in a file's name: what makes files a series, and what tells one month's table from another's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from meguro_opendata.japan.folding import one_width
from meguro_opendata.packaged import packaged_toml

__all__ = ["PERIOD", "Named", "named", "series_of", "table_of"]

PERIOD = "\0"
_TOKEN = re.compile(r"\d+|[^\W\d_]+")
_ERA_DIGITS = re.compile(r"\d\d")
_DATE, _MONTH, _YEAR = 8, 6, 4


class Named(NamedTuple):
    """What a file's name says.

    Attributes:
        series: The name with each period replaced by one sign.
        periods: The periods, written in one way: 令和7年4月, R7.4 and 202504 are equal.
    """

    series: str
    periods: tuple[tuple[int | str, ...], ...] = ()


def series_of(file: str) -> str:
    """Return a file's name without the period that it is about.

    >>> series_of("131105_population_20201101.csv") == series_of("131105_population_20201201.csv")
    True
    >>> series_of("cancer_1.csv") == series_of("cancer_2.csv")
    False
    """
    return named(file).series


def table_of(name: Named) -> Named:
    """Return what tells the table of a file from others of its dataset: its name without the format.

    >>> table_of(named("人口_令和7年4月.csv")) == table_of(named("人口_202504.xlsx"))
    True
    """
    bare, sign, mark = name.series.partition("#")
    return Named(f"{bare.rpartition('.')[0] or bare}{sign}{mark}", name.periods)


def named(name: str) -> Named:
    r"""Return the series and the periods of a name, in a time that grows with its length alone.

    >>> named("q_2025Q1"), named("room_101").periods
    (Named(series='q_\x00', periods=((2025, 1, 'q'),)), ())
    """
    text = one_width(name).lower()
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
    """Yield where each period begins and ends; parts with only a sign between them are one period."""
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
    """Write a period in one way: its numbers, years those of our calendar, then its words."""
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
    """Return the numbers of a run of digits: 20250401 and, of an era, 070401 are three."""
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
    told: dict[str, Any] = packaged_toml(__package__, "kpi.toml")["period"]
    behind = [f"{word}{sign}" for word in told["counted"] for sign in ("", "_", "-", " ")]
    pieces = {
        "of_era": told["piece"]["of_era"],
        **told["piece"],
        "not_counted": "".join(f"(?<!{re.escape(word)})" for word in behind),
    }
    words = [*told["era"], "元", *told["word"]]
    either = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return _Forms(
        _compiled(told["any"], pieces),
        _compiled(told["part"], pieces),
        _compiled(told["more"], pieces),
        _compiled(told["between"], pieces),
        re.compile(rf"{either}|(?:(?!{either}).)+"),
        told["era"],
        told["word"],
    )


def _compiled(pattern: str, pieces: dict[str, str]) -> re.Pattern[str]:
    for name, piece in pieces.items():
        pattern = pattern.replace(f"{{{name}}}", piece)
    return re.compile(pattern, re.VERBOSE)
