"""A report as plain text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from meguro_opendata import messages
from meguro_opendata.findings import Report
from meguro_opendata.reports.grouping import Group, grouped, place

__all__ = ["as_text"]

_EXAMPLES = 3
_LABELS = 6


def as_text(report: Report, lang: str) -> str:
    """The report in lines: what was checked, one paragraph a cause with three examples, the verdict."""
    return "\n".join([*_head(report, lang), *_groups(report, lang), *_verdict(report, lang)])


def _head(report: Report, lang: str) -> Iterator[str]:
    yield f"{messages.word('file', lang)}: {report.file}"
    if report.standard:
        yield f"{messages.word('standard', lang)}: {report.standard[0]}@{report.standard[1]}"
    if report.encoding:
        yield f"{messages.word('encoding', lang)}: {report.encoding}"
    if report.header:
        more = " ..." if len(report.header) > _LABELS else ""
        yield f"{messages.word('header', lang)}: {', '.join(report.header[:_LABELS])}{more}"


def _groups(report: Report, lang: str) -> Iterator[str]:
    words = {name: messages.word(name, lang) for name in ("file", "sheet", "cell", "row", "line", "column")}
    for group in grouped(report.findings):
        yield ""
        yield from _group(group, lang, words)


def _group(group: Group, lang: str, words: dict[str, str]) -> Iterator[str]:
    first = group.first
    head = f"[{messages.word(first.severity, lang)}] {first.text('title', lang)} ({first.code})"
    yield head if group.count == 1 else f"{head} {messages.message('same-cause', lang, count=group.count)}"
    for found in group.findings[:_EXAMPLES]:
        where = place(found, words)
        hint = f" -> {found.suggestion}" if found.suggestion else ""
        yield f"  {where + ': ' if where else ''}{found.text('message', lang)}{hint}"
    if group.count > _EXAMPLES:
        yield "  " + messages.message("and-more", lang, count=group.count - _EXAMPLES)
    if first.waived is not None:
        yield f"  {messages.word('waived', lang)}: {first.waived}"
    else:
        yield "  " + messages.message("fix", lang, text=first.text("advice", lang))


def _verdict(report: Report, lang: str) -> Iterator[str]:
    yield ""
    yield messages.message("checked", lang, rows=report.rows, checked=report.rows_checked)
    counts = ", ".join(f"{messages.word(severity, lang)} {count}" for severity, count in report.counts.items())
    said = "valid" if report.valid else "invalid"
    yield f"{messages.message(said, lang, errors=report.counts['error'])} ({counts})"
