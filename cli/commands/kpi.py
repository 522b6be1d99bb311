"""``kpi show``: the figures of a fiscal year against its strategy."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.kpi import Indicator


_FIRST_YEAR = 1990


@click.group("kpi", cls=options.Group, no_args_is_help=True)
def command() -> None:
    """戦略の目標に対する指標を見る / Indicators against the strategy's targets."""


@command.command("show")
@click.option("--fiscal-year", type=click.IntRange(_FIRST_YEAR, 2200), help="年度（既定は今年度）/ Fiscal year.")
@click.option("--as-of", metavar="YYYY-MM-DD", help="この日の終わりの時点で数える / Count up to this day.")
@options.output_format
@options.common
def show(fiscal_year: int | None, as_of: str | None, output_format: str) -> None:
    """年度の指標を表示する / Show the figures of a fiscal year."""
    from meguro_opendata import kpi
    from meguro_opendata.messages import message

    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    day = _day(as_of)
    year = fiscal_year or kpi.fiscal_year_of(day or kpi.today(), workspace.city.fiscal_year_start)
    figures = kpi.indicators(workspace, year, day, lang)
    if output_format == "json":
        console.result_json(kpi.to_dict(figures, year, day))
        return
    console.result(message("kpi-title", lang, year=year, era=kpi.era_name(year, lang), as_of=day or kpi.today()))
    console.result(_table(figures, lang))


def _day(text: str | None) -> date | None:
    from meguro_opendata.errors import MeguroOpendataError

    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise MeguroOpendataError("bad-date", value=text) from None
    if day.year < _FIRST_YEAR:
        raise MeguroOpendataError("bad-date", value=text)
    return day


def _table(figures: list[Indicator], lang: str) -> str:
    from meguro_opendata.messages import word

    header = [word(name, lang) for name in ("id", "kpi", "target", "actual", "rate", "status")]
    rows = [
        [
            figure.id,
            figure.name,
            "-" if figure.target is None else f"{figure.target:g} {figure.unit}",
            "-" if figure.actual is None else f"{figure.actual:g} {figure.unit}",
            "-" if figure.rate is None else f"{figure.rate:.0%}",
            word(f"status-{figure.status}", lang),
        ]
        for figure in figures
    ]
    notes = [f"{figure.id}: {figure.definition}" for figure in figures]
    return console.table_text(header, rows, numbers=(2, 3, 4)) + "\n\n" + "\n".join(notes)
