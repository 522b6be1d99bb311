"""A report as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from meguro_opendata import messages
from meguro_opendata.findings import Finding, Report
from meguro_opendata.messages.harmless import one_line
from meguro_opendata.reports.coverage import coverage_lines
from meguro_opendata.reports.grouping import Group, extent, grouped, place, place_words, subject
from meguro_opendata.reports.limits import limit
from meguro_opendata.reports.summary import severity_counts, waived_counts
from meguro_opendata.reports.unchecked import unchecked_lines

__all__ = ["as_text", "counted", "told", "what_to_do"]


def as_text(report: Report, lang: str) -> str:
    """Return the report as lines: the checked file, a paragraph for each cause with examples, and the verdict."""
    unchecked = [*unchecked_lines(report, lang)]
    gap = [""] if unchecked else []
    return "\n".join([*_head(report, lang), *_groups(report, lang), *gap, *unchecked, *_verdict(report, lang)])


def _head(report: Report, lang: str) -> Iterator[str]:
    yield f"{messages.word('file', lang)}: {one_line(report.file)}"
    if report.standard:
        yield f"{messages.word('standard', lang)}: {report.standard[0]}@{report.standard[1]}"
    if report.encoding:
        yield f"{messages.word('encoding', lang)}: {report.encoding}"
    if report.header:
        most = limit("labels")
        more = " ..." if len(report.header) > most else ""
        yield one_line(f"{messages.word('header', lang)}: {', '.join(report.header[:most])}{more}")
    yield from coverage_lines(report.coverage, lang)


def _groups(report: Report, lang: str) -> Iterator[str]:
    words = place_words(lang)
    for group in grouped(report.findings):
        yield ""
        yield from _group(group, report, lang, words)


def _group(group: Group, report: Report, lang: str, words: Mapping[str, str]) -> Iterator[str]:
    first, about = group.first, subject(group)
    title = f"{first.text('title', lang)}{f': {about}' if about else ''} ({first.code})"
    yield f"[{messages.word(first.severity, lang)}] {title} {extent(group, report, lang)}".rstrip()
    for found in group.findings[: limit("examples")]:
        yield "  " + told(found, words, lang)
    more = group.count - limit("examples")
    if more > 0:
        yield "  " + messages.message("and-more", lang, count=more)
    yield from ("  " + line for line in what_to_do(first, lang))


def told(found: Finding, words: Mapping[str, str], lang: str) -> str:
    """Return one finding as a line: its place, its message and the suggested value.

    >>> told(Finding("blank-row", "error", row=5), {"row": "Row"}, "en")
    'Row 5: All cells of this row are empty.'
    """
    where = place(found, words)
    hint = f" -> {found.suggestion}" if found.suggestion else ""
    return one_line(f"{where + ': ' if where else ''}{found.text('message', lang)}{hint}")


def what_to_do(found: Finding, lang: str) -> Iterator[str]:
    """Yield the advice (or the reason of a waiver), then the source of the rule and who acts."""
    if found.waived is not None:
        yield f"{messages.word('waived', lang)}: {found.waived}"
    else:
        yield messages.message("fix", lang, text=found.text("advice", lang))
    yield messages.message("why", lang, source=found.text("source", lang), who=found.text("who", lang))


def _verdict(report: Report, lang: str) -> Iterator[str]:
    yield ""
    yield messages.message("checked", lang, rows=report.rows, checked=report.rows_checked)
    said = "valid" if report.valid else "invalid"
    yield f"{messages.message(said, lang, errors=report.counts['error'])} ({counted(report.findings, lang)})"


def counted(findings: Sequence[Finding], lang: str) -> str:
    """Return the number of findings of each severity, and how many of them the recipe waives.

    >>> counted([Finding("blank-row", "warning", row=5, waived="agreed")], "en")
    'Error 0, Warning 1, Info 0; accepted by the recipe among them: Warning 1'
    """
    # Without the second part, a reader would look for advice on findings that the recipe accepts.
    waived = waived_counts(findings)
    counts = _numbers(severity_counts(findings), lang)
    if not any(waived.values()):
        return counts
    return messages.message("of-them-waived", lang, counts=counts, waived=_numbers(_some(waived), lang))


def _some(counts: Mapping[str, int]) -> dict[str, int]:
    return {severity: count for severity, count in counts.items() if count}


def _numbers(counts: Mapping[str, int], lang: str) -> str:
    return ", ".join(f"{messages.word(severity, lang)} {count}" for severity, count in counts.items())
