"""The same mistake, told once: findings of one cause and their examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meguro_opendata.findings import SEVERITIES, Finding

__all__ = ["Group", "grouped", "label", "place"]

_BY_NAME = (
    "column-absent",
    "column-unknown",
    "column-unmapped",
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
        """The first of them, which stands for all."""
        return self.findings[0]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.findings)


def grouped(findings: Sequence[Finding]) -> list[Group]:
    """Groups by severity (errors first), each group where its first finding stands."""
    groups: dict[tuple[object, ...], list[Finding]] = {}
    for found in findings:
        groups.setdefault((found.severity, found.code, _subject(found), found.waived), []).append(found)
    made = [Group(tuple(members)) for members in groups.values()]
    return sorted(made, key=lambda group: SEVERITIES.index(group.first.severity))


def _subject(found: Finding) -> tuple[str | None, str | None]:
    """What a group is about; findings on absent and unknown columns or files differ by name only and go together."""
    if found.code in _BY_FILE:
        return None, None
    return found.sheet, None if found.code in _BY_NAME else found.field or found.column


def label(found: Finding, words: dict[str, str]) -> str:
    """A finding in a list of many of its group: the file or column that it is about, else its place."""
    if found.code in _BY_FILE:
        return f"「{found.sheet}」"
    return f"「{found.field or found.column}」" if found.code in _BY_NAME else place(found, words)


def place(found: Finding, words: dict[str, str]) -> str:
    """Where a finding is, as a clerk would say it: sheet and cell, or row and line; empty for the whole file.

    A finding on a file of a feed names the file in its message.
    """
    return " ".join([*_whereabouts(found, words), *_position(found, words)])


def _whereabouts(found: Finding, words: dict[str, str]) -> Iterator[str]:
    """File and sheet."""
    if "file" not in found.params:
        named = {"file": found.file, "sheet": found.sheet}
        yield from (f"{words[key]}「{name}」" for key, name in named.items() if name)


def _position(found: Finding, words: dict[str, str]) -> Iterator[str]:
    """The cell, or what is known of it."""
    if found.cell:
        yield f"{words['cell']} {found.cell}"
        return
    if found.row is not None:
        yield f"{words['row']} {found.row}"
        if found.line not in (None, found.row):
            yield f"{words['line']} {found.line}"
    if found.column:
        yield f"{words['column']}「{found.column}」"
