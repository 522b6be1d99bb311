"""``kpi``: the figures of a fiscal year against its strategy, shown, recorded, and as papers for meetings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.kpi.records import Recorded
    from meguro_opendata.workspace.city import Workspace

    from ..texts.pending import PendingTold

RECORD_FORMAT = "meguro-opendata/kpi_record@1"
_FIRST_YEAR = 1990

fiscal_year_option = click.option(
    "--fiscal-year", type=click.IntRange(_FIRST_YEAR, 2200), help="年度（既定は今年度）/ Fiscal year."
)
as_of_option = click.option(
    "--as-of", metavar="YYYY-MM-DD", help="この日の終わりの時点で数える / Count up to this day."
)


@click.group("kpi", cls=options.Group, no_args_is_help=True)
def command() -> None:
    """戦略の目標に対する指標を見る・記録する / Indicators against the strategy's targets."""


@command.command("show")
@fiscal_year_option
@as_of_option
@options.output_format
@options.common
def show(fiscal_year: int | None, as_of: str | None, output_format: str) -> None:
    """年度の指標を表示する / Show the figures of a fiscal year."""
    from meguro_opendata import kpi
    from meguro_opendata.japan.eras import era_name
    from meguro_opendata.messages import message

    from ..texts.kpi import figure_lines

    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    day = _as_of(as_of)
    year = _year(fiscal_year, day, workspace)
    situation = kpi.situation_of(workspace, year, day)
    figures = kpi.figures_of(situation, lang)
    told = _tell_pending(workspace)
    if output_format == "json":
        console.result_json(kpi.to_dict(figures, year, day) | told.to_dict())
        return
    console.result(message("kpi-title", lang, year=year, era=era_name(year, lang), as_of=situation.as_of))
    if situation.strategy is None:
        console.result(message("kpi-no-strategy", lang, year=year))
    console.result("\n".join(figure_lines(figures, situation.strategy, lang)))


@command.command("record")
@click.argument("indicator")
@click.option("--value", help="値（数だけか、数と単位）/ The number, with or without its unit.")
@click.option("--from", "table", type=options.InputFile(), metavar="FILE", help="手続の表から計算 / From a table.")
@click.option("--evidence", default="", help="根拠（URL・文書番号）/ Where it can be checked.")
@click.option("--note", default="", help="補足 / Anything else.")
@click.option("--date", "about", metavar="YYYY-MM-DD", help="いつの値か（既定は今日）/ The day that it is about.")
@options.recorder
@options.output_format
@options.common
def record(
    indicator: str,
    value: str | None,
    table: Path | None,
    evidence: str,
    note: str,
    about: str | None,
    recorder: str | None,
    output_format: str,
) -> None:
    """値を、根拠とともに記録する / Record a figure with its evidence."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.kpi.records import enter_record

    if (value is None) == (table is None):
        raise MeguroOpendataError("one-of", names=["--value", "--from"])
    workspace = options.settings().open_workspace()
    day = _day(about)
    if table is not None:
        value, evidence = _from_table(indicator, table, evidence, _year(None, day, workspace), workspace)
    done = enter_record(
        workspace, indicator, value or "", evidence, options.recorder_name(recorder), note=note, day=day
    )
    _show_record(done, workspace, output_format)


@command.command("report")
@fiscal_year_option
@as_of_option
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="*.html, *.xlsx")
@options.common
def report(fiscal_year: int | None, as_of: str | None, out: Path) -> None:
    """年度の報告を1ファイルに書き出す / A year's report: one offline page or a workbook."""
    from meguro_opendata.kpi.papers import paper_kind
    from meguro_opendata.kpi.report import write_report
    from meguro_opendata.messages import message

    paper_kind(out)  # refuses another ending before any file is read
    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    day = _as_of(as_of)
    _tell_pending(workspace)
    write_report(workspace, _year(fiscal_year, day, workspace), out, lang, day)
    console.result(message("report-written", lang, path=out))


@command.command("followup")
@fiscal_year_option
@click.option("--quarter", type=click.IntRange(1, 4), help="四半期（既定は今の四半期）/ Quarter.")
@click.option("--half", type=click.IntRange(1, 2), help="半期（四半期の代わり）/ Half year instead of a quarter.")
@click.option("--department", metavar="NAME", help="この担当課だけ / Only this department.")
@as_of_option
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, metavar="FILE", help="*.html, *.xlsx")
@options.common
def followup(
    fiscal_year: int | None,
    quarter: int | None,
    half: int | None,
    department: str | None,
    as_of: str | None,
    out: Path,
) -> None:
    """担当課ごとの四半期・半期のフォローアップシートを書き出す / Quarterly or half-yearly sheets per department."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.kpi.papers import paper_kind
    from meguro_opendata.kpi.report import write_followup
    from meguro_opendata.messages import message

    if quarter and half:
        raise MeguroOpendataError("one-of", names=["--quarter", "--half"])
    paper_kind(out)  # refuses another ending before any file is read
    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    day = _as_of(as_of)
    _tell_pending(workspace)
    year = _year(fiscal_year, day, workspace)
    paper = write_followup(workspace, year, quarter, out, lang, day, department, half)
    console.result(message("followup-written", lang, count=len(paper.sections), path=out))


def _tell_pending(workspace: Workspace) -> PendingTold:
    """Say that a publication was interrupted, whose files are not counted yet."""
    from ..texts.pending import pending_told

    told = pending_told(workspace, options.settings().lang)
    console.say_lines(told.lines)
    return told


def _from_table(indicator: str, table: Path, evidence: str, year: int, workspace: Workspace) -> tuple[str, str]:
    """The value that a table of procedures comes to, and the file as its evidence."""
    from meguro_opendata.errors import EntryError, Fault
    from meguro_opendata.kpi.online_procedures import read_online_rate
    from meguro_opendata.kpi.records import recordable
    from meguro_opendata.kpi.strategy import open_strategy
    from meguro_opendata.messages import message

    known = recordable(open_strategy(workspace, year)).get(indicator)
    if known and known.from_file is None:
        raise EntryError(indicator, [Fault("--from", "no-file-for-indicator", {"value": indicator})])
    rate = read_online_rate(table)
    counts = {"online": f"{rate.online:,}", "total": f"{rate.total:,}", "percent": rate.percent}
    console.say(message("online-rate", options.settings().lang, procedures=rate.procedures, **counts))
    return str(rate.percent), " / ".join(filter(None, [evidence, rate.evidence]))


def _show_record(done: Recorded, workspace: Workspace, output_format: str) -> None:
    from meguro_opendata.messages import message

    from ..texts.kpi import number_text

    entry = done.record
    if output_format == "json":
        entered = {"indicator": entry.indicator, "value": entry.value, "unit": entry.unit, "date": entry.day}
        total = {"fiscal_year": done.fiscal_year, "total": done.total}
        console.result_json({"format": RECORD_FORMAT, "ledger": str(workspace.ledger), **entered, **total})
        return
    values = {"value": number_text(entry.value, entry.unit), "total": number_text(done.total, entry.unit)}
    lang = options.settings().lang
    console.result(message("kpi-recorded", lang, id=entry.indicator, day=entry.day, year=done.fiscal_year, **values))


def _year(fiscal_year: int | None, day: date | None, workspace: Workspace) -> int:
    from meguro_opendata.japan.calendar import fiscal_year_of, today

    return fiscal_year or fiscal_year_of(day or today(), workspace.city.fiscal_year_start)


def _as_of(text: str | None) -> date | None:
    """The day to count up to; of one that is still to come it is said that nothing of it is known."""
    from meguro_opendata.japan.calendar import today
    from meguro_opendata.messages import message

    day = _day(text)
    if day and day > today():
        console.say(message("as-of-ahead", options.settings().lang, day=day, today=today()))
    return day


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
