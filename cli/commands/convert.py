"""``convert``: one file into a standard's form, without a workspace."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from meguro_opendata.files.releasenames import REPORT_PAGE

from .. import console, options
from ..texts.reading import some

if TYPE_CHECKING:
    from meguro_opendata.findings import Change
    from meguro_opendata.pipeline.outcome import Release


@click.command("convert")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--standard", required=True, metavar="ID[@VERSION]", help="変換先の標準 / The standard to convert to.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="DIR", help="結果の置き場 / Result folder."
)
@click.option(
    "--xlsx",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="元の表に印を付けたブックを書く / Write a copy of the source with marked cells and notes.",
)
@options.output_format
@options.common
def command(file: Path, standard: str, out: Path, xlsx: Path | None, output_format: str) -> None:
    """1つの表を標準の形に直す（確かな対応だけ）/ Convert one file, applying sure matches only."""
    from meguro_opendata.pipeline.conversion import convert_file
    from meguro_opendata.pipeline.outcome import BUILD_FORMAT

    lang = options.settings().lang
    release = convert_file(file, standard, out, lang)
    if xlsx is not None:
        _write_marked(file, release, xlsx, lang)
    if output_format == "json":
        console.result_json({"format": BUILD_FORMAT, "releases": [release.to_dict(lang)]})
    else:
        console.result("\n".join(_lines(release, lang)))
    raise SystemExit(release.report.exit_code)


def _write_marked(file: Path, release: Release, out: Path, lang: str) -> None:
    from meguro_opendata.reports.workbook.marked import mark_table, marked_lines, write_marked
    from meguro_opendata.sources import read_source

    source = release.recipe.source
    table = read_source(
        file,
        sheet=source.sheet,
        header_row=source.header_row,
        header_rows=source.header_rows,
        encoding=source.encoding,
        keep_all=True,
    )
    marked = mark_table(table, release.report.findings, lang)
    write_marked(marked, out, file)
    console.say("\n".join(marked_lines(marked, out, lang)))


def _lines(release: Release, lang: str) -> Iterator[str]:
    """What was done, in about ten lines."""
    from meguro_opendata.messages import message

    from ..texts.reading import read_line

    counts = {"rows_in": release.rows_in, "rows_out": release.rows_out, "rows_rejected": len(release.rejected)}
    yield message("build-done", lang, slug=release.slug, changes=len(release.changes), **counts)
    yield "  " + read_line(release.parts[0].source.table, lang)
    yield "  " + _mapped_line(release, lang)
    yield from ("  " + line for line in _change_lines(release, lang))
    if release.rejected:
        yield "  " + message("rejected-rows", lang, summary=_reasons(release, lang))
    empty = _empty_columns(release)
    if empty:
        yield "  " + message("convert-empty", lang, count=len(empty), summary=some(empty))
    if release.mapped.unmapped:
        kept = some(release.mapped.unmapped)
        yield "  " + message("kept-columns", lang, count=len(release.mapped.unmapped), summary=kept)
    yield "  " + message("convert-left", lang, summary=_left(release, lang))
    yield "  " + message("build-report", lang, path=release.folder / REPORT_PAGE)


def _mapped_line(release: Release, lang: str) -> str:
    """How many columns became items, and by what."""
    from meguro_opendata.mapping.proposal import reason_text
    from meguro_opendata.messages import message

    mapped = release.mapped
    ways = Counter(reason_text(reason, lang) for name, reason in mapped.reasons.items() if mapped.origins[name])
    reasons = ", ".join(f"{way} {count}" for way, count in ways.most_common())
    columns = release.parts[0].source.table.frame.width
    count = columns - len(mapped.unmapped) - len(_empty_columns(release))
    if not count:
        return message("convert-none-mapped", lang, columns=columns)
    return message("convert-mapped", lang, columns=columns, count=count, reasons=reasons)


def _empty_columns(release: Release) -> list[str]:
    """The source's columns that are no item and hold nothing, which are not kept."""
    frame, used = release.parts[0].source.table.frame, set(release.mapped.origins.values())
    return [name for name in frame.columns if name not in used and not any(frame[name].str.strip_chars() != "")]


def _change_lines(release: Release, lang: str) -> Iterator[str]:
    """The rules that rewrote most, each with an example, and the others together."""
    from meguro_opendata.messages import message, rule_name, word
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


def _reasons(release: Release, lang: str) -> str:
    from ..texts.build import rejection_reasons

    return rejection_reasons(release.rejected, lang)


def _left(release: Release, lang: str) -> str:
    """Errors and warnings by kind, the most frequent first, or that there are none."""
    from meguro_opendata.messages import word

    parts = []
    for severity in ("error", "warning"):
        findings = [found for found in release.report.findings if found.severity == severity]
        kinds = Counter(found.text("title", lang) for found in findings).most_common(_EXAMPLES)
        shown = ", ".join(f"{title} {count}" for title, count in kinds)
        parts.append(f"{word(severity, lang)} {len(findings)}" + (f" ({shown})" if shown else ""))
    return ", ".join(parts)


def _shown_pair(before: str, after: str) -> tuple[str, str]:
    """The beginnings of both texts, or their ends where only these differ.

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


_SHOWN = 24
_EXAMPLES = 3
