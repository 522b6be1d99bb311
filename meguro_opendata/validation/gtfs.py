"""GTFS-JP feeds: which files are there, and each file's columns and required cells.

What is required stands in ``standard_schemas/gtfs_jp/files.yaml``. What depends on a condition that no evidence tells
is information only, and the values of cells are not judged.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from meguro_opendata.errors import SourceError, UnknownStandardError
from meguro_opendata.files.declarations import suggest
from meguro_opendata.findings import Finding, Report
from meguro_opendata.japan.folding import folded
from meguro_opendata.sources import column_letter
from meguro_opendata.sources.feed import Feed, Member, Record, csv_records, read_feed
from meguro_opendata.sources.text.textfile import decode
from meguro_opendata.standard.filesets import FileStandard, StandardFile, load_file_standard

__all__ = ["validate_gtfs"]

_ID = "gtfs_jp"
_BLANK = b"\xef\xbb\xbf \t\r\n\x1a"
_OTHER_DELIMITERS = "\t;"


@dataclass(frozen=True)
class _Checked:
    """The result of one file: its records, how many of them were checked, and the findings."""

    rows: int
    rows_checked: int
    findings: tuple[Finding, ...]


def validate_gtfs(path: Path | str, standard: FileStandard | None = None) -> Report:
    """Check a GTFS-JP feed by file and required field.

    Args:
        path: A ZIP, or a folder with the same files; nothing is unpacked to disk.
        standard: The files to look for; default GTFS-JP.

    Returns:
        A report on all files together: ``sheet`` of a finding is the file's name inside the feed, ``rows`` the
        records of all of its tables.

    Raises:
        SourceError: If it is missing, neither a ZIP nor a folder, broken, encrypted or too large.
    """
    wanted = standard or _gtfs_jp()
    feed = read_feed(Path(path), [file.name for file in wanted.files])
    checked = [_check_member(member, file) for file in wanted.files for member in feed.named(file.name)[:1]]
    found = [*_feed_findings(feed, wanted), *(finding for one in checked for finding in one.findings)]
    return Report(
        file=str(path),
        standard=(wanted.standard.id, wanted.version),
        rows=sum(one.rows for one in checked),
        rows_checked=sum(one.rows_checked for one in checked),
        findings=tuple(found),
    )


def _gtfs_jp() -> FileStandard:
    found = load_file_standard(_ID)
    if found is None:
        raise UnknownStandardError("unknown-standard", id=_ID)
    return found


def _feed_findings(feed: Feed, wanted: FileStandard) -> Iterator[Finding]:
    """What is to be said of the feed as a whole: its folder and paths, absent files, then files too many."""
    if feed.folder:
        yield Finding("gtfs-nested", "error", value=feed.folder, params={"folder": feed.folder})
    for name in feed.unsafe:
        yield Finding("gtfs-path-unsafe", "error", sheet=name, params={"file": name})
    for file in wanted.files:
        yield from _presence(file, len(feed.named(file.name)))
    names = [file.name for file in wanted.files]
    for name in feed.others(names):
        near = _near_file(name, [wish for wish in names if not feed.named(wish)])
        yield Finding("gtfs-file-unknown", "info", sheet=name, suggestion=near, params={"file": name})


def _presence(file: StandardFile, copies: int) -> Iterator[Finding]:
    shown = {"file": file.name, "title": file.title}
    if not copies and file.requirement == "required":
        yield Finding("gtfs-file-missing", "error", sheet=file.name, params=shown)
    if not copies and file.requirement == "conditional_required":
        yield Finding("gtfs-file-conditional", "info", sheet=file.name, params=shown)
    if copies and file.requirement == "legacy":
        yield Finding("gtfs-file-legacy", "info", sheet=file.name, params=shown)
    if copies > 1:
        yield Finding("gtfs-file-repeated", "error", sheet=file.name, params={"file": file.name, "count": copies})


def _near_file(name: str, names: Sequence[str]) -> str | None:
    """Return the file that was probably meant; what all names end in says nothing."""
    stems = {Path(known).stem: known for known in names}
    near = _near(Path(name).stem, list(stems))
    return stems[near] if near else None


def _near(name: str, names: Sequence[str]) -> str | None:
    same = [known for known in names if folded(known).lower() == folded(name).lower()]
    return next(iter(same or suggest(name, list(names))), None)


def _check_member(member: Member, file: StandardFile) -> _Checked:
    shown = {"file": file.name}
    if not file.is_table:
        return _Checked(0, 0, (Finding("gtfs-not-checked", "info", sheet=file.name, params=shown),))
    try:
        raw = member.read()
    except SourceError:
        return _Checked(0, 0, (Finding("gtfs-file-unreadable", "error", sheet=file.name, params=shown),))
    if not raw.strip(_BLANK):
        return _Checked(0, 0, (_empty(file),))
    text, problem = _text(raw, file)
    found = (problem,) if problem else ()
    if text is None:
        return _Checked(0, 0, found)
    checked = _check_text(text, file)
    return _Checked(checked.rows, checked.rows_checked, (*found, *checked.findings))


def _empty(file: StandardFile) -> Finding:
    return Finding("gtfs-file-empty", "error", sheet=file.name, params={"file": file.name})


def _text(raw: bytes, file: StandardFile) -> tuple[str | None, Finding | None]:
    """Return the text; another encoding is an error, and is read all the same to report all faults at once."""
    try:
        return raw.decode("utf-8-sig").rstrip("\x1a"), None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        shown = {"file": file.name, "bad_line": line, "bytes": error.object[error.start : error.start + 4].hex(" ")}
        problem = Finding("gtfs-not-utf8", "error", sheet=file.name, line=line, params=shown)
    try:
        return decode(raw, Path(file.name))[0], problem
    except SourceError:
        return None, problem


def _check_text(text: str, file: StandardFile) -> _Checked:
    """Return header and rows of one file; after a broken quotation the rest is counted but not checked."""
    records = csv_records(text, file.name)
    found: list[Finding] = []
    checked = 0
    try:
        header = next((record for record in records if not record.is_blank), None)
        if header is None:
            return _Checked(0, 0, (_empty(file),))
        found += _header_findings(header, file)
        required = _required(header.cells, file)
        for record in _without_blank_tail(records):
            found += _row_findings(record, len(header.cells), required, file)
            checked += 1
    except SourceError as error:
        shown = {"file": file.name, "bad_line": error.params["line"]}
        found.append(Finding("gtfs-not-csv", "error", sheet=file.name, line=int(str(shown["bad_line"])), params=shown))
        return _Checked(max(_count(text, file), checked), checked, tuple(found))
    if not checked:
        found.append(Finding("gtfs-no-rows", "info", sheet=file.name, params={"file": file.name}))
    return _Checked(checked, checked, tuple(found))


def _without_blank_tail(records: Iterable[Record]) -> Iterator[Record]:
    blank: list[Record] = []
    for record in records:
        if record.is_blank:
            blank.append(record)
            continue
        yield from blank
        blank.clear()
        yield record


def _count(text: str, file: StandardFile) -> int:
    """Return the records below the header, read leniently, as far as they can be read."""
    count = -1
    try:
        for record in csv_records(text, file.name, strict=False):
            count += not record.is_blank
    except SourceError:
        pass
    return max(count, 0)


def _header_findings(header: Record, file: StandardFile) -> Iterator[Finding]:
    labels, row = header.cells, header.row
    if len(labels) == 1 and any(sign in labels[0] for sign in _OTHER_DELIMITERS):
        yield Finding("gtfs-delimiter", "error", sheet=file.name, row=row, value=labels[0], params={"file": file.name})
        return
    yield from _repeated_labels(labels, row, file)
    yield from _absent(labels, row, file)
    yield from _unknown(labels, row, file)


def _repeated_labels(labels: list[str], row: int, file: StandardFile) -> Iterator[Finding]:
    for label, count in Counter(label for label in labels if label).items():
        if count > 1:
            places = [column_letter(index) for index, other in enumerate(labels) if other == label]
            params = {"file": file.name, "places": places, "count": count}
            yield _finding("gtfs-duplicate-header", "error", file, row, column=label, value=label, params=params)


def _absent(labels: list[str], row: int, file: StandardFile) -> Iterator[Finding]:
    for field in file.fields:
        if field.name not in labels and field.requirement == "required":
            yield _finding("gtfs-column-missing", "error", file, row, field=field.name)
        elif field.name not in labels and field.requirement == "conditional_required":
            yield _finding("gtfs-column-conditional", "info", file, row, field=field.name)


def _unknown(labels: list[str], row: int, file: StandardFile) -> Iterator[Finding]:
    known = [field.name for field in file.fields]
    for label in dict.fromkeys(label for label in labels if label and label not in known):
        near = _near(label, [name for name in known if name not in labels])
        yield _finding("gtfs-column-unknown", "info", file, row, column=label, suggestion=near)


def _required(labels: list[str], file: StandardFile) -> dict[str, int]:
    """Return the places of the columns whose cells must be filled; absent columns are reported with the header."""
    return {
        field.name: labels.index(field.name) for field in file.fields if field.must_be_filled and field.name in labels
    }


def _row_findings(record: Record, width: int, required: Mapping[str, int], file: StandardFile) -> Iterator[Finding]:
    if record.is_blank:
        yield _finding("gtfs-blank-row", "error", file, record.row, line=record.line)
        return
    cells, line = record.cells, record.line
    if len(cells) < width or any(cell.strip() for cell in cells[width:]):
        params = {"file": file.name, "width": len(cells), "expected": width}
        yield _finding("gtfs-ragged-row", "error", file, record.row, line=line, value=str(len(cells)), params=params)
    for name, at in required.items():
        if at >= len(cells) or not cells[at].strip():
            place = {"line": line, "column": name, "field": name}
            yield _finding("gtfs-cell-empty", "error", file, record.row, value="", **place)


def _finding(code: str, severity: str, file: StandardFile, row: int, **more: object) -> Finding:
    return Finding(code, severity, **{"sheet": file.name, "row": row, "params": {"file": file.name}, **more})  # type: ignore[arg-type]
