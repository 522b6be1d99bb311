"""A report as one self-contained page, in the frame that all pages share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from meguro_opendata import messages, pages
from meguro_opendata.findings import Change, Rejection, Report
from meguro_opendata.reports.grouping import grouped, label, place

__all__ = ["as_html"]

_EXAMPLES = 10


def as_html(
    report: Report,
    lang: str,
    title: str | None = None,
    changes: Sequence[Change] = (),
    rejected: Sequence[Rejection] = (),
) -> str:
    """The page: verdict, findings by cause, values that were rewritten by rule, rows that were left out."""
    return pages.render(
        "report.html",
        lang,
        title=title or report.file,
        report=report,
        groups=[_group(group, lang) for group in grouped(report.findings)],
        rules=_rules(changes, lang),
        rejected=rejected,
        changes=len(changes),
    )


def _group(group: Any, lang: str) -> dict[str, Any]:
    words = {name: messages.word(name, lang) for name in ("file", "sheet", "cell", "row", "line", "column")}
    first = group.first
    return {
        "first": first,
        "count": group.count,
        "title": first.text("title", lang),
        "advice": first.text("advice", lang),
        "rows": [
            {"place": place(found, words), "message": found.text("message", lang), "finding": found}
            for found in group.findings[:_EXAMPLES]
        ],
        "rest": [label(found, words) for found in group.findings[_EXAMPLES:]],
    }


def _rules(changes: Sequence[Change], lang: str) -> list[dict[str, Any]]:
    by_rule: dict[tuple[str, str], list[Change]] = {}
    for change in changes:
        by_rule.setdefault((change.rule, change.field), []).append(change)
    return [
        {"name": messages.rule_name(rule, lang), "field": field, "count": len(made), "examples": made[:3]}
        for (rule, field), made in by_rule.items()
    ]
