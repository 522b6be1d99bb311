"""Counts of findings by column and by the person or office who acts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from meguro_opendata import messages
from meguro_opendata.findings import SEVERITIES, Finding
from meguro_opendata.reports.grouping import Group

__all__ = ["Actor", "ColumnCount", "accepted", "actors", "columns", "severity_counts", "waived_counts"]

_LETTERS = re.compile("[A-Z]+")


@dataclass(frozen=True)
class ColumnCount:
    """The groups of findings on one column; all names are ``None`` for findings on rows or the whole file.

    Attributes:
        letter: The column's letter as Excel shows it, for workbooks.
        groups: Position of each group in the report's order.
    """

    file: str | None
    sheet: str | None
    letter: str | None
    name: str | None
    counts: dict[str, int]
    groups: tuple[int, ...]

    @property
    def asks(self) -> bool:
        """Return whether the column has errors or warnings, not only information."""
        return any(count for severity, count in self.counts.items() if severity != "info")


@dataclass(frozen=True)
class Actor:
    """The person or office who acts, with the numbers of causes and of findings by severity."""

    name: str
    causes: int
    counts: dict[str, int]


def columns(groups: Sequence[Group]) -> list[ColumnCount]:
    """Return the findings by column, those with the most errors first; rows and the whole file come last.

    >>> found = [Finding("type-date", "error", cell="I5", column="日付"), Finding("no-rows", "error")]
    >>> [(count.letter, count.name, count.counts["error"]) for count in columns([Group((one,)) for one in found])]
    [('I', '日付', 1), (None, None, 1)]
    """
    found: dict[tuple[str | None, ...], list[tuple[int, Finding]]] = {}
    for index, group in enumerate(groups):
        for finding in group.findings:
            name = finding.column or finding.field
            key = (finding.file, finding.sheet, name) if name else (None, None, None)
            found.setdefault(key, []).append((index, finding))
    counted = [_column(key, members) for key, members in found.items()]
    return sorted(counted, key=lambda count: (count.name is None, [-number for number in count.counts.values()]))


def _column(key: tuple[str | None, ...], members: Sequence[tuple[int, Finding]]) -> ColumnCount:
    file, sheet, name = key
    letters = {match[0] for _, found in members if found.cell and (match := _LETTERS.match(found.cell))}
    return ColumnCount(
        file=file,
        sheet=sheet,
        letter=letters.pop() if name and len(letters) == 1 else None,
        name=name,
        counts=severity_counts(found for _, found in members),
        groups=tuple(dict.fromkeys(index for index, _ in members)),
    )


def actors(groups: Sequence[Group], lang: str) -> list[Actor]:
    """Return the persons or offices who act, those with the most errors first; waived findings do not count."""
    found: dict[str, list[Group]] = {}
    for group in groups:
        if group.first.waived is None:
            found.setdefault(group.first.text("who", lang), []).append(group)
    counted = [
        Actor(name, len(members), severity_counts(one for group in members for one in group.findings))
        for name, members in found.items()
    ]
    return sorted(counted, key=lambda actor: [-number for number in actor.counts.values()])


def accepted(groups: Sequence[Group], lang: str) -> Actor | None:
    """Return the waived findings as one line of the table of actors; ``None`` without any."""
    found = [group for group in groups if group.first.waived is not None]
    counts = severity_counts(one for group in found for one in group.findings)
    return Actor(messages.word("waived", lang), len(found), counts) if found else None


def waived_counts(findings: Iterable[Finding]) -> dict[str, int]:
    """Return the number of findings that the recipe accepts, by severity."""
    return severity_counts(found for found in findings if found.waived is not None)


def severity_counts(findings: Iterable[Finding]) -> dict[str, int]:
    """Return the number of findings by severity, every severity present."""
    found = Counter(finding.severity for finding in findings)
    return {severity: found[severity] for severity in SEVERITIES}
