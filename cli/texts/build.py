"""A release that was built, as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from meguro_opendata.files.releasenames import REPORT_PAGE
from meguro_opendata.messages import message, rule_name

if TYPE_CHECKING:
    from meguro_opendata.findings import Rejection
    from meguro_opendata.pipeline.outcome import Release

__all__ = ["build_lines", "rejection_reasons"]

_LISTED = 4


def build_lines(release: Release, lang: str, show_report: bool = True) -> Iterator[str]:
    """Yield the lines about a release: rows in and out, changes by rule, rejected rows; with errors, the report."""
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
    """Return why rows were left out, and how many for each reason."""
    from meguro_opendata.reports.coverage import reason_text

    reasons = Counter(reason_text(rejection.reason, lang) for rejection in rejected)
    return ", ".join(f"{name} {count}" for name, count in reasons.items())


def _source_lines(release: Release, lang: str) -> Iterator[str]:
    """Yield the files, where there are several, and the IDs that are new, where they are kept."""
    if release.several:
        names = list(dict.fromkeys([part.source.name for part in release.parts] + [c.file for c in release.joined]))
        shown = ", ".join([*names[:1], "...", *names[-1:]] if len(names) > _LISTED else names)
        yield "  " + message("build-sources", lang, count=len(names), files=shown)
    if release.minted and release.published:
        path = release.recipe.register_path
        yield "  " + message("ids-minted", lang, count=release.minted, path=path)


def _report_lines(release: Release, lang: str) -> Iterator[str]:
    from meguro_opendata import reports

    if not release.report.findings:
        from meguro_opendata.reports.coverage import coverage_lines

        yield from ("  " + line for line in coverage_lines(release.report.coverage, lang))
    else:
        yield from ("  " + line for line in reports.as_text(release.report, lang).splitlines())
    yield "  " + message("build-report", lang, path=release.folder / REPORT_PAGE)
