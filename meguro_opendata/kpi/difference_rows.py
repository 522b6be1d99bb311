"""The report's table of differences from the last submission."""

from __future__ import annotations

from collections.abc import Iterator

from meguro_opendata import messages
from meguro_opendata.kpi.papers import Cell, Sheet
from meguro_opendata.kpi.submission import Comparison, Difference
from meguro_opendata.pages.numbers import figure_text

__all__ = ["difference_sheet"]

_HEADER = ("kpi", "handed-in", "same-day-now", "now", "unit", "why-different", "lines-since")


def difference_sheet(compared: Comparison | None, lang: str) -> Sheet | None:
    """Return the table of differences from a submission, or ``None`` without a submission.

    The title names the submission. A table without rows has a title that nothing differs, or the reason for which the
    kept figures cannot be used.
    """
    if compared is None:
        return None
    header = tuple(messages.word(name, lang) for name in _HEADER)
    rows = tuple(_row(one, compared.handed_in.entry.as_of, lang) for one in compared.differences)
    return Sheet(_title(compared, lang), header if rows else (), rows)


def _title(compared: Comparison, lang: str) -> str:
    found, entry = compared.handed_in, compared.handed_in.entry
    if found.content is None:
        fault = found.faults[0]
        said = messages.message(f"kept-fault-{fault.kind}", lang, folder=found.folder.name, file=fault.file)
        return f"{found.name}: {said.splitlines()[0]}"
    if not compared.differences:
        return messages.message("differences-none", lang, name=found.name)
    return messages.message("differences-from", lang, name=found.name, as_of=entry.as_of, approval=entry.approval)


def _row(one: Difference, as_of: str, lang: str) -> tuple[Cell, ...]:
    reasons = " / ".join(_reasons(one, as_of, lang))
    lines = ", ".join(map(str, one.lines))
    return one.name, one.submitted, one.same_day, one.now, one.unit, reasons, lines


def _reasons(one: Difference, as_of: str, lang: str) -> Iterator[str]:
    value = "-" if one.same_day is None else figure_text(one.same_day)
    for reason in one.reasons:
        yield messages.message(f"difference-reason-{reason}", lang, as_of=as_of, value=value)
    if one.target != one.submitted_target:
        before, after = ("-" if goal is None else figure_text(goal) for goal in (one.submitted_target, one.target))
        yield messages.message("difference-target", lang, before=before, after=after)
