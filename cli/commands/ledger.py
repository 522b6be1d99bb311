"""``ledger``: the history of publications: its past, its first days, and whether it is whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import console, options
from ..correcting import annul, same

if TYPE_CHECKING:
    from meguro_opendata.ledger import Check, Imported, Package
    from meguro_opendata.ledger.dating import FirstPublication
    from meguro_opendata.ledger.plausible import FoundHead, OddEntry
    from meguro_opendata.workspace.city import Workspace

CHECK_FORMAT = "meguro-opendata/ledger_check@1"
ENTRY_FORMAT = "meguro-opendata/ledger_entry@1"
MERGE_FORMAT = "meguro-opendata/ledger_merge@1"
_IMPORT_LISTS = ("skipped", "odd_times", "doubled", "left_out", "withdrawn", "unsure")


@click.group("ledger", cls=options.Group, no_args_is_help=True)
def command() -> None:
    """公開の台帳を読み込む・確かめる / The ledger of publications."""


command.add_command(same)
command.add_command(annul)


@command.command("import")
@click.argument("file", required=False, type=options.InputFile(), metavar="[FILE]")
@options.portal
@click.option("--complete", is_flag=True, help="カタログの全件である / The dump has all of the catalogue.")
@click.option("--organization", "owners", multiple=True, metavar="NAME", help="この組織の分も / Also of this one.")
@options.output_format
@options.common
def import_(
    *, file: Path | None, portal: str | None, complete: bool, owners: tuple[str, ...], output_format: str
) -> None:
    """カタログの登録日から過去の記録を作る / The past, from a saved package_show dump or from a portal."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.ledger import Dump, import_events
    from meguro_opendata.messages import message

    from ..texts.ledger import imported_lines

    if file is None and portal is None:
        raise MeguroOpendataError("one-of", names=["FILE", "--portal"])
    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    name, packages = _packages(workspace, file, portal)
    city = workspace.city
    moment = datetime.fromtimestamp(file.stat().st_mtime, UTC) if file else None  # of a dump nothing else says it
    dump = Dump((*_organizations(workspace), *owners), moment, complete, named=portal is not None)
    done = import_events(workspace.ledger, packages, name, city.code, city.name, dump)
    if output_format == "json":
        console.result_json(_imported_dict(done, workspace.ledger))
        raise SystemExit(done.exit_code)
    console.result_lines(imported_lines(done, workspace.ledger, lang))
    console.say(message("ledger-baseline", lang))
    raise SystemExit(done.exit_code)


def _organizations(workspace: Workspace) -> tuple[str, ...]:
    """Return the names under which catalogues may have the city: its own, and those of its portals' settings."""
    portals = (portal.organization for portal in workspace.portals.values())
    return (workspace.city.organization, workspace.city.full_name, *filter(None, portals))


def _imported_dict(done: Imported, ledger: Path) -> dict[str, Any]:
    odd = [{"place": one.place, "file": one.file, "value": one.value, "used": one.used or None} for one in done.odd]
    counts = {"entered": done.entered, "known": done.known, "skipped": list(done.skipped)}
    return {
        "format": ENTRY_FORMAT,
        "ledger": str(ledger),
        **counts,
        "odd_times": odd,
        "doubled": list(done.doubled),
        "left_out": [{"name": name, "reason": reason} for name, reason in done.left_out],
        "withdrawn": [{"dataset": dataset, "file": name} for dataset, name in done.withdrawn],
        "unsure": list(done.unsure),
        "portal": done.portal,
    }


def _packages(workspace: Workspace, file: Path | None, portal: str | None) -> tuple[str, list[tuple[str, Package]]]:
    """Return where the packages are published, and each with its place for messages."""
    from meguro_opendata.ledger import read_packages
    from meguro_opendata.portals import open_portal

    if file is not None:
        return portal or file.stem, read_packages(file)
    target = open_portal(workspace, portal)
    return target.name, [(f"{target.name}/{name}", held.to_ckan()) for name, held in target.state().packages.items()]


@command.command("date")
@click.argument("dataset", required=False)
@click.option("--resource", default="", metavar="FILE", help="そのうちの1ファイル / One file of it.")
@click.option("--first", metavar="YYYY-MM-DD", help="初めて公開した日 / Day of the first publication.")
@click.option("--evidence", default="", help="根拠 / Evidence.")
@click.option("--from", "table", type=options.InputFile(), metavar="FILE", help="表でまとめて / From a table.")
@options.recorder
@options.output_format
@options.common
def date(
    dataset: str | None,
    resource: str,
    first: str | None,
    evidence: str,
    table: Path | None,
    recorder: str | None,
    output_format: str,
) -> None:
    """初めて公開した日を、根拠とともに記録する / First publications, with evidence."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.ledger.dating import FirstPublication, enter_datings, read_first_publications
    from meguro_opendata.messages import message

    if (table is None) == (dataset is None or first is None):
        raise MeguroOpendataError("one-of", names=["--from", "DATASET --first --evidence"])
    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    said: list[FirstPublication] = (
        read_first_publications(table)
        if table
        else [FirstPublication(dataset or "", dataset or "", resource, first or "", evidence)]
    )
    done = enter_datings(workspace.ledger, said, options.recorder_name(recorder), table or workspace.ledger)
    if output_format == "json":
        lists: dict[str, Any] = dict.fromkeys(_IMPORT_LISTS, ())
        counts = {"entered": done.entered, "known": done.known, **lists, "portal": None}
        console.result_json({"format": ENTRY_FORMAT, "ledger": str(workspace.ledger), **counts})
        return
    console.result(message("ledger-dated", lang, count=done.entered, known=done.known, path=workspace.ledger))


@command.command("verify")
@click.option(
    "--repair", is_flag=True, help="BOM・空行・改行・途中で切れた行を直す / Repair form, and a torn last line."
)
@click.option("--expect", metavar="HASH", help="資料に印刷された先頭が残っているか / Is a noted head still there?")
@options.output_format
@options.common
def verify(*, repair: bool, expect: str | None, output_format: str) -> None:
    """台帳が書かれたときのままかを確かめる / Whether the ledger is as it was written."""
    from meguro_opendata.errors import ExitCode
    from meguro_opendata.kpi.unknown_records import odd_entries
    from meguro_opendata.ledger import repair_ledger, verify_ledger
    from meguro_opendata.ledger.plausible import find_head

    from ..texts.ledger import check_lines, head_lines, odd_lines

    workspace = options.settings().open_workspace()
    ledger, lang = workspace.ledger, options.settings().lang
    check = repair_ledger(ledger) if repair else verify_ledger(ledger)
    head = find_head(ledger, expect) if expect is not None else None
    odd = odd_entries(workspace)
    if output_format == "json":
        console.result_json(_check_dict(check, ledger, odd, head))
    else:
        console.result_lines(check_lines(check, ledger, lang))
        console.result_lines(odd_lines(odd, lang))
        if head is not None:
            console.result_lines(head_lines(head, check.lines, lang))
    raise SystemExit(ExitCode.of(clean=check.whole and (head is None or head.line is not None)))


@command.command("merge")
@click.argument("other", required=False, type=options.InputFile(), metavar="[OTHER]")
@click.option(
    "-o", "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE", help="別のファイルへ / Write here."
)
@click.option("--unrelated", is_flag=True, help="共通の始まりがなくても / Without a common beginning.")
@options.recorder
@options.output_format
@options.common
def merge(*, other: Path | None, out: Path | None, unrelated: bool, recorder: str | None, output_format: str) -> None:
    """2台のパソコンの台帳を、どの記録も残して1本にまとめる / Ledgers of two computers made one."""
    from meguro_opendata.ledger import merge_ledgers

    from ..texts.ledger import merged_lines

    ledger = options.settings().open_workspace().ledger
    done = merge_ledgers(ledger, other, options.recorder_name(recorder), out=out, unrelated=unrelated)
    if output_format == "json":
        said = {"lines": done.lines, "common": done.common, "heads": list(done.heads), "fork": done.fork}
        kept = {"head": done.head, "doubled": done.doubled, "backup": str(done.backup) if done.backup else None}
        console.result_json({"format": MERGE_FORMAT, "ledger": str(out or ledger), **said, **kept})
        return
    console.result_lines(merged_lines(done, out or ledger, options.settings().lang))


def _check_dict(check: Check, ledger: Path, odd: Sequence[OddEntry], head: FoundHead | None) -> dict[str, Any]:
    return {
        "format": CHECK_FORMAT,
        "ledger": str(ledger),
        "lines": check.lines,
        "whole": check.whole,
        "head": check.head,
        "faults": [{"line": fault.line, "kind": fault.kind} for fault in check.faults],
        "kept": str(check.kept) if check.kept else None,
        "repaired": check.repaired,
        "warnings": [{"line": one.line, "kind": one.kind, "value": one.value} for one in odd],
        "expected": head and {"hash": head.wanted, "line": head.line, "former": head.former, "after": dict(head.after)},
    }
