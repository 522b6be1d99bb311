"""Groups of findings: findings of one cause are shown once, with examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from meguro_opendata import messages
from meguro_opendata.findings import SEVERITIES, Finding, Report

__all__ = ["Group", "by_name", "extent", "grouped", "label", "place", "place_words", "position", "subject"]

# Codes whose findings share a cause but name different columns: a table with forty unknown columns has one group.
_BY_NAME = (
    "column-absent",
    "column-unknown",
    "column-unmapped",
    "duplicate-header",
    "gtfs-column-conditional",
    "gtfs-column-missing",
    "gtfs-column-unknown",
)
_BY_FILE = ("gtfs-file-conditional", "gtfs-file-missing", "gtfs-file-unknown")


@dataclass(frozen=True)
class Group:
    """Findings that share code, severity, sheet, field and waiver, in their order."""

    findings: tuple[Finding, ...]

    @property
    def first(self) -> Finding:
        """Return the first finding, which represents the group."""
        return self.findings[0]

    @property
    def count(self) -> int:
        """Return the number of findings."""
        return len(self.findings)


def extent(group: Group, report: Report, lang: str) -> str:
    """Return how often a cause occurs: a number, or «all rows»; empty if it occurs once.

    >>> group = Group((Finding("blank-row", "error", row=2), Finding("blank-row", "error", row=3)))
    >>> extent(group, Report("表.csv", None, 2, 2, group.findings), "en")
    'All 2 rows'
    """
    if group.count == 1:
        return ""
    below = {found.row for found in group.findings}
    said = "every-row" if group.count == report.rows == len(below - {None}) else "same-cause"
    return messages.message(said, lang, count=f"{group.count:,}")


def grouped(findings: Sequence[Finding]) -> list[Group]:
    """Return groups by severity (errors first), then in the order of their first findings."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for found in findings:
        groups.setdefault((found.severity, found.code, _subject(found), found.waived), []).append(found)
    made = [Group(tuple(members)) for members in groups.values()]
    return sorted(made, key=lambda group: SEVERITIES.index(group.first.severity))


def _subject(found: Finding) -> tuple[str | None, str | None]:
    """Return the sheet and column that findings of one group share.

    Findings on absent or unknown columns or files differ only by a name, so they form one group.
    """
    # A missing file of a feed has its name as the sheet, which would separate findings of one cause.
    if found.code in _BY_FILE:
        return None, None
    return found.sheet, None if found.code in _BY_NAME else found.field or found.column


def by_name(found: Finding) -> bool:
    """Return whether findings of this code differ by the column or file that they name, not by their place."""
    return found.code in _BY_NAME or found.code in _BY_FILE


def subject(group: Group) -> str:
    """Return the column or field that all findings of a group share; empty if they share none.

    >>> subject(Group((Finding("type-date", "error", column="日付", field="開設日"),)))
    '開設日'
    """
    if group.count > 1 and by_name(group.first):
        return ""
    return group.first.field or group.first.column or ""


def place_words(lang: str) -> dict[str, str]:
    """Return the words for file, sheet, cell, row, line and column, as :func:`place` expects them.

    >>> place_words("en")["cell"]
    'Cell'
    """
    return {name: messages.word(name, lang) for name in ("file", "sheet", "cell", "row", "line", "column")}


def label(found: Finding, words: Mapping[str, str]) -> str:
    """Return a finding in a list of many of its group: the file or column that it is about, else its place."""
    if found.code in _BY_FILE:
        return f"「{found.sheet}」"
    return f"「{found.field or found.column}」" if found.code in _BY_NAME else place(found, words)


def place(found: Finding, words: Mapping[str, str], last: Finding | None = None) -> str:
    """Return the place of a finding in words: sheet and cell, or row and line; empty for the whole file.

    A finding on a file of a feed names the file in its message.

    Args:
        found: The finding.
        words: The words of :func:`place_words`.
        last: The last of several findings in neighbouring rows, of which ``found`` is the first.

    >>> words = {name: name for name in ("file", "sheet", "cell", "row", "line", "column")}
    >>> place(Finding("type-date", "error", cell="I5", row=5), words, Finding("type-date", "error", cell="I7", row=7))
    'cell I5:I7'
    """
    return " ".join([*_whereabouts(found, words), *_position(found, last or found, words)])


def position(found: Finding, words: Mapping[str, str]) -> str:
    """Return the place of a finding within its sheet.

    >>> position(Finding("type-date", "error", sheet="一覧", cell="I5"), place_words("en"))
    'Cell I5'
    """
    return " ".join(_position(found, found, words))


def _whereabouts(found: Finding, words: Mapping[str, str]) -> Iterator[str]:
    """Yield the file and the sheet of a finding."""
    if "file" not in found.params:
        named = {"file": found.file, "sheet": found.sheet}
        yield from (f"{words[key]}「{name}」" for key, name in named.items() if name)


def _position(found: Finding, last: Finding, words: Mapping[str, str]) -> Iterator[str]:
    """Yield the cell of a finding, else its row, line and column as far as they are known."""
    if found.cell:
        yield f"{words['cell']} {_range(found.cell, last.cell, ':')}"
        return
    if found.row is not None:
        yield f"{words['row']} {_range(found.row, last.row, '-')}"
        if found.line not in (None, found.row):
            yield f"{words['line']} {_range(found.line, last.line, '-')}"
    if found.column:
        yield f"{words['column']}「{found.column}」"


def _range(first: object, last: object, sign: str) -> str:
    return str(first) if first == last else f"{first}{sign}{last}"
