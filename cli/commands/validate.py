"""``validate``: tables against a standard or a schema."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.findings import Report
    from meguro_opendata.validation import Engine
    from meguro_opendata.validation.criteria import Yardstick

_PATH = click.Path(path_type=Path)


@click.command("validate")
@click.argument("files", nargs=-1, required=True, type=options.InputFile(), metavar="FILE...")
@options.standard
@click.option("--schema", type=options.InputFile(), metavar="FILE.json", help="独自のスキーマ / A Table Schema.")
@click.option(
    "--table",
    "tables",
    multiple=True,
    metavar="NAME=FILE[:SCHEMA.json]",
    help="外部キーの参照先の表 / A table that foreign keys of the schema refer to.",
)
@click.option(
    "--specification",
    is_flag=True,
    help="frictionlessでなくData Package 2の仕様に照らす / Judge by Data Package 2 instead of by frictionless.",
)
@click.option(
    "--engine",
    type=click.Choice(("fast", "frictionless")),
    default="fast",
    show_default=True,
    help="検査の方法（答えは同じ）/ Engine; both give the same answers.",
)
@click.option(
    "--personal",
    is_flag=True,
    help="個人情報と公開できない情報も探す / Look for personal and undisclosable data, too.",
)
@click.option(
    "--html",
    type=_PATH,
    metavar="FILE",
    help="報告をHTMLでも書く。複数のファイルならフォルダー / Write the report as HTML; of many files, into a folder.",
)
@click.option(
    "--xlsx",
    type=_PATH,
    metavar="FILE",
    help="印を付けたブックを書く。複数のファイルならフォルダー / Write a copy with marked cells and notes, likewise.",
)
@click.option("--junit", type=_PATH, metavar="FILE", help="CI用のJUnit形式でも書く / Write a JUnit file for CI.")
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=1,
    show_default=True,
    metavar="N",
    help="同時に検査する数 / Files that are checked at the same time.",
)
@options.table_place
@click.option("--all-sheets", is_flag=True, help="見えるシートをすべて検査する / Check every visible sheet.")
@options.output_format
@options.common
def command(
    files: tuple[Path, ...],
    standard: str | None,
    schema: Path | None,
    tables: tuple[str, ...],
    specification: bool,
    engine: Engine,
    personal: bool,
    html: Path | None,
    xlsx: Path | None,
    junit: Path | None,
    jobs: int,
    sheet: str | None,
    header_row: int | None,
    all_sheets: bool,
    output_format: str,
) -> None:
    """表を標準に照らして検査する / Check tables against a standard.

    標準を指定しなければ、見出しから分かる標準に照らす。フォルダーは、その中の表をすべて検査する。
    datapackage.json なら、そのパッケージの表をすべて検査する。

    Without a standard, each table is checked against the one that its header follows. Folders: every table in them.
    A datapackage.json: every table of the package.
    """
    from meguro_opendata.validation.criteria import yardstick

    if len(files) == 1 and _is_package(
        files[0], {"--standard": standard, "--schema": schema, "--table": tables, "--personal": personal}
    ):
        from ..texts.files import check_package

        raise SystemExit(check_package(files[0], engine, html, xlsx, junit, output_format, specification=specification))
    asked = yardstick(standard, schema, engine, personal=personal, specification=specification, tables=tables)
    asked = replace(asked, sheet=sheet, header_row=header_row)
    _refuse_mixed(files, asked, {"--html": html, "--xlsx": xlsx}, all_sheets=all_sheets)
    if all_sheets:
        from ..texts.files import check_sheets

        raise SystemExit(check_sheets(files[0], asked, junit, output_format))
    if len(files) > 1 or (files[0].is_dir() and not asked.of_files):
        from ..texts.files import check_many

        raise SystemExit(check_many(files, schema, asked, html, xlsx, junit, jobs, output_format))
    raise SystemExit(_check_one(files[0], schema, asked, html, xlsx, junit, output_format))


def _is_package(file: Path, others: dict[str, object]) -> bool:
    """Return whether the file is the descriptor of a data package, which names its schemas itself."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.validation.datapackage.descriptor import is_package

    if file.suffix.lower() != ".json" or not is_package(file):
        return False
    for option, given in others.items():
        if given:
            raise MeguroOpendataError("package-alone", option=option)
    return True


def _refuse_mixed(
    files: tuple[Path, ...], asked: Yardstick, others: dict[str, Path | None], *, all_sheets: bool
) -> None:
    """Refuse what can only be said of one file of a standard, and files that hold one report."""
    from meguro_opendata.errors import MeguroOpendataError

    if not all_sheets and (asked.sheet, asked.header_row) == (None, None):
        return
    one_table = len(files) == 1 and not files[0].is_dir() and not asked.of_files
    if not one_table or asked.schema is not None:
        raise MeguroOpendataError("sheet-of-one-file")
    given = [option for option, path in others.items() if path is not None]
    if all_sheets and given:
        raise MeguroOpendataError("sheets-one-report", option=given[0])


def _check_one(
    file: Path,
    schema: Path | None,
    asked: Yardstick,
    html: Path | None,
    xlsx: Path | None,
    junit: Path | None,
    output_format: str,
) -> int:
    from meguro_opendata.files.whole import write_whole
    from meguro_opendata.reports.annotated import annotated_page, refuse_overwriting
    from meguro_opendata.validation.criteria import check

    lang = options.settings().lang
    refuse_overwriting([html, junit], [file, schema, *asked.others])
    report = check(file, asked)
    if html is not None:
        write_whole(html, annotated_page(file, report, lang))
    if junit is not None:
        write_whole(junit, _junit(report, lang))
    if xlsx is not None:
        _write_marked(file, report, xlsx, lang)
    _show(report, output_format, lang)
    return report.exit_code


def _junit(report: Report, lang: str) -> bytes:
    from meguro_opendata.reports.junit import as_junit

    return as_junit([report], lang)


def _write_marked(file: Path, report: Report, xlsx: Path, lang: str) -> None:
    from meguro_opendata.reports.annotated import marked_copy
    from meguro_opendata.reports.workbook.marked import marked_lines, write_marked

    marked = marked_copy(file, report, lang)
    write_marked(marked, xlsx, file)
    console.say("\n".join(marked_lines(marked, xlsx, lang)))


def _show(report: Report, output_format: str, lang: str) -> None:
    from meguro_opendata import reports

    if output_format == "json":
        console.result_json(report.to_write(lang))
    else:
        console.result(reports.as_text(report, lang))
