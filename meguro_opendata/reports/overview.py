"""The results of checking many files: a report or an error for each, and the files passed over."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata import messages
from meguro_opendata.errors import ExitCode
from meguro_opendata.findings import SEVERITIES, Report

__all__ = ["REPORTS_FORMAT", "Overview", "PassedOver", "Unchecked", "overview_rows", "short_name", "short_reasons"]

REPORTS_FORMAT = "meguro-opendata/reports@1"


@dataclass(frozen=True)
class Unchecked:
    """A file that could not be checked.

    Attributes:
        code: The code of the error.
        message: The reason, and what to do.
        exit_code: The exit code of the command for this error.
    """

    file: str
    code: str
    message: str
    exit_code: ExitCode = ExitCode.WRONG_USE

    @property
    def text(self) -> str:
        """Return the message, preceded by the file's name unless it contains it.

        >>> Unchecked("a.csv", "x", "Broken.").text
        'a.csv: Broken.'
        """
        return self.message if self.file in self.message else f"{self.file}: {self.message}"


@dataclass(frozen=True)
class PassedOver:
    """A file or folder that was not examined; ``reason`` is one of the words that begin with ``passed-``."""

    file: str
    reason: str


@dataclass(frozen=True)
class Overview:
    """The results in the order of the files, and the files and folders passed over."""

    results: tuple[Report | Unchecked, ...]
    passed_over: tuple[PassedOver, ...] = ()

    @property
    def reports(self) -> list[Report]:
        """Return the reports on the files that were checked."""
        return [result for result in self.results if isinstance(result, Report)]

    @property
    def unchecked(self) -> list[Unchecked]:
        """Return the files that could not be checked."""
        return [result for result in self.results if isinstance(result, Unchecked)]

    @property
    def counts(self) -> dict[str, int]:
        """Return the number of findings of all files by severity."""
        return {severity: sum(report.counts[severity] for report in self.reports) for severity in SEVERITIES}

    @property
    def exit_code(self) -> ExitCode:
        """Return the highest exit code: 2 or more if a file could not be checked, else 1 if one has errors, else 0."""
        closed = [ExitCode.WRONG_USE for one in self.passed_over if one.reason == "closed"]
        return max([ExitCode.DONE, *closed, *(result.exit_code for result in self.results)])

    @property
    def summary(self) -> dict[str, Any]:
        """Return the figures over all files."""
        reports = self.reports
        return {
            "files": len(self.results),
            "valid": sum(report.valid for report in reports),
            "invalid": sum(not report.valid for report in reports),
            "unreadable": len(self.unchecked),
            "passed_over": len(self.passed_over),
            "rows": sum(report.rows for report in reports),
            "rows_checked": sum(report.rows_checked for report in reports),
            "counts": self.counts,
        }

    def to_dict(self, lang: str = "ja") -> dict[str, Any]:
        """Return the overview as the JSON of ``reports@1``."""
        return {
            "format": REPORTS_FORMAT,
            "reports": [report.to_dict(lang) for report in self.reports],
            "unreadable": [{"file": one.file, "code": one.code, "message": one.message} for one in self.unchecked],
            "passed_over": [{"file": one.file, "reason": one.reason} for one in self.passed_over],
            "summary": self.summary,
        }


def overview_rows(overview: Overview, lang: str) -> Iterator[tuple[str, ...]]:
    """Yield a row for each file: path, standard, rows, findings by severity, verdict.

    Paths are shown without the folder that all files share.

    >>> list(overview_rows(Overview((Unchecked("a.csv", "file-empty", ""),)), "en"))
    [('a.csv', '', '', '', '', '', 'Not checked')]
    """
    counted = Counter(result.file for result in overview.results)
    for name, result in zip(_short_names(overview), overview.results, strict=True):
        if isinstance(result, Unchecked):
            yield (name, *[""] * (2 + len(SEVERITIES)), messages.word("not-checked", lang))
            continue
        standard = "@".join(result.standard) if result.standard else messages.word("own-schema", lang)
        verdict = messages.word("valid" if result.valid else "invalid", lang)
        counts = [f"{count:,}" for count in result.counts.values()]
        sheet = f" [{result.sheet}]" if counted[result.file] > 1 and result.sheet else ""
        yield (name + sheet, standard, f"{result.rows_checked:,} / {result.rows:,}", *counts, verdict)


def short_name(overview: Overview, file: str) -> str:
    """Return a file's path without the folders that all files share; of a file elsewhere, its name.

    >>> short_name(Overview((Unchecked("a/b/c.csv", "", ""), Unchecked("a/d.csv", "", ""))), "a/b/c.csv")
    'b/c.csv'
    """
    folders = [Path(result.file).parent for result in overview.results]
    # commonpath raises for paths of two drives, or for absolute and relative ones together.
    if len({folder.anchor for folder in folders}) != 1:
        return Path(file).name
    common = Path(os.path.commonpath(folders))
    return str(Path(file).relative_to(common)) if Path(file).is_relative_to(common) else Path(file).name


def short_reasons(overview: Overview) -> list[str]:
    """Return why files could not be checked, without folders: others read the page, and a path can name a person.

    >>> short_reasons(Overview((Unchecked("/home/user/a.csv", "x", "/home/user/a.csv is empty."),)))
    ['a.csv is empty.']
    """
    return [one.text.replace(one.file, short_name(overview, one.file)) for one in overview.unchecked]


def _short_names(overview: Overview) -> list[str]:
    """Return the files' paths without the folders that all files share.

    >>> _short_names(Overview((Unchecked("a/b/c.csv", "", ""), Unchecked("a/d.csv", "", ""))))
    ['b/c.csv', 'd.csv']
    """
    files = [result.file for result in overview.results]
    if len({Path(file).anchor for file in files}) != 1:
        return files
    return [short_name(overview, file) for file in files]
