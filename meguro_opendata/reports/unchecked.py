"""Requirements that a check did not examine, as lines: the requirement, its fields and the reason."""

from __future__ import annotations

from collections.abc import Iterator

from meguro_opendata import messages
from meguro_opendata.findings import Report

__all__ = ["unchecked_demands", "unchecked_lines"]


def unchecked_demands(report: Report, lang: str) -> list[tuple[str, list[str], str]]:
    """Return each unchecked requirement with its fields (empty for the table as a whole) and the reason.

    >>> from meguro_opendata.findings import NotChecked
    >>> gaps = tuple(NotChecked("categories", name, "unchecked-engine") for name in "ab")
    >>> [found[:2] for found in unchecked_demands(Report("表.csv", None, 2, 2, (), not_checked=gaps), "en")]
    [('categories', ['a', 'b'])]
    """
    found: dict[tuple[str, str], list[str]] = {}
    for one in report.not_checked:
        fields = found.setdefault((one.constraint, one.reason), [])
        if one.field is not None and one.field not in fields:
            fields.append(one.field)
    return [(demand, fields, messages.word(reason, lang)) for (demand, reason), fields in found.items()]


def unchecked_lines(report: Report, lang: str) -> Iterator[str]:
    """Yield a heading and a line for each unchecked requirement; no line if all were checked."""
    demands = unchecked_demands(report, lang)
    if demands:
        yield f"{messages.word('not-checked-demands', lang)}:"
    for demand, fields, reason in demands:
        about = ", ".join(fields) or messages.word("whole-table", lang)
        yield f"  {demand} ({about}): {reason}"
