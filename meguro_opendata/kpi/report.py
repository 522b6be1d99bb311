"""The papers of a year from its figures: the report (``kpi report``) and the follow-up sheets (``kpi followup``)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from meguro_opendata.files.whole import write_whole
from meguro_opendata.japan.calendar import today
from meguro_opendata.kpi.board import Board, board_of
from meguro_opendata.kpi.board_page import page_of
from meguro_opendata.kpi.board_tables import paper_of
from meguro_opendata.kpi.figures import figures_of
from meguro_opendata.kpi.followup import followup_of
from meguro_opendata.kpi.followup_period import period_of
from meguro_opendata.kpi.paper_forms import paper_bytes
from meguro_opendata.kpi.papers import Paper, paper_kind
from meguro_opendata.kpi.situation import situation_of
from meguro_opendata.workspace.city import Workspace

__all__ = ["write_followup", "write_report"]


def write_report(workspace: Workspace, fiscal_year: int, path: Path, lang: str, as_of: date | None = None) -> Path:
    """Write a year's report and return its path.

    Args:
        workspace: The workspace with ledger and strategies.
        fiscal_year: The calendar year in which the fiscal year starts.
        path: The file; its ending decides on the format, see :func:`paper_kind`.
        lang: Language of the report.
        as_of: The last day to count; default today.

    Raises:
        MeguroOpendataError: If the ending is another, or the ledger cannot be read.
        ConfigurationError: If strategy or coverage has faults.
        StorageError: If the file cannot be written.
    """
    kind = paper_kind(path)
    situation = situation_of(workspace, fiscal_year, as_of)
    figures = figures_of(situation, lang)
    board = board_of(situation, figures, lang)
    write_whole(path, _report_bytes(board, kind))
    return path


def write_followup(
    workspace: Workspace,
    fiscal_year: int,
    quarter: int | None,
    path: Path,
    lang: str,
    as_of: date | None = None,
    department: str | None = None,
    half: int | None = None,
) -> Paper:
    """Write the sheets by which departments follow up a quarter or a half year, and return them.

    Args:
        workspace: The workspace with ledger and strategies.
        fiscal_year: The calendar year in which the fiscal year starts.
        quarter: 1 to 4; default the quarter of the last day to count.
        path: The file; its ending decides on the format, see :func:`paper_kind`.
        lang: Language of the sheets.
        as_of: The last day to count; default today.
        department: Write the sheet of this department only.
        half: 1 or 2 for a half year instead of a quarter.

    Raises:
        MeguroOpendataError: As :func:`write_report`; also if the department is unknown or the time has not begun.
        ConfigurationError: If strategy or coverage has faults.
        StorageError: If the file cannot be written.
    """
    kind = paper_kind(path)
    day = as_of or today()
    period = period_of(fiscal_year, workspace.city.fiscal_year_start, day, quarter, half)
    paper = followup_of(workspace, period, day, lang, department)
    write_whole(path, paper_bytes(paper, kind, lang))
    return paper


def _report_bytes(board: Board, kind: str) -> bytes:
    """Return the bytes of the report in a format; the HTML page has charts and links beside its tables."""
    return page_of(board).encode("utf-8") if kind == "html" else paper_bytes(paper_of(board), kind, board.lang)
