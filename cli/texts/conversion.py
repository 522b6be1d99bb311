"""The result of ``convert`` as lines of text."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from meguro_opendata.files.releasenames import REPORT_PAGE
from meguro_opendata.messages import message, rule_name, word

from .build import rejection_reasons
from .lists import some
from .reading import read_line

if TYPE_CHECKING:
    from meguro_opendata.findings import Change
    from meguro_opendata.pipeline.outcome import Release

__all__ = ["conversion_lines"]

_SHOWN = 24
_EXAMPLES = 3


def conversion_lines(release: Release, lang: str) -> Iterator[str]:
    """Yield what was done, in about ten lines."""
    from meguro_opendata.reports.coverage import coverage_lines

    counts = {"rows_in": release.rows_in, "rows_out": release.rows_out, "rows_rejected": len(release.rejected)}
    yield message("build-done", lang, slug=release.slug, changes=len(release.changes), **counts)
    yield "  " + read_line(release.parts[0].source.table, lang)
    yield "  " + _mapped_line(release, lang)
    yield from ("  " + line for line in _change_lines(release, lang))
    if release.rejected:
        yield "  " + message("rejected-rows", lang, summary=rejection_reasons(release.rejected, lang))
    yield from ("  " + line for line in coverage_lines(release.report.coverage, lang))
    empty = _empty_columns(release)
    if empty:
        yield "  " + message("convert-empty", lang, count=len(empty), summary=some(empty))
    if release.mapped.unmapped:
        kept = some(release.mapped.unmapped)
        yield "  " + message("kept-columns", lang, count=len(release.mapped.unmapped), summary=kept)
    yield "  " + message("convert-left", lang, summary=_left(release, lang))
    yield "  " + message("build-report", lang, path=release.folder / REPORT_PAGE)


def _mapped_line(release: Release, lang: str) -> str:
    """Return how many columns became items, and by what."""
    from meguro_opendata.mapping.proposal import reason_text

    mapped = release.mapped
    ways = Counter(reason_text(reason, lang) for name, reason in mapped.reasons.items() if mapped.origins[name])
    reasons = ", ".join(f"{way} {count}" for way, count in ways.most_common())
    columns = release.parts[0].source.table.frame.width
    count = columns - len(mapped.unmapped) - len(_empty_columns(release))
    if not count:
        return message("convert-none-mapped", lang, columns=columns)
    return message("convert-mapped", lang, columns=columns, count=count, reasons=reasons)


def _empty_columns(release: Release) -> list[str]:
    """Return the source's columns that are no item and hold nothing, which are not kept."""
    frame, used = release.parts[0].source.table.frame, set(release.mapped.origins.values())
    return [name for name in frame.columns if name not in used and not any(frame[name].str.strip_chars() != "")]


def _change_lines(release: Release, lang: str) -> Iterator[str]:
    """Yield the rules that rewrote most, each with an example, and the others together."""
    from meguro_opendata.privacy import masked_changes

    rules = Counter(change.rule for change in release.changes).most_common()
    shown = masked_changes(release.changes, release.report.findings)
    examples = {change.rule: change for change in reversed(shown)}
    for rule, count in rules[:_EXAMPLES]:
        before, after = (text or word("empty-value", lang) for text in _shown_pair(*_texts(examples[rule])))
        yield message("convert-example", lang, rule=rule_name(rule, lang), count=count, before=before, after=after)
    if rules[_EXAMPLES:]:
        others = ", ".join(f"{rule_name(rule, lang)} {count}" for rule, count in rules[_EXAMPLES:])
        total = sum(count for _, count in rules[_EXAMPLES:])
        yield message("convert-more", lang, count=total, rules=others)


def _texts(change: Change) -> tuple[str, str]:
    return change.before, change.after


def _left(release: Release, lang: str) -> str:
    """Return errors and warnings by kind, the most frequent first, or that there are none."""
    parts = []
    for severity in ("error", "warning"):
        findings = [found for found in release.report.findings if found.severity == severity]
        kinds = Counter(found.text("title", lang) for found in findings).most_common(_EXAMPLES)
        shown = ", ".join(f"{title} {count}" for title, count in kinds)
        parts.append(f"{word(severity, lang)} {len(findings)}" + (f" ({shown})" if shown else ""))
    return ", ".join(parts)


def _shown_pair(before: str, after: str) -> tuple[str, str]:
    """Return the beginnings of both texts, or their ends where only these differ.

    >>> _shown_pair("見本" * 20 + "１", "見本" * 20 + "1")[1][-5:]
    '見本見本1'
    """
    if before[:_SHOWN] == after[:_SHOWN] and max(len(before), len(after)) > _SHOWN:
        return _end(before), _end(after)
    return _short(before), _short(after)


def _short(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= _SHOWN else line[:_SHOWN] + "..."


def _end(text: str) -> str:
    line = text.replace("\n", " ")
    return line if len(line) <= _SHOWN else "..." + line[-_SHOWN:]
