"""``validate`` of many files: progress on a terminal, each report, and a table of all at the end."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.reports.overview import Overview, PassedOver
    from meguro_opendata.validation import Engine
    from meguro_opendata.validation.criteria import Yardstick
    from meguro_opendata.validation.many import Outcome

__all__ = ["check_many", "check_package", "check_sheets"]

_SHOWN = 4


def check_many(
    paths: Sequence[Path],
    schema: Path | None,
    asked: Yardstick,
    html: Path | None,
    xlsx: Path | None,
    junit: Path | None,
    jobs: int,
    output_format: str,
) -> int:
    """Check files and folders, write and print their reports; the exit code is the worst of all."""
    from meguro_opendata.reports.annotated import refuse_overwriting
    from meguro_opendata.reports.overview import Overview
    from meguro_opendata.validation.many import Job, check_files, collect

    lang = options.settings().lang
    _refuse_files_for_folders(html, xlsx)
    collected = collect(paths, [html, xlsx, junit], whole_folders=asked.of_files)
    refuse_overwriting([junit], [*collected.files, schema, *asked.others])
    for line in _passed_lines(collected.passed_over, lang):
        console.say(line)
    _refuse_nothing(collected.files, paths)
    _make_folders(html, xlsx)
    outcomes = check_files(collected.files, Job(asked, lang, html, xlsx), jobs)
    done = list(console.tracked(outcomes, len(collected.files)))
    return _told(Overview(tuple(outcome.result for outcome in done), collected.passed_over), done, html, xlsx, junit,
                 output_format)  # fmt: skip


def _told(
    overview: Overview,
    done: Sequence[Outcome],
    html: Path | None,
    xlsx: Path | None,
    junit: Path | None,
    output_format: str,
) -> int:
    """Write and print what came of many tables; the exit code is the worst of all."""
    from meguro_opendata.errors import ExitCode

    lang = options.settings().lang
    _write_files(overview, done, html, junit, lang)
    if xlsx is not None:
        _tell_workbooks(done, xlsx, lang)
    if output_format == "json":
        console.result_json(overview.to_dict(lang))
    else:
        console.result("\n".join(_lines(overview, lang)))
    return max([overview.exit_code, *(ExitCode.WRONG_USE for outcome in done if outcome.trouble)])


def check_package(
    path: Path,
    engine: Engine,
    html: Path | None,
    xlsx: Path | None,
    junit: Path | None,
    output_format: str,
    *,
    specification: bool,
) -> int:
    """Check the tables of a data package, write and print their reports; the exit code is the worst of all."""
    from meguro_opendata.reports.annotated import refuse_overwriting
    from meguro_opendata.reports.overview import Overview
    from meguro_opendata.validation.datapackage import check_resources, passed_over, read_package, write_reports

    lang = options.settings().lang
    _refuse_files_for_folders(html, xlsx)
    package = read_package(path)
    refuse_overwriting([junit], [path, *(one.file for one in package.resources)])
    passed = tuple(passed_over(package))
    for line in _passed_lines(passed, lang):
        console.say(line)
    _make_folders(html, xlsx)
    checked = check_resources(package, engine, specification=specification, lang=lang)
    done = write_reports(list(checked), html, xlsx, lang)
    return _told(Overview(tuple(one.result for one in done), passed), done, html, xlsx, junit, output_format)


def check_sheets(file: Path, asked: Yardstick, junit: Path | None, output_format: str) -> int:
    """Check each sheet of a workbook and print the reports; the exit code is the worst of all."""
    from meguro_opendata.reports.annotated import refuse_overwriting
    from meguro_opendata.reports.overview import Overview
    from meguro_opendata.validation.criteria import check_sheets

    refuse_overwriting([junit], [file])
    overview = Overview(tuple(check_sheets(file, asked)))
    return _told(overview, (), None, None, junit, output_format)


def _refuse_files_for_folders(*folders: Path | None) -> None:
    from meguro_opendata.errors import MeguroOpendataError

    for folder in folders:
        if folder is not None and folder.exists() and not folder.is_dir():
            raise MeguroOpendataError("reports-not-folder", path=folder)


def _make_folders(*folders: Path | None) -> None:
    """Check that the output folders can be written, before a check that can take hours."""
    from meguro_opendata.files.whole import storage_guard

    for folder in folders:
        if folder is not None:
            with storage_guard(folder):
                folder.mkdir(parents=True, exist_ok=True)


def _refuse_nothing(files: Sequence[Path], paths: Sequence[Path]) -> None:
    from meguro_opendata.errors import SourceError

    if not files:
        raise SourceError("nothing-to-check", files=[str(path) for path in paths])


def _passed_lines(passed_over: Iterable[PassedOver], lang: str) -> Iterator[str]:
    """Yield the skipped files by reason, with the first names of each."""
    from meguro_opendata.messages import message, word

    from .lists import listed

    by_reason: dict[str, list[str]] = {}
    for one in passed_over:
        by_reason.setdefault(one.reason, []).append(one.file)
    for reason, names in by_reason.items():
        shown = listed(names, lang, _SHOWN)
        yield message("files-passed", lang, reason=word(f"passed-{reason}", lang), count=len(names), files=shown)


def _write_files(overview: Overview, done: Sequence[Outcome], html: Path | None, junit: Path | None, lang: str) -> None:
    from meguro_opendata.files.whole import write_whole
    from meguro_opendata.messages import message
    from meguro_opendata.validation.many import INDEX

    if html is not None:
        from meguro_opendata.reports.index import as_index

        page = as_index(overview, [outcome.page for outcome in done], lang)
        write_whole(html / INDEX, page.encode("utf-8", "replace"))
        console.say(message("open-this", lang, path=html / INDEX))
    if junit is not None:
        from meguro_opendata.reports.junit import as_junit

        write_whole(junit, as_junit(overview.results, lang))


def _tell_workbooks(done: Sequence[Outcome], folder: Path, lang: str) -> None:
    """Print the number of marked workbooks, and why the others could not be made."""
    from meguro_opendata.findings import Report
    from meguro_opendata.messages import message

    for outcome in done:
        if outcome.trouble:
            console.say(outcome.trouble)
    count = sum(isinstance(outcome.result, Report) and outcome.trouble is None for outcome in done)
    console.say(message("marked-many", lang, path=folder, count=count))


def _lines(overview: Overview, lang: str) -> Iterator[str]:
    """Yield each report, the reasons of what could not be checked, and the table of all."""
    from meguro_opendata import reports
    from meguro_opendata.findings import SEVERITIES
    from meguro_opendata.messages import message, word
    from meguro_opendata.reports.overview import overview_rows

    for report in overview.reports:
        yield from (reports.as_text(report, lang), "", "-" * 40, "")
    yield from (lost.text + "\n" for lost in overview.unchecked)
    header = [word(name, lang) for name in ("file", "standard", "rows-checked", *SEVERITIES, "result")]
    yield console.table_text(header, list(overview_rows(overview, lang)), numbers=(2, 3, 4, 5))
    counted = {name: overview.summary[name] for name in ("files", "valid", "invalid", "unreadable")}
    yield message("files-checked", lang, **counted)
