"""``ledger same`` and ``ledger annul``: corrections with their reasons, and the figures that they change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from . import console, options

if TYPE_CHECKING:
    from meguro_opendata.kpi.corrections import Totals
    from meguro_opendata.workspace.city import Workspace

__all__ = ["CORRECTION_FORMAT", "annul", "same"]

CORRECTION_FORMAT = "meguro-opendata/ledger_correction@1"


@click.command("same")
@click.argument("old", required=False)
@click.argument("new", required=False)
@click.option("--reason", default="", help="理由 / Reason.")
@click.option("--from", "table", type=options.InputFile(), metavar="FILE", help="表でまとめて / From a table.")
@options.recorder
@options.output_format
@options.common
def same(
    old: str | None, new: str | None, reason: str, table: Path | None, recorder: str | None, output_format: str
) -> None:
    """名前の変わったデータセット・ファイル（DATASET/FILE）を同じものとする / NEW continues OLD."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.kpi.corrections import year_totals
    from meguro_opendata.ledger.correcting import Continuation, enter_same, read_continuations
    from meguro_opendata.messages import message

    if (table is None) == (old is None or new is None):
        raise MeguroOpendataError("one-of", names=["--from", "OLD NEW --reason"])
    workspace = options.settings().open_workspace()
    said = read_continuations(table) if table else [Continuation(new or "", old or "", new or "", reason)]
    name = options.recorder_name(recorder)
    before = year_totals(workspace)
    entered = enter_same(workspace.ledger, said, name, table or workspace.ledger)
    lang = options.settings().lang
    _show(
        workspace,
        before,
        message("ledger-same", lang, count=len(entered), path=workspace.ledger),
        {"entered": len(entered)},
        output_format,
    )


@click.command("annul")
@click.argument("line", type=click.IntRange(min=1))
@click.option("--reason", default="", help="理由 / Reason.")
@click.option(
    "--at", default="", metavar="TIME", help="日時だけが誤りのとき、正しい日時 / The right time of the event."
)
@options.recorder
@options.output_format
@options.common
def annul(line: int, reason: str, at: str, recorder: str | None, output_format: str) -> None:
    """誤って入れた行を、理由とともに取り消す（行は残る） / Annul a line; it stays visible."""
    from meguro_opendata.kpi.corrections import year_totals
    from meguro_opendata.ledger.correcting import enter_annulment
    from meguro_opendata.messages import message, word

    workspace = options.settings().open_workspace()
    name = options.recorder_name(recorder)
    before = year_totals(workspace)
    done = enter_annulment(workspace.ledger, line, reason, name, at)
    lang = options.settings().lang
    entry, at = done, done.annulment.at
    what = " ".join(filter(None, [word(f"event-{entry.event}", lang), entry.dataset, entry.resource]))
    told = message("ledger-annulled", lang, line=line, what=what, path=workspace.ledger)
    if at:
        told = message("ledger-annulled-at", lang, line=line, what=what, at=at, path=workspace.ledger)
    _show(workspace, before, told, {"entered": 1, "annulled": line, "at": at or None}, output_format)


def _show(workspace: Workspace, before: Totals, told: str, entered: dict[str, Any], output_format: str) -> None:
    """Print the new ledger entry and each figure that it changed."""
    from meguro_opendata.kpi.corrections import changes_of, year_totals
    from meguro_opendata.messages import message

    from .texts.corrections import change_lines

    changes = changes_of(before, year_totals(workspace))
    if output_format == "json":
        listed = [
            {"indicator": one.indicator, "fiscal_year": one.fiscal_year, "before": one.before, "after": one.after}
            for one in changes
        ]
        told_of = {"format": CORRECTION_FORMAT, "ledger": str(workspace.ledger), "annulled": None, "at": None}
        console.result_json({**told_of, **entered, "changes": listed})
        return
    lang = options.settings().lang
    console.result(told)
    lines = list(change_lines(changes, lang))
    console.result("\n".join(lines) if lines else message("figures-unchanged", lang))
