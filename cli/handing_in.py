"""The commands ``kpi submit`` and ``kpi show --submitted``: record figures, and show them as submitted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from . import console, options

if TYPE_CHECKING:
    from meguro_opendata.kpi import Indicator, Situation
    from meguro_opendata.kpi.submission import Comparison
    from meguro_opendata.kpi.submitting import Request
    from meguro_opendata.workspace.city import Workspace

__all__ = [
    "FIGURE_FORMAT",
    "SUBMITTED_FORMAT",
    "SUBMIT_FORMAT",
    "hand_in",
    "show_figure",
    "show_submitted",
    "tell_differences",
]

FIGURE_FORMAT = "meguro-opendata/kpi_figure@1"
SUBMIT_FORMAT = "meguro-opendata/kpi_submit@1"
SUBMITTED_FORMAT = "meguro-opendata/kpi_submitted@1"


def hand_in(workspace: Workspace, request: Request, output_format: str) -> None:
    """Hand in figures and say where they are kept."""
    from meguro_opendata.kpi.submitting import submit
    from meguro_opendata.messages import message

    from .texts.submission import handed_in_dict

    lang = options.settings().lang
    done = submit(workspace, request, lang)
    found, entry = done.handed_in, done.handed_in.entry
    if done.running:
        console.say(message("submitted-running", lang, as_of=entry.as_of))
    if output_format == "json":
        more = {"completed": done.completed, "quarter_over": not done.running}
        console.result_json({"format": SUBMIT_FORMAT, "submission": handed_in_dict(found), **more})
        return
    named = {"name": found.name, "folder": found.folder}
    if done.completed:
        console.result(message("submitted-completed", lang, **named))
    else:
        quarter = message("quarter-of", lang, **_quarter_words(entry.quarter, lang))
        facts = {"as_of": entry.as_of, "approval": entry.approval, "line": found.line}
        console.result(message("submitted", lang, quarter=quarter, **named, **facts))
    files = ["figures.json", *(paper["file"] for paper in (found.content or {"papers": []})["papers"])]
    console.result(message("submitted-papers", lang, files=files))


def show_submitted(workspace: Workspace, name: str, indicator: str | None, output_format: str) -> None:
    """Show figures as they were handed in, and what they are today; ends with 1 if anything kept is not as it was."""
    from meguro_opendata import kpi
    from meguro_opendata.errors import ExitCode
    from meguro_opendata.kpi.submission import compare, find_submission, submissions_of
    from meguro_opendata.ledger import scan_ledger

    from .texts.submission import fault_lines, handed_in_dict

    lang = options.settings().lang
    found = find_submission(workspace, scan_ledger(workspace.ledger, date.max), name)
    situation = kpi.situation_of(workspace, int(found.entry.quarter[:4]))
    known = [
        f"{entry.quarter}-{entry.version}"
        for _, entry in submissions_of(situation.history)
        if entry.quarter == found.entry.quarter
    ]
    compared = compare(found, situation, kpi.figures_of(situation, lang), lang)
    trust = situation.trust
    _refuse_unknown(indicator, compared)
    clean = not found.faults and trust.verified
    if output_format == "json":
        told = {
            "versions": known,
            "intact": clean,
            "ledger_whole": trust.verified,
            "as_of": situation.as_of.isoformat(),
        }
        differences = _chosen(compared, indicator)
        kept = _only(found.content, indicator)
        head = {"format": SUBMITTED_FORMAT, "submission": handed_in_dict(found), **told}
        console.result_json({**head, "kept": kept, "differences": differences})
        raise SystemExit(ExitCode.of(clean=clean))
    _print_submitted(compared, known, indicator, lang)
    console.say_lines(fault_lines(found, lang))
    _tell_chain(workspace, trust.lines, [fault.line for fault in trust.faults], lang)
    raise SystemExit(ExitCode.of(clean=clean))


def show_figure(situation: Situation, figures: list[Indicator], indicator: str, output_format: str) -> None:
    """Show where one figure comes from: its definition, the document's words, and the ledger's lines."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.files.nearwords import unknown
    from meguro_opendata.kpi.kept import in_full

    from .texts.submission import figure_story

    chosen = [figure for figure in figures if figure.id == indicator]
    if not chosen:
        fault = unknown("-", "indicator-unknown", indicator, [figure.id for figure in figures])
        raise MeguroOpendataError(fault.code, **fault.params)
    content = in_full(situation, chosen)
    if output_format == "json":
        head = {"format": FIGURE_FORMAT, "fiscal_year": situation.fiscal_year, "as_of": situation.as_of.isoformat()}
        (shown,), (origin,) = content["indicators"], content["origins"]
        console.result_json({**head, "indicator": shown, "origin": origin, "evidence": content["evidence"]})
        return
    console.result_lines(figure_story(content, indicator, options.settings().lang))


def tell_differences(compared: Comparison | None, lang: str) -> None:
    """Print what differs from what was handed in last, and say on stderr where that cannot be known."""
    from .texts.submission import comparison_lines, fault_lines

    if compared is None:
        return
    console.say_lines(fault_lines(compared.handed_in, lang))
    if compared.handed_in.content is not None:
        console.result("")
        console.result_lines(comparison_lines(compared, lang))


def _quarter_words(quarter: str, lang: str) -> dict[str, Any]:
    from meguro_opendata.japan.eras import era_name

    year = int(quarter[:4])
    return {"year": year, "era": era_name(year, lang), "quarter": quarter[-1]}


def _print_submitted(compared: Comparison, known: list[str], indicator: str | None, lang: str) -> None:
    from .texts.submission import comparison_lines, figure_story, head_lines, submitted_table

    found = compared.handed_in
    console.result_lines(head_lines(found, known, lang))
    if found.content is None:
        return
    console.result("")
    if indicator is None:
        console.result(submitted_table(found.content, compared.differences, lang))
    else:
        console.result_lines(figure_story(found.content, indicator, lang))
    console.result("")
    console.result_lines(comparison_lines(compared, lang, indicator))


def _tell_chain(workspace: Workspace, lines: int, faults: list[int], lang: str) -> None:
    from meguro_opendata.messages import message

    if faults:
        console.say(message("ledger-not-whole", lang, count=len(faults), path=workspace.ledger))
    else:
        console.say(message("submission-chain-whole", lang, count=lines))


def _refuse_unknown(indicator: str | None, compared: Comparison) -> None:
    from meguro_opendata.errors import MeguroOpendataError

    found = compared.handed_in
    if indicator is None or found.content is None:
        return
    known = [figure["id"] for figure in found.content["indicators"]]
    if indicator not in known:
        raise MeguroOpendataError("not-of-submission", name=found.name, value=indicator, known=known)


def _chosen(compared: Comparison, indicator: str | None) -> list[dict[str, Any]]:
    from .texts.submission import comparison_dict

    found: list[dict[str, Any]] = comparison_dict(compared)["differences"]
    return [one for one in found if indicator in (None, one["indicator"])]


def _only(content: Mapping[str, Any] | None, indicator: str | None) -> Mapping[str, Any] | None:
    """Return the submitted figures, or one figure with its evidence."""
    if content is None or indicator is None:
        return content
    figures = [figure for figure in content["indicators"] if figure["id"] == indicator]
    origins = [origin for origin in content["origins"] if origin["indicator"] == indicator]
    lines = {line for origin in origins for line in origin["lines"]}
    evidence = [one for one in content["evidence"] if one["line"] in lines]
    return {**content, "indicators": figures, "origins": origins, "evidence": evidence}
