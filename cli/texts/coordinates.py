"""Transformed coordinates, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, word

from .whose import not_checked_lines

if TYPE_CHECKING:
    from meguro_opendata.georeferencing.files.points import TransformedFile

__all__ = ["transformation_lines"]


def transformation_lines(done: TransformedFile, lang: str) -> Iterator[str]:
    """Yield the findings, then what was transformed, by which steps; or that nothing was."""
    from meguro_opendata import reports

    if done.report.findings:
        yield reports.as_text(done.report, lang)
        yield ""
    yield from not_checked_lines(done.report.not_checked, lang)
    if done.out is None:
        yield message("transform-refused", lang)
        return
    yield _summary(done, lang)
    if done.other_axes:
        for column in done.columns:
            yield message("transform-axis", lang, name=column.name, axis=word(f"axis-{column.axis}", lang))
        if any(column.name == column.was for column in done.columns):
            yield message("transform-names", lang)
    yield from _step_lines(done, lang)
    if done.record is not None:
        yield message("transform-record", lang, path=done.record)


def _summary(done: TransformedFile, lang: str) -> str:
    operation = done.operation
    ends = (
        {"source": operation.source.code, "target": operation.target.code}
        if operation
        else {"source": "", "target": ""}
    )
    counts = {"rows": done.report.rows, "points": done.points, "blank": done.blank}
    return message("transform-done", lang, out=done.out, **counts, **ends)


def _step_lines(done: TransformedFile, lang: str) -> Iterator[str]:
    from meguro_opendata.geo.datum.crs import datum_title

    operation = done.operation
    for step in operation.steps if operation else ():
        grid = f"{step.grid} {step.version}".strip() if step.grid else ""
        ends = {"source": datum_title(step.source), "target": datum_title(step.target)}
        yield message("transform-step", lang, operation=step.operation, grid=grid, error=f"{step.error:g}", **ends)
