"""``harvest``: another catalogue's datasets in our catalogue form."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.catalog.harvest import PartFile


@click.command("harvest")
@click.argument("source", metavar="URL|FILE")
@options.output_file
@options.remote
@click.option("--allow-shortfall", is_flag=True, help="足りなくても書き出す / Write it though datasets are missing.")
@options.output_format
@options.common
def command(
    source: str,
    out: Path,
    organization: str | None,
    *,
    allow_private: bool,
    ignore_robots: bool,
    allow_shortfall: bool,
    output_format: str,
) -> None:
    """ほかのカタログ（CKANか保存したファイル）を読む / Read another catalogue: a CKAN, or a saved file."""
    from meguro_opendata.catalog import write_entries
    from meguro_opendata.catalog.harvest import Manners, PartFile, harvest
    from meguro_opendata.catalog.review.oddities import oddities
    from meguro_opendata.files.whole import write_whole
    from meguro_opendata.japan.calendar import today

    from ..texts.harvest import harvest_lines, oddity_lines

    options.refuse_over_source(source, out)
    part = PartFile(out)
    with _pages_kept(part):
        found = harvest(source, organization, Manners(allow_private, ignore_robots, tell=_tell), part)
    odd = oddities(found.entries, today())
    written = not found.missing or allow_shortfall
    if written:
        write_whole(out, write_entries(found.entries).encode("utf-8"))
    if written and found.requests:
        part.drop()
    lang = options.settings().lang
    if output_format == "json":
        console.result_json(found.to_dict(str(out), odd, written=written))
    else:
        console.result_lines(harvest_lines(found, out, lang, written=written))
    console.say_lines(oddity_lines(odd, lang))
    raise SystemExit(found.exit_code(odd))


def _tell(code: str, **params: object) -> None:
    from meguro_opendata.messages import message

    console.say(message(code, options.settings().lang, **params))


@contextmanager
def _pages_kept(part: PartFile) -> Iterator[None]:
    """Print where the downloaded pages are if the harvest stops early."""
    from meguro_opendata.errors import MeguroOpendataError

    try:
        yield
    except (MeguroOpendataError, KeyboardInterrupt) as error:
        if part.path.exists() and getattr(error, "code", "") != "harvest-part-foreign":
            _tell("harvest-part-kept", path=part.path)
        raise
