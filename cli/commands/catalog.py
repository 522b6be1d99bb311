"""``catalog``: the catalogue in other shapes, and what its metadata lacks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .. import console, options, withdrawing

if TYPE_CHECKING:
    from meguro_opendata.catalog import CatalogEntry, Package
    from meguro_opendata.catalog.forms.files import Form
    from meguro_opendata.findings import Report
    from meguro_opendata.workspace.city import City

FORMAT = "meguro-opendata/export@1"
_SHAPES = ("dcat", "ckan", "open_data_list")


@click.group("catalog", cls=options.Group, no_args_is_help=True)
def command() -> None:
    """カタログを書き出す・確かめる / Export and check the catalogue."""


@command.command("export")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@click.option("--as", "shape", required=True, type=click.Choice(_SHAPES), help="書き出す形 / The shape.")
@options.catalog_source
@options.portal
@options.output_file
@options.remote
@options.output_format
@options.common
def export(slugs: tuple[str, ...], shape: Form, out: Path, output_format: str, **source: Any) -> None:
    """カタログを DCAT・CKAN・オープンデータ一覧の形で書き出す / Export as DCAT, CKAN or the national list."""
    from meguro_opendata.catalog.forms.files import catalog_bytes
    from meguro_opendata.catalog.review.oddities import oddities
    from meguro_opendata.errors import ExitCode
    from meguro_opendata.files.whole import write_whole
    from meguro_opendata.japan.calendar import today

    from ..texts.catalog import export_lines
    from ..texts.harvest import oddity_lines

    options.refuse_over_source(source["origin"], out)
    entries, packages, city = _catalogue(slugs, **source)
    write_whole(out, catalog_bytes(entries, city, shape, packages))
    report = _list_report(out) if shape == "open_data_list" else None
    odd = oddities(entries, today())
    lang = options.settings().lang
    if output_format == "json":
        console.result_json({**_export_dict(entries, shape, out, report), **odd.to_dict()})
    else:
        console.result_lines(export_lines(entries, out, report, lang, None if source["origin"] else source["portal"]))
    console.say_lines(oddity_lines(odd, lang))
    raise SystemExit(max(report.exit_code if report else ExitCode.DONE, ExitCode.of(clean=not odd.doubled)))


def _catalogue(
    slugs: Sequence[str], origin: str | None, portal: str | None, organization: str | None, **allowed: bool
) -> tuple[Sequence[CatalogEntry], Sequence[Package | None], City]:
    """Return the datasets that are asked for, the package of CKAN's that each was made of, and the workspace's city."""
    from meguro_opendata.catalog.harvest import Manners, harvest
    from meguro_opendata.errors import PortalError
    from meguro_opendata.publication.listing import workspace_entries

    workspace = options.settings().open_workspace()
    if origin is None:
        withdrawing.say_left_out(workspace, slugs, portal)
        return workspace_entries(workspace, slugs, portal), (), workspace.city
    found = harvest(origin, organization, Manners(allowed["allow_private"], allowed["ignore_robots"]))
    if found.missing or found.broken:
        counts = {"told": found.told, "datasets": len(found.entries), "broken": list(found.broken) or "-"}
        raise PortalError("harvest-fewer", source=found.source, **counts)
    pairs = zip(found.entries, found.packages, strict=True)
    chosen = [pair for pair in pairs if not slugs or pair[0].name in slugs]
    return [entry for entry, _ in chosen], [package for _, package in chosen], workspace.city


def _list_report(out: Path) -> Report:
    from meguro_opendata.validation import validate_file

    return validate_file(out, "open_data_list")


def _export_dict(entries: Sequence[CatalogEntry], shape: str, out: Path, report: Report | None) -> dict[str, Any]:
    lang = options.settings().lang
    return {
        "format": FORMAT,
        "as": shape,
        "path": str(out),
        "datasets": len(entries),
        "files": sum(len(entry.distributions) for entry in entries),
        "report": report.to_dict(lang) if report else None,
    }


@command.command("check")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...")
@options.catalog_source
@options.portal
@click.option("--as-of", metavar="YYYY-MM-DD", help="更新の遅れをこの日で見る（既定は今日）/ Overdue as of this day.")
@options.remote
@options.output_format
@options.common
def check(slugs: tuple[str, ...], as_of: str | None, output_format: str, **source: Any) -> None:
    """メタデータに足りないもの、点数、次の一歩を示す / What the metadata lacks, its score, the next step."""
    from meguro_opendata.catalog import PortalRules
    from meguro_opendata.catalog.review.review import review_catalog

    from ..texts.catalog import review_lines

    entries, _, city = _catalogue(slugs, **source)
    rules = PortalRules(licenses={city.license.id}) if source["origin"] is None else None
    published = source["origin"] is not None or source["portal"] is not None
    reviewed = review_catalog(entries, city, options.day(as_of), rules, published=published)
    lang = options.settings().lang
    if output_format == "json":
        console.result_json(reviewed.to_dict(source["origin"] or "workspace", lang))
    else:
        console.result_lines(review_lines(reviewed, lang))
    raise SystemExit(reviewed.exit_code)
