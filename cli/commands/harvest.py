"""``harvest``: another catalogue's datasets in our catalogue form."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.catalog.harvest import Harvest


@click.command("harvest")
@click.argument("source", metavar="URL|FILE")
@options.output_file
@options.remote
@options.output_format
@options.common
def command(
    source: str,
    out: Path,
    organization: str | None,
    *,
    allow_private: bool,
    ignore_robots: bool,
    output_format: str,
) -> None:
    """ほかのカタログ（CKANか保存したファイル）を読む / Read another catalogue: a CKAN, or a saved file."""
    from meguro_opendata.catalog import write_entries
    from meguro_opendata.catalog.harvest import Manners, harvest
    from meguro_opendata.files.whole import write_whole

    options.refuse_over_source(source, out)
    found = harvest(source, organization, Manners(allow_private, ignore_robots))
    write_whole(out, write_entries(found.entries).encode("utf-8"))
    if output_format == "json":
        console.result_json(found.to_dict(str(out)))
    else:
        _tell(found, out)


def _tell(found: Harvest, out: Path) -> None:
    from meguro_opendata.messages import message

    lang = options.settings().lang
    counts = {"source": found.source, "path": out, "datasets": len(found.entries), "files": found.files}
    console.result(message("harvest-done", lang, **counts))
    if found.told > len(found.entries):
        text = message(
            "harvest-fewer", lang, told=found.told, datasets=len(found.entries), broken=list(found.broken) or "-"
        )
        console.say(text)
