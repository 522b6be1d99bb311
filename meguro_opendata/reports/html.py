"""A report as one self-contained page, in the frame that all pages share."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePath
from typing import Any

from meguro_opendata import messages, pages
from meguro_opendata._version import __version__
from meguro_opendata.findings import SEVERITIES, Change, Finding, Rejection, Report
from meguro_opendata.reports.context import Snippet, SourceView
from meguro_opendata.reports.coverage import coverage_lines, reason_text
from meguro_opendata.reports.fieldhelp import field_help
from meguro_opendata.reports.grouping import Group, by_name, extent, grouped, place, place_words, position, subject
from meguro_opendata.reports.limits import limit
from meguro_opendata.reports.summary import ColumnCount, accepted, actors, columns, waived_counts
from meguro_opendata.reports.unchecked import unchecked_demands
from meguro_opendata.reports.workbook.spans import spans

__all__ = ["Checked", "as_html"]

# Digits of a checksum in the margin of a printed page: enough to compare by eye; the page itself has all 64.
_DIGITS = 16


@dataclass(frozen=True)
class Checked:
    """A file that a report is about: its name, its checksum, and its cells where they can be shown.

    Findings name their file where there are several; ``None`` stands for the only one.
    """

    name: str
    sha256: str
    view: SourceView | None = None


@dataclass(frozen=True)
class _Shown:
    """One finding on the page; ``text`` is its message or value, ``naming`` the cells that name its row."""

    place: str
    text: str
    suggestion: str | None
    naming: Sequence[tuple[str, str]] = ()
    snippet: Snippet | None = None


def as_html(
    report: Report,
    lang: str,
    title: str | None = None,
    changes: Sequence[Change] = (),
    rejected: Sequence[Rejection] = (),
    checked: Mapping[str | None, Checked] | None = None,
    index: str | None = None,
) -> str:
    """Return the page: verdict, findings by cause and column, rewritten values and rejected rows.

    Args:
        report: The report to show.
        lang: Language of the page.
        title: Its heading; default the file.
        changes: Values that were rewritten.
        rejected: Rows that were left out.
        checked: The files that were checked, by the name that findings have for them.
        index: Address of the page on all files, where this is one of many.
    """
    groups = grouped(report.findings)
    files = checked or {}
    by_column = columns(groups)
    page = _Page(report, lang, files, _hidden(groups, files))
    return pages.render(
        "report.html",
        lang,
        script="report.js" if groups else None,
        more_style=_margins(title or Path(report.file).name, files.values()),
        title=title or Path(report.file).name,
        index=index,
        report=report,
        names=_names(report, files.values()),
        counts=report.counts,
        valid=report.valid,
        standard_title=_standard_title(report, lang),
        checksums=[(file.name, file.sha256) for file in files.values()],
        tool=__version__,
        error_causes=_error_causes(groups),
        actors=actors(groups, lang),
        accepted=accepted(groups, lang),
        unchecked=unchecked_demands(report, lang),
        columns=by_column,
        waived=waived_counts(report.findings),
        quiet_counts=_sums(column for column in by_column if not column.asks),
        codes=_codes(groups, lang),
        groups=[page.group(group, _columns_of(at, by_column)) for at, group in enumerate(groups)],
        masked=any(page.hidden.values()),
        rules=_rules(changes, lang),
        **_left_out(report, rejected, lang),
        changes=len(changes),
    )


def _error_causes(groups: Iterable[Group]) -> int:
    return sum(group.first.severity == "error" for group in groups)


def _left_out(report: Report, rejected: Sequence[Rejection], lang: str) -> dict[str, Any]:
    """Return the parts of the source that were not read, and the rejected rows."""
    reason = partial(reason_text, lang=lang)
    return {"rejected": rejected, "reason": reason, "coverage": list(coverage_lines(report.coverage, lang))}


def _names(report: Report, files: Iterable[Checked]) -> str:
    """Return the names of the files without folders, since others read the page and a path can name a person.

    >>> _names(Report("/home/user/表.csv", None, 0, 0, ()), ())
    '表.csv'
    """
    # A report made on Windows has backslashes, which a path of another system would keep.
    return ", ".join(file.name for file in files) or PurePath(report.file.replace("\\", "/")).name


def _margins(title: str, files: Iterable[Checked]) -> str:
    """Return the CSS for the margins of each printed page: title, checksum, tool and page number."""
    digests = [file.sha256[:_DIGITS] for file in files]
    shown = f"SHA-256 {digests[0]}…" if len(digests) == 1 else ""
    left, right, below = (pages.css_text(text) for text in (title, shown, f"meguro-opendata {__version__}"))
    box = "font-size: 8pt; color: #333; vertical-align: bottom; padding-bottom: 2mm"
    return (
        f"@page {{ @top-left {{ content: {left}; {box}; }} @top-right {{ content: {right}; {box}; }}"
        f" @bottom-left {{ content: {below}; font-size: 8pt; }}"
        ' @bottom-right { content: counter(page) " / " counter(pages); font-size: 8pt; } }'
    )


def _sums(by_column: Iterable[ColumnCount]) -> dict[str, int]:
    """Return the findings of some columns together, by severity."""
    found = [column.counts for column in by_column]
    return {severity: sum(counts[severity] for counts in found) for severity in SEVERITIES}


def _standard_title(report: Report, lang: str) -> str | None:
    """Return the standard's name, id and version; ``None`` for a schema that the user gave."""
    if report.standard is None:
        return None
    from meguro_opendata.standard.model import standards

    name, version = report.standard
    titles = {known.id: known.title if lang == "ja" else known.title_en for known in standards()}
    return f"{titles.get(name, '')} ({name}@{version})".strip()


def _codes(groups: Iterable[Group], lang: str) -> list[tuple[str, str]]:
    """Return each code among the groups with its title, in their order."""
    return list({group.first.code: group.first.text("title", lang) for group in groups}.items())


def _columns_of(at: int, by_column: Sequence[ColumnCount]) -> list[int]:
    return [number for number, column in enumerate(by_column) if at in column.groups]


_Hidden = Mapping[str | None, frozenset[tuple[int, int]]]


def _hidden(groups: Iterable[Group], files: Mapping[str | None, Checked]) -> _Hidden:
    """Return the personal cells among those that the page shows, by file."""
    rows: dict[str | None, set[int]] = {}
    for group in groups:
        for at, found in enumerate(group.findings[: limit("examples") + limit("listed")]):
            view = _view(found, files)
            if view is not None:
                shown = view.around(found) if at < limit("examples") else [found.row or 0]
                rows.setdefault(found.file, set()).update(shown)
    return {file: view.personal(rows[file]) for file in rows if (view := files[file].view) is not None}


def _view(found: Finding, files: Mapping[str | None, Checked]) -> SourceView | None:
    file = files.get(found.file)
    return file.view if file is not None and file.view is not None and file.view.about(found) else None


@dataclass(frozen=True)
class _Page:
    """The data that all groups of a page share."""

    report: Report
    lang: str
    files: Mapping[str | None, Checked]
    hidden: _Hidden

    def group(self, group: Group, on_columns: Sequence[int]) -> dict[str, Any]:
        """Return a group as the template shows it: examples, the findings that are listed, the places of the others."""
        first, words = self._safe(group.first), place_words(self.lang)
        examples = group.findings[: limit("examples")]
        others = group.findings[len(examples) :]
        listed = () if by_name(first) else others[: limit("listed")]
        return {
            "first": first,
            "count": group.count,
            "columns": on_columns,
            "subject": subject(group),
            "extent": extent(group, self.report, self.lang),
            **{part: first.text(part, self.lang) for part in ("title", "advice", "source", "who")},
            "help": field_help(self.report, first, self.lang),
            "examples": [self._example(found, words) for found in examples],
            "listed": self._listed(listed, words),
            "differ_by_value": _differ_by_value(listed),
            "more": len(others),
            "unlisted": len(others) - len(listed),
            "places": spans(others[len(listed) :], words),
        }

    def _safe(self, found: Finding) -> Finding:
        """Return the finding without its value if that is personal."""
        view = _view(found, self.files)
        return found if view is None else view.masked(found, self.hidden.get(found.file, frozenset()))

    def _example(self, found: Finding, words: Mapping[str, str]) -> _Shown:
        """Return a finding in full, among its cells."""
        view, safe = _view(found, self.files), self._safe(found)
        return _Shown(
            place(found, words),
            safe.text("message", self.lang),
            safe.suggestion,
            snippet=view.snippet(found, self.hidden[found.file]) if view is not None and view.shows(found) else None,
        )

    def _listed(self, listed: Sequence[Finding], words: Mapping[str, str]) -> list[_Shown]:
        """Return findings in short: place, cells that name the row, and the value where only values differ."""
        where = position if len({(found.file, found.sheet) for found in listed}) == 1 else place
        short = _differ_by_value(listed)
        made = []
        for found in listed:
            view, safe = _view(found, self.files), self._safe(found)
            text = (safe.value or messages.word("empty-value", self.lang)) if short else safe.text("message", self.lang)
            naming = view.naming(found, self.hidden[found.file]) if view is not None else ()
            made.append(_Shown(where(found, words), text, safe.suggestion, naming))
        return made


def _differ_by_value(findings: Sequence[Finding]) -> bool:
    """Return whether the messages of some findings of one group differ in the value only."""
    return bool(findings) and all(
        found.params == findings[0].params and found.column == findings[0].column for found in findings
    )


def _rules(changes: Sequence[Change], lang: str) -> list[dict[str, Any]]:
    # Three examples show the effect of a rule; ``changes.csv`` has every change.
    by_rule: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        by_rule.setdefault((change.rule, change.field), []).append(change)
    return [
        {"name": messages.rule_name(rule, lang), "field": field, "count": len(made), "examples": made[:3]}
        for (rule, field), made in by_rule.items()
    ]
