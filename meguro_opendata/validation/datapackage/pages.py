"""The page and the marked workbook of each table of a package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import sha256, write_whole
from meguro_opendata.findings import Report
from meguro_opendata.reports.annotated import annotated_page, marked_copy
from meguro_opendata.sources import read_bytes
from meguro_opendata.validation.datapackage.checking import CheckedResource
from meguro_opendata.validation.many import INDEX, Outcome, page_stems

__all__ = ["write_reports"]


def write_reports(done: Sequence[CheckedResource], html: Path | None, xlsx: Path | None, lang: str) -> list[Outcome]:
    """Write a page and a marked workbook of each table that was checked, into folders; return what came of each."""
    stems = page_stems([one.resource.file or Path(one.resource.name) for one in done])
    return [_written(one, stem, html, xlsx, lang) for one, stem in zip(done, stems, strict=True)]


def _written(one: CheckedResource, stem: str, html: Path | None, xlsx: Path | None, lang: str) -> Outcome:
    file, report = one.resource.file, one.result
    if file is None or not isinstance(report, Report):
        return Outcome(report)
    page = f"{stem}.html" if html is not None else None
    if html is not None and page is not None:
        write_whole(html / page, _page(one, file, report, lang))
    return Outcome(report, page, "\n".join(_marked(one, file, report, stem, xlsx, lang)) or None)


def _page(one: CheckedResource, file: Path, report: Report, lang: str) -> bytes:
    """Return the page; a file that only its dialect cuts rightly is shown without its cells."""
    if one.plain:
        return annotated_page(file, report, lang, INDEX)
    from meguro_opendata.reports.html import Checked, as_html

    checked: dict[str | None, Checked] = {None: Checked(file.name, sha256(read_bytes(file)))}
    return as_html(report, lang, checked=checked, index=INDEX).encode("utf-8", "replace")


def _marked(one: CheckedResource, file: Path, report: Report, stem: str, xlsx: Path | None, lang: str) -> Iterator[str]:
    """Write the marked workbook, and yield why not, if it cannot be made."""
    if xlsx is None:
        return
    if not one.plain:
        yield MeguroOpendataError("marked-dialect", name=one.resource.name).text(lang)
        return
    try:
        marked = marked_copy(file, report, lang)
        write_whole(xlsx / f"{stem}{marked.suffix}", marked.content)
    except MeguroOpendataError as error:
        yield error.text(lang)
