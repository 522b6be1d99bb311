"""``convert``: one file into a standard's form, without a workspace."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.release import Release


@click.command("convert")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--standard", required=True, metavar="ID[@VERSION]", help="変換先の標準 / The standard to convert to.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="結果の置き場 / Result folder."
)
@options.output_format
@options.common
def command(file: Path, standard: str, out: Path, output_format: str) -> None:
    """1つの表を標準の形に直す（確かな対応だけ）/ Convert one file, applying sure matches only."""
    from meguro_opendata.conversion import convert_file
    from meguro_opendata.release import BUILD_FORMAT

    lang = options.settings().lang
    release = convert_file(file, standard, out, lang)
    if output_format == "json":
        console.result_json({"format": BUILD_FORMAT, "releases": [release.to_dict(lang)]})
    else:
        console.result("\n".join(_lines(release, lang)))
    raise SystemExit(release.report.exit_code)


def _lines(release: Release, lang: str) -> Iterator[str]:
    from meguro_opendata.messages import message, word

    from ..texts import build_lines

    yield from build_lines(release, lang, show_report=False)
    mapped = [
        f"{column} -> {field}" for field, column in release.mapped.origins.items() if field in release.mapped.reasons
    ]
    yield "  " + message(
        "mapped", lang, count=len(mapped), summary=", ".join(mapped[:_SHOWN]) + (" ..." if len(mapped) > _SHOWN else "")
    )
    if release.mapped.unmapped:
        yield "  " + message(
            "kept-columns", lang, count=len(release.mapped.unmapped), summary=", ".join(release.mapped.unmapped)
        )
    counts = ", ".join(f"{word(severity, lang)} {count}" for severity, count in release.report.counts.items())
    yield f"  {counts}"
    yield "  " + message("build-report", lang, path=release.folder / "report.html")


_SHOWN = 5
