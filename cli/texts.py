"""Results of several commands as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from meguro_opendata.messages import message, rule_name, word

if TYPE_CHECKING:
    from meguro_opendata.findings import Rejection
    from meguro_opendata.publication import DatasetPlan, Outcome, Plan, ResourcePlan
    from meguro_opendata.release import Release
    from meguro_opendata.workspace import Workspace

__all__ = ["build_lines", "plan_lines", "publish_lines", "rejection_reasons"]

_KNOWN_REASONS = ("blank", "note", "total", "header", "footer", "unmatched")
_LISTED = 4


def build_lines(release: Release, lang: str, show_report: bool = True) -> Iterator[str]:
    """What was built: rows in and out, rewritten values by rule, rows left out; with errors, the report."""
    if release.published:
        yield message(
            "build-done",
            lang,
            slug=release.slug,
            rows_in=release.rows_in,
            rows_out=release.rows_out,
            rows_rejected=len(release.rejected),
            changes=len(release.changes),
        )
    else:
        yield message("build-failed", lang, slug=release.slug, errors=release.report.counts["error"])
    if release.changes:
        rules = Counter(change.rule for change in release.changes)
        yield "  " + message(
            "change-rules", lang, summary=", ".join(f"{rule_name(rule, lang)} {n}" for rule, n in rules.items())
        )
    if release.rejected:
        yield "  " + message("rejected-rows", lang, summary=rejection_reasons(release.rejected, lang))
    yield from _source_lines(release, lang)
    if show_report:
        yield from _report_lines(release, lang)


def rejection_reasons(rejected: Iterable[Rejection], lang: str) -> str:
    """Why rows were left out, and how many for each reason."""
    reasons = Counter(word(r.reason, lang) if r.reason in _KNOWN_REASONS else r.reason for r in rejected)
    return ", ".join(f"{name} {count}" for name, count in reasons.items())


def _source_lines(release: Release, lang: str) -> Iterator[str]:
    """The files, where there are several, and the IDs that are new, where they are kept."""
    if release.several:
        names = list(dict.fromkeys([part.source.name for part in release.parts] + [c.file for c in release.joined]))
        shown = ", ".join([*names[:1], "...", *names[-1:]] if len(names) > _LISTED else names)
        yield "  " + message("build-sources", lang, count=len(names), files=shown)
    if release.minted and release.published:
        path = release.recipe.register_path
        yield "  " + message("ids-minted", lang, count=release.minted, path=path)


def _report_lines(release: Release, lang: str) -> Iterator[str]:
    from meguro_opendata import reports

    if release.report.findings:
        yield from ("  " + line for line in reports.as_text(release.report, lang).splitlines())
    yield "  " + message("build-report", lang, path=release.folder / "report.html")


def plan_lines(plan: Plan, lang: str) -> Iterator[str]:
    """What publishing would do, dataset by dataset."""
    for change in plan.changes:
        yield from _change_lines(change, lang)
    yield message("plan-summary", lang, **plan.summary)
    if not plan.pending:
        yield message("nothing-pending", lang)


def _change_lines(change: DatasetPlan, lang: str) -> Iterator[str]:
    yield f"[{word(change.action, lang)}] {change.name}"
    yield from _file_lines([part for part in change.resources if part.action == "orphaned"], lang)
    if change.action == "unchanged":
        return
    if change.action == "update":
        yield from (f"  {field['field']}: {field['before']} -> {field['after']}" for field in change.metadata)
    yield from _file_lines([part for part in change.resources if part.action not in ("unchanged", "orphaned")], lang)
    yield from _row_lines(change, lang)
    yield from (f"  [!] {word('guard-' + guard, lang)}" for guard in change.guards)


def _file_lines(parts: Iterable[ResourcePlan], lang: str) -> Iterator[str]:
    return (f"  [{word(part.action, lang)}] {part.name}" for part in parts)


def _row_lines(change: DatasetPlan, lang: str) -> Iterator[str]:
    """Rows of all tables that are added, changed and removed."""
    tables = [part.rows.to_dict() for part in change.resources if part.rows and part.name.endswith(".csv")]
    if tables:
        yield "  " + message("plan-rows", lang, **{name: sum(rows[name] for rows in tables) for name in tables[0]})


def publish_lines(outcome: Outcome, events: int, workspace: Workspace, lang: str) -> Iterator[str]:
    """What was published and entered in the ledger."""
    if outcome.datasets:
        yield message("publish-done", lang, datasets=len(outcome.datasets), resources=len(outcome.resources))
    elif outcome.pages:
        yield message("publish-pages", lang)
    else:
        yield message("publish-nothing", lang)
    if events:
        yield message("ledger-written", lang, count=events, path=workspace.ledger)
