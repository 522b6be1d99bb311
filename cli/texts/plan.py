"""A plan, and what became of it, as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, word

from .withdrawal import change_line, nothing_line, withdrawn_lines

if TYPE_CHECKING:
    from meguro_opendata.publication import DatasetPlan, Outcome, Plan, ResourcePlan, Result
    from meguro_opendata.publication.fields import FieldChange
    from meguro_opendata.workspace.city import Workspace

# Rows that are told one by one on a screen; the page for approval and the plan's file tell more.
_ROWS = 5

__all__ = ["failure_lines", "not_looked_lines", "plan_lines", "publish_lines", "result_line"]


def plan_lines(plan: Plan, lang: str) -> Iterator[str]:
    """Yield the lines of a plan, dataset by dataset."""
    for change in plan.changes:
        yield from _change_lines(change, lang)
    yield message("plan-summary", lang, **plan.summary)
    yield from not_looked_lines(plan.not_looked_at, lang)
    if plan.pending:
        yield message("plan-hash", lang, hash=plan.digest)
    else:
        yield nothing_line(plan, lang)


def _change_lines(change: DatasetPlan, lang: str) -> Iterator[str]:
    yield f"[{word(change.action, lang)}] {change.name}"
    yield from change_line(change, lang)
    yield from _file_lines([part for part in change.resources if part.action == "orphaned"], change, lang)
    yield from _conflict_lines(change, lang)
    if change.action == "unchanged":
        return
    if change.action in ("update", "conflict"):
        yield from (_field_line(field, lang) for field in change.metadata)
    written = [part for part in change.resources if part.action not in ("unchanged", "orphaned")]
    yield from _file_lines(written, change, lang)
    yield from _row_lines(change, lang)
    yield from _datastore_lines(change, lang)
    yield from _view_lines(change, lang)
    for note in change.notes:
        yield f"  [!] {note.text('message', lang)}"
        yield f"      {note.text('advice', lang)}"
    yield from (f"  [!] {word('guard-' + guard, lang)}" for guard in change.guards)


def _field_line(change: FieldChange, lang: str) -> str:
    return f"  {_named(change.field, lang)}: {_value(change.before, lang)} -> {_value(change.after, lang)}"


def _named(field: str, lang: str) -> str:
    """Return a field by its word and, for those who look it up elsewhere, its name."""
    from meguro_opendata.publication.labels import field_label

    label = field_label(field, lang)
    return field if label in field else f"{label} ({field})"


def _value(value: str | Sequence[str] | None, lang: str) -> str:
    from meguro_opendata.publication.labels import value_text

    return value_text(value, lang)


def _datastore_lines(change: DatasetPlan, lang: str) -> Iterator[str]:
    from meguro_opendata.publication.plan import short_names

    for load in change.loads:
        lost = load.name in change.lost_tables
        yield "  " + message("plan-datastore-lost" if lost else "plan-datastore", lang, file=load.name)
        for short, name in short_names(load).items():
            yield "    " + message("plan-short-name", lang, short=short, name=name)


def _view_lines(change: DatasetPlan, lang: str) -> Iterator[str]:
    return ("  " + message("plan-view", lang, **lost.to_dict()) for lost in change.views)


def not_looked_lines(left_out: Sequence[str], lang: str) -> Iterator[str]:
    """Yield a sentence on what of a portal was not compared, and the options that compare it where there are any."""
    if left_out:
        items = word("list-comma", lang).join(word(f"not-looked-at-{code}", lang) for code in left_out)
        more = "file-contents" in left_out
        yield message("not-looked-at" if more else "not-looked-at-ever", lang, items=items)


def _conflict_lines(change: DatasetPlan, lang: str) -> Iterator[str]:
    """Yield each field in conflict in its three versions; of a resource in doubt its ids."""
    from meguro_opendata.publication.fields import EDITED

    for conflict in change.conflicts:
        yield f"  [!] {message('plan-' + conflict.reason, lang, field=_named(conflict.field, lang))}"
        if conflict.reason == EDITED:
            versions = {name: getattr(conflict, name) for name in ("published", "portal", "workspace")}
        else:
            versions = {"ledger-id": conflict.published, "portal-id": conflict.portal}
        for version, text in versions.items():
            yield f"      {word('version-' + version, lang)}: {_value(text, lang)}"


def _file_lines(parts: Iterable[ResourcePlan], change: DatasetPlan, lang: str) -> Iterator[str]:
    """Yield a line for each resource; one whose name does not tell it apart, or that is not ours, with its id."""
    names = Counter(part.name for part in change.resources)
    for part in parts:
        told = "plan-resource" if part.ours else "plan-foreign-resource"
        place = part.id or part.url
        shown = part.name if place is None or (part.ours and (part.id is None or names[part.name] == 1)) else ""
        yield f"  [{word(part.action, lang)}] {shown or message(told, lang, name=part.name, id=place)}"


def _row_lines(change: DatasetPlan, lang: str) -> Iterator[str]:
    """Yield rows of all tables that are added, changed and removed."""
    tables = [part.rows.to_dict() for part in change.resources if part.rows and part.name.endswith(".csv")]
    if tables:
        yield "  " + message("plan-rows", lang, **{name: sum(rows[name] for rows in tables) for name in tables[0]})
    for row in [row for part in change.resources for row in part.shown][:_ROWS]:
        named = ", ".join(row.named.values())
        yield "    " + message("plan-row", lang, action=word("row-" + row.action, lang), row=row.row, named=named)
        yield from (f"      {name}: {before} -> {after}" for name, before, after in row.cells)


def publish_lines(
    outcome: Outcome, events: int, workspace: Workspace, lang: str, *, kept: bool = False
) -> Iterator[str]:
    """Yield the published and withdrawn datasets and the ledger entries; ``kept`` if some datasets stay withdrawn."""
    published = [result for result in outcome.done if result.publishes]
    if published:
        yield message("publish-done", lang, datasets=len(published), resources=len(outcome.resources))
    yield from withdrawn_lines(outcome, lang)
    if not outcome.results and outcome.pages:
        yield message("publish-pages", lang)
    elif not outcome.results:
        yield message("publish-nothing-but" if kept else "publish-nothing", lang)
    if events:
        yield message("ledger-written", lang, count=events, path=workspace.ledger)


def result_line(result: Result, lang: str) -> str:
    """Return one dataset that was written, or not."""
    told = "publish-result" if result.error is None else "publish-failed"
    return message(told, lang, action=word(result.action, lang), dataset=result.dataset)


def failure_lines(outcome: Outcome, lang: str) -> Iterator[str]:
    """Yield each dataset that was not published, and why."""
    for result in outcome.failed:
        yield result_line(result, lang)
        yield from (f"  {line}" for line in (result.error.text(lang) if result.error else "").splitlines())
