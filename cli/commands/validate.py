"""``validate``: a table against a standard or a schema."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.findings import Report
    from meguro_opendata.validation import Engine, Explanation
    from meguro_opendata.validation.fast_engine import Explain


@click.command("validate")
@click.argument("file", type=click.Path(path_type=Path))
@options.standard
@click.option("--schema", type=click.Path(path_type=Path), metavar="FILE.json", help="独自のスキーマ / A Table Schema.")
@click.option(
    "--engine",
    type=click.Choice(("fast", "frictionless")),
    default="fast",
    show_default=True,
    help="検査の方法（答えは同じ）/ Engine; both give the same answers.",
)
@click.option("--explain-engine", is_flag=True, help="どの列をどう検査したかを示す / Say how each column was checked.")
@click.option(
    "--html", type=click.Path(path_type=Path), metavar="FILE", help="報告をHTMLでも書く / Write the report as HTML."
)
@click.option(
    "--xlsx",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="印を付けたブックを書く / Write a copy with marked cells and notes.",
)
@options.output_format
@options.common
def command(
    file: Path,
    standard: str | None,
    schema: Path | None,
    engine: Engine,
    explain_engine: bool,
    html: Path | None,
    xlsx: Path | None,
    output_format: str,
) -> None:
    """表を標準に照らして検査する / Check a table against a standard."""
    from meguro_opendata import reports

    lang = options.settings().lang
    _refuse_overwriting(html, [file, schema])
    explained: list[Explanation] = []
    report = _report(file, standard, schema, engine, explained.append if explain_engine else None)
    if explain_engine:
        from ..enginetext import engine_lines

        console.say("\n".join(engine_lines(explained, lang)))
    if html is not None:
        from meguro_opendata.files import write_whole

        write_whole(html, reports.as_html(report, lang).encode("utf-8"))
    if xlsx is not None:
        _write_marked(file, standard, report, xlsx, lang)
    if output_format == "json":
        console.result_json(report.to_dict(lang))
    else:
        console.result(reports.as_text(report, lang))
    raise SystemExit(report.exit_code)


def _refuse_overwriting(html: Path | None, read: Iterable[Path | None]) -> None:
    """Before anything is done: a report never takes the place of a file that it is about."""
    from meguro_opendata.errors import MeguroOpendataError

    for source in read:
        if html is not None and source is not None and html.resolve() == source.resolve():
            raise MeguroOpendataError("report-over-source", file=html)


def _report(file: Path, standard: str | None, schema: Path | None, engine: Engine, explain: Explain | None) -> Report:
    from meguro_opendata import validation
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.schemafile import read_schema

    if (standard is None) == (schema is None):
        raise MeguroOpendataError("standard-or-schema-option")
    if standard is not None:
        return validation.validate_file(file, standard, engine=engine, explain=explain)
    assert schema is not None  # noqa: S101 (just one of the two is None)
    return validation.validate_table(file, read_schema(schema), engine=engine, explain=explain)


def _write_marked(file: Path, standard: str | None, report: Report, out: Path, lang: str) -> None:
    from meguro_opendata.errors import SourceError
    from meguro_opendata.filestandard import load_file_standard
    from meguro_opendata.reports.marked import mark_grid, mark_table, marked_lines, write_marked
    from meguro_opendata.sources import propose_source, read_grid
    from meguro_opendata.standard import load_standard

    if standard is None:
        grid = read_grid(file)
        marked = mark_grid(grid, report.findings, lang, columns=grid.record(0))
    elif load_file_standard(standard) is not None:
        raise SourceError("marked-feed", file=file)
    else:
        table = propose_source(file, [field.name for field in load_standard(standard).fields])
        marked = mark_table(table, report.findings, lang)
    write_marked(marked, out, file)
    console.say("\n".join(marked_lines(marked, out, lang)))
