"""Figures as text for the terminal; bars of plain signs, which every console has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING

from .. import console

if TYPE_CHECKING:
    from meguro_opendata.kpi import Indicator, Situation
    from meguro_opendata.kpi.records import UnknownIndicator

__all__ = ["bar", "figure_lines", "number_text", "target_text", "unknown_lines"]

_WIDTH = 10


def figure_lines(figures: Sequence[Indicator], situation: Situation, lang: str) -> Iterator[str]:
    """Yield a table for open data and one for each other focus, then what open data's figures count and come from."""
    from meguro_opendata.kpi.provenance import head_fact
    from meguro_opendata.messages import word

    counted = [figure for figure in figures if figure.id.startswith("opendata.")]
    others = [figure for figure in figures if figure not in counted]
    strategy, verified = situation.strategy, situation.trust.verified
    yield word("open-data", lang)
    yield _table(counted, lang, verified=verified)
    names = {focus.number: focus.name for focus in strategy.focuses} if strategy else {}
    for number, group in groupby(others, key=lambda figure: figure.focus):
        yield f"\n{word('focus', lang)} {number} {names.get(number or 0, '')}"
        yield _table(list(group), lang, verified=verified)
    yield ""
    yield from (f"{figure.id}: {figure.definition}" for figure in counted)
    yield from (line for figure in counted for line in _counts(figure, lang))
    yield ": ".join(head_fact(situation.trust, lang))


def unknown_lines(unknown: Sequence[UnknownIndicator], year: int, lang: str) -> Iterator[str]:
    """Yield the records that no figure counts, each with its lines of the ledger and what to do."""
    from meguro_opendata.messages import message

    for one in unknown:
        yield message("kpi-unknown-indicator", lang, id=one.id, lines=one.lines, year=year)
        yield message("kpi-unknown-indicator-how", lang, id=one.id, year=year)


def bar(rate: float | None) -> str:
    """Return a rate as a bar of plain signs, full at 100 % and beyond.

    >>> bar(0.25), bar(1.4), bar(None)
    ('[##........]', '[##########]', '')
    """
    if rate is None:
        return ""
    full = max(min(int(rate * _WIDTH), _WIDTH), 0)
    return f"[{'#' * full}{'.' * (_WIDTH - full)}]"


def number_text(value: float | None, unit: str) -> str:
    """Return a figure with its unit.

    >>> number_text(1250, "件"), number_text(70.6, "%"), number_text(2, "cases"), number_text(None, "件")
    ('1,250件', '70.6%', '2 cases', '-')
    """
    from meguro_opendata.pages.numbers import figure_text

    if value is None:
        return "-"
    return f"{figure_text(value)}{' ' if unit[:1].isascii() and unit[:1].isalpha() else ''}{unit}"


def target_text(figure: Indicator, lang: str) -> str:
    """Return a target with its unit and how it is held against."""
    from meguro_opendata.messages import message

    if figure.target is None:
        return "-"
    value = number_text(figure.target, figure.unit)
    return message(f"comparison-{figure.comparison}", lang, value=value)


def _table(figures: Sequence[Indicator], lang: str, *, verified: bool) -> str:
    from meguro_opendata.messages import word

    header = [word(name, lang) for name in ("id", "kpi", "target", "actual", "rate", "status")]
    rows = [
        [
            figure.id,
            figure.name,
            target_text(figure, lang),
            _actual(figure, lang),
            "-" if figure.rate is None else f"{figure.percent} {bar(figure.rate)}",
            word(f"status-{figure.status}", lang) + ("" if verified else f" ({word('unverified', lang)})"),
        ]
        for figure in figures
    ]
    return console.table_text(header, rows, numbers=(2, 3, 4), whole=(0, 2, 4, 5))


def _counts(figure: Indicator, lang: str) -> Iterator[str]:
    """Yield the counts of new data side by side, which of them is the official one, and what is not in them."""
    from meguro_opendata.messages import message, word

    if figure.tables is not None:
        counts = {"files": figure.files, "tables": figure.tables, "routine": figure.without_routine}
        yield ""
        yield message("three-counts", lang, **{name: number_text(value, "") for name, value in counts.items()})
        official = word(f"official-{figure.official}", lang)
        if figure.ruling:
            yield message("official-by-ruling", lang, official=official, ruling=figure.ruling)
        else:
            yield message("official-no-ruling", lang, official=official)
    if figure.apart:
        yield message("added-apart", lang, count=number_text(figure.apart, ""))
    if figure.withdrawn_soon:
        yield message("withdrawn-soon", lang, name=figure.name, count=figure.withdrawn_soon)


def _actual(figure: Indicator, lang: str) -> str:
    """Return the figure, and beside it the one without routine additions where they differ."""
    from meguro_opendata.messages import message

    text = number_text(figure.actual, figure.unit)
    if figure.qualifier:
        text = message(f"qualifier-{figure.qualifier}", lang, value=text)
    if figure.without_routine is None or figure.without_routine == figure.actual:
        return text
    return text + message("without-routine", lang, value=number_text(figure.without_routine, ""))
