"""The same mistake, told once: findings of one cause and their examples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from meguro_opendata.findings import SEVERITIES, Finding

__all__ = ["Group", "grouped", "label", "place"]

_BY_NAME = ("column-absent", "column-unknown", "column-unmapped")


@dataclass(frozen=True)
class Group:
    """Findings that share code, severity, field and waiver, in their order."""

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


def _subject(found: Finding) -> str | None:
    """What a group is about; findings on absent and unknown columns differ by name only and go together."""
    return None if found.code in _BY_NAME else found.field or found.column


def label(found: Finding, words: dict[str, str]) -> str:
    """A finding in a list of many of its group: the column that it is about, else its place."""
    return f"「{found.field or found.column}」" if found.code in _BY_NAME else place(found, words)


def place(found: Finding, words: dict[str, str]) -> str:
    """Where a finding is, as a clerk would say it: sheet and cell, or row and line; empty for the whole file."""
    parts = []
    if found.sheet:
        parts.append(f"{words['sheet']}「{found.sheet}」")
    if found.cell:
        parts.append(f"{words['cell']} {found.cell}")
    elif found.row is not None:
        parts.append(f"{words['row']} {found.row}")
        if found.line is not None and found.line != found.row:
            parts.append(f"{words['line']} {found.line}")
    if found.column and not found.cell:
        parts.append(f"{words['column']}「{found.column}」")
    return " ".join(parts)
