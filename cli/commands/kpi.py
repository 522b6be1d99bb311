"""``kpi``: the figures of a fiscal year against its strategy, shown, recorded, and as papers for meetings."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, handing_in, options

if TYPE_CHECKING:
    from meguro_opendata.kpi import Indicator, Situation
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
@click.option(
    "--as-known-on", metavar="YYYY-MM-DD", help="この日の終わりに台帳にあった行だけで数える / As known on this day."
)
@click.option("--submitted", metavar="2025Q2", help="提出した値と、今の値との違い / The figures as handed in.")
@click.option("--indicator", metavar="ID", help="この指標がどの記録から出たか / Where one figure came from.")
@options.output_format
@options.common
def show(
    fiscal_year: int | None,
    as_of: str | None,
    as_known_on: str | None,
    submitted: str | None,
    indicator: str | None,
    output_format: str,
) -> None:
    """年度の指標、提出した指標を表示する / Show the figures of a fiscal year, or those that were handed in."""
    from meguro_opendata import kpi
    from meguro_opendata.kpi.provenance import ledger_dict
    from meguro_opendata.kpi.submission import last_compared

    from ..texts.submission import comparison_dict

    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    if submitted is not None:
        _refuse_beside(fiscal_year, as_of, as_known_on)
        handing_in.show_submitted(workspace, submitted, indicator, output_format)
    situation = _situation(workspace, fiscal_year, as_of, as_known_on)
    figures = kpi.figures_of(situation, lang)
    told = _tell_pending(workspace)
    if indicator is not None:
        handing_in.show_figure(situation, figures, indicator, output_format)
        return
    compared = last_compared(situation, figures, lang)
    if output_format == "json":
        more = {"as_known_on": as_known_on or None, **comparison_dict(compared)}
        year, day = situation.fiscal_year, situation.as_of
        shown = kpi.to_dict(figures, year, day, situation.unknown_indicators, situation.corrections)
        console.result_json(shown | more | ledger_dict(situation.trust) | told.to_dict())
        return
    _show_figures(situation, figures)
    handing_in.tell_differences(compared, lang)


def _situation(workspace: Workspace, fiscal_year: int | None, as_of: str | None, as_known_on: str | None) -> Situation:
    """Return the figures to show; with ``--as-known-on`` alone, those shown on that day."""
    from meguro_opendata import kpi
    from meguro_opendata.ledger import lines_known_on
    from meguro_opendata.messages import message

    known = _as_of(as_known_on)
    day = _as_of(as_of) or known
    lines = lines_known_on(workspace.ledger, known) if known else None
    if known:
        console.say(message("as-known-on", options.settings().lang, day=known, lines=lines))
    return kpi.situation_of(workspace, _year(fiscal_year, day, workspace), day, lines)


def _refuse_beside(*given: object) -> None:
    from meguro_opendata.errors import MeguroOpendataError

    if any(one is not None for one in given):
        raise MeguroOpendataError("submitted-alone")


def _show_figures(situation: Situation, figures: list[Indicator]) -> None:
    from meguro_opendata.japan.eras import era_name
    from meguro_opendata.kpi.provenance import unverified_text
    from meguro_opendata.messages import message

    from ..texts.corrections import correction_lines
    from ..texts.kpi import figure_lines, unknown_lines

    lang, year = options.settings().lang, situation.fiscal_year
    console.result_lines(filter(None, [unverified_text(situation.trust, lang)]))
    console.result(message("kpi-title", lang, year=year, era=era_name(year, lang), as_of=situation.as_of))
    if situation.strategy is None:
        console.result(message("kpi-no-strategy", lang, year=year))
    console.result_lines(figure_lines(figures, situation, lang))
    console.result_lines(correction_lines(situation.corrections, lang))
    console.result_lines(unknown_lines(situation.unknown_indicators, year, lang))


@command.command("submit")
@fiscal_year_option
@click.option(
    "--quarter", type=click.IntRange(1, 4), required=True, help="四半期（半期は2か4）/ Quarter; 2 or 4: half."
)
@click.option("--approval", required=True, metavar="NUMBER", help="提出を決裁した文書番号 / Number of the decision.")
@as_of_option
@click.option("--revise", is_flag=True, help="提出済みの四半期を訂正して提出し直す / Hand in a revision.")
@click.option("--reason", default="", help="訂正の理由（--revise と一緒に）/ Why it is revised.")
@options.recorder
@options.output_format
@options.common
def submit(
    fiscal_year: int | None,
    quarter: int,
    approval: str,
    as_of: str | None,
    revise: bool,
    reason: str,
    recorder: str | None,
    output_format: str,
) -> None:
    """四半期の指標を提出する: 値・台帳の末尾の印・資料を控えに残す / Hand in the figures of a quarter."""
    from meguro_opendata.kpi.submitting import Request

    workspace = options.settings().open_workspace()
    day = _day(as_of)
    year = _year(fiscal_year, day, workspace)
    request = Request(year, quarter, approval, options.recorder_name(recorder), day, revise=revise, reason=reason)
    handing_in.hand_in(workspace, request, output_format)


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
    _tell_unverified(workspace)
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
    _tell_unverified(workspace)
    year = _year(fiscal_year, day, workspace)
    paper = write_followup(workspace, year, quarter, out, lang, day, department, half)
    console.result(message("followup-written", lang, count=len(paper.sections), path=out))


def _tell_pending(workspace: Workspace) -> PendingTold:
    """Print that a publication was interrupted and that its files are not counted yet."""
    from ..texts.pending import pending_told

    told = pending_told(workspace, options.settings().lang)
    console.say_lines(told.lines)
    return told


def _tell_unverified(workspace: Workspace) -> None:
    """Print that the ledger was changed, so that the figures are not verified; the report states it, too."""
    from meguro_opendata.kpi.provenance import unverified_text
    from meguro_opendata.ledger import check_ledger

    console.say_lines(filter(None, [unverified_text(check_ledger(workspace.ledger), options.settings().lang)]))


def _from_table(indicator: str, table: Path, evidence: str, year: int, workspace: Workspace) -> tuple[str, str]:
    """Return the value that a table of procedures comes to, and the file as its evidence."""
    from meguro_opendata.errors import EntryError, Fault
    from meguro_opendata.kpi.online_procedures import read_online_rate
    from meguro_opendata.kpi.records import recordable
    from meguro_opendata.kpi.strategy import open_strategy
    from meguro_opendata.messages import message
    from meguro_opendata.pages.numbers import figure_text

    known = recordable(open_strategy(workspace, year)).get(indicator)
    if known and known.from_file is None:
        raise EntryError(indicator, [Fault("--from", "no-file-for-indicator", {"value": indicator})])
    rate = read_online_rate(table)
    counts = {"online": f"{rate.online:,}", "total": f"{rate.total:,}", "percent": rate.percent}
    console.say(message("online-rate", options.settings().lang, procedures=rate.procedures, **counts))
    return figure_text(rate.value), " / ".join(filter(None, [evidence, rate.evidence]))


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
    """Return the day to count up to; of one that is still to come it is said that nothing of it is known."""
    from meguro_opendata.japan.calendar import today
    from meguro_opendata.messages import message

    day = _day(text)
    if day and day > today():
        console.say(message("as-of-ahead", options.settings().lang, day=day, today=today()))
    return day


def _day(text: str | None) -> date | None:
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.japan.days import written_day

    if not text:
        return None
    day = written_day(text)
    if day is None or day.year < _FIRST_YEAR:
        raise MeguroOpendataError("bad-date", value=text)
    return day
