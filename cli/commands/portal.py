"""``portal``: save a portal, bring it back, and list what was published."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options, withdrawing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from meguro_opendata.portals.backup import Backup, Difference
    from meguro_opendata.portals.ckan.portal import CkanPortal
    from meguro_opendata.portals.contents import Attempt

BACKUP_FORMAT = "meguro-opendata/backup@1"
RESTORE_FORMAT = "meguro-opendata/restore@1"
RELEASES_FORMAT = "meguro-opendata/releases@1"


@click.group("portal", cls=options.Group)
@options.common
def command() -> None:
    """公開先の控えを取る・戻す / Save a portal, and bring it back."""


@command.command("snapshot")
@options.portal
@options.output_file
@options.insecure_http
@options.common
def snapshot(portal: str | None, out: Path, *, insecure_http: bool) -> None:
    """公開先の登録内容を1つのファイルに書く / Write what the portal holds, for plan --portal-state."""
    from meguro_opendata.files.whole import write_whole
    from meguro_opendata.messages import message
    from meguro_opendata.portals import open_portal
    from meguro_opendata.portals.snapshot import snapshot_text

    workspace = options.settings().open_workspace()
    target = open_portal(workspace, portal, insecure_http=insecure_http)
    write_whole(out, snapshot_text(target).encode("utf-8"))
    console.result(message("snapshot-written", options.settings().lang, path=out))


@command.command("releases")
@click.argument("slug")
@options.output_format
@options.common
def releases(slug: str, output_format: str) -> None:
    """公開した版の一覧（publish --release で戻せる）/ List what was published of a dataset."""
    from meguro_opendata.ledger import PUBLISHED, read_ledger
    from meguro_opendata.messages import message
    from meguro_opendata.publication.history import History

    workspace = options.settings().open_workspace()
    workspace.recipe_path(slug)
    found = History(workspace).releases(slug)
    if output_format == "json":
        listed = [past.to_dict() for past in found]
        console.result_json({"format": RELEASES_FORMAT, "dataset": slug, "releases": listed})
        return
    console.result_lines(f"{past.time}  {past.release}  {past.portal}  {past.rows}" for past in found)
    if not found:
        events = read_ledger(workspace.ledger)
        portals = sorted({event.portal for event in events if event.dataset == slug and event.origin == PUBLISHED})
        told = "releases-unkept" if portals else "releases-none"
        console.say(message(told, options.settings().lang, slug=slug, portals=portals))


@command.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@options.portal
@options.insecure_http
@options.output_format
@options.common
def backup(folder: Path, portal: str | None, output_format: str, *, insecure_http: bool) -> None:
    """公開先の登録内容とファイルを全部控える / Save every dataset and file of a portal."""
    from meguro_opendata.messages import message
    from meguro_opendata.portals.backup import back_up

    target = _ckan(portal, insecure_http)
    saved = back_up(target, folder)
    lang = options.settings().lang
    counts = {"datasets": len(saved.packages), "files": len(saved.files), **_contents(saved)}
    lost = list(saved.contents.lost) if saved.contents else []
    if output_format == "json":
        told = {"portal": target.name, "folder": str(folder), **counts, "lost_tables": lost}
        console.result_json({"format": BACKUP_FORMAT, **told})
    else:
        console.result(message("backup-done", lang, path=folder, **counts))
        if lost:
            console.say(message("backup-lost-tables", lang, names=lost))


@command.command("restore")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@options.portal
@click.option("--yes", is_flag=True, help="確かめずに戻す / Do not ask.")
@options.insecure_http
@options.output_format
@options.common
def restore(folder: Path, portal: str | None, output_format: str, *, yes: bool, insecure_http: bool) -> None:
    """控えにあって公開先にないものを戻し、控えと比べる / Bring back what is missing, and compare with the backup."""
    import sys

    from meguro_opendata.errors import ExitCode, MeguroOpendataError
    from meguro_opendata.messages import message
    from meguro_opendata.portals.backup import differences, open_backup
    from meguro_opendata.portals.backup import restore as bring_back

    lang = options.settings().lang
    if not yes and not sys.stdin.isatty():
        raise MeguroOpendataError("restore-needs-yes")
    target = _ckan(portal, insecure_http)
    saved = open_backup(folder)
    if not yes and not console.ask(message("restore-ask", lang, portal=target.name)):
        raise SystemExit(ExitCode.NOT_CLEAN)
    attempts: list[Attempt] = []
    back = bring_back(target, saved, attempts.append)
    left = differences(target, saved)
    withdrawing.say_brought_back(options.settings().open_workspace(), target.name, saved, back)
    _show_restored(target.name, back, attempts, left, output_format, lang)
    raise SystemExit(ExitCode.of(clean=not left and all(one.error is None for one in attempts)))


def _contents(saved: Backup) -> dict[str, int]:
    """Return the numbers of tables and views in a backup."""
    kept = saved.contents
    return {"tables": len(kept.tables) if kept else 0, "views": sum(map(len, kept.views.values())) if kept else 0}


def _show_restored(
    portal: str,
    back: Sequence[str],
    attempts: Sequence[Attempt],
    left: Sequence[Difference],
    output_format: str,
    lang: str,
) -> None:
    from ..texts.portal import restored_dict, restored_lines

    if output_format == "json":
        console.result_json({"format": RESTORE_FORMAT, **restored_dict(portal, back, attempts, left, lang)})
    else:
        console.result_lines(restored_lines(portal, back, attempts, left, lang))


def _ckan(name: str | None, insecure_http: bool) -> CkanPortal:
    """Return the portal, which has to be a CKAN."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.portals import open_portal
    from meguro_opendata.portals.ckan.portal import CkanPortal

    workspace = options.settings().open_workspace()
    target = open_portal(workspace, name, insecure_http=insecure_http)
    if not isinstance(target, CkanPortal):
        raise MeguroOpendataError("portal-not-ckan", name=target.name)
    return target
