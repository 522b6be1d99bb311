"""``new``: a dataset's folder and recipe, drafted from a department's file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options
from ..texts.reading import read_line, some

if TYPE_CHECKING:
    from meguro_opendata.authoring import Draft


@click.command("new")
@click.argument("slug")
@click.option(
    "--source",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="元のファイル（写しを置く）/ The source file; it is copied.",
)
@click.option("--standard", metavar="ID[@VERSION]", help="従う標準（省略時は見出しから）/ The standard to follow.")
@click.option("--mapping-sheet", is_flag=True, help="対応表を mapping.xlsx に書く / Keep the mapping in mapping.xlsx.")
@options.output_format
@options.common
def command(slug: str, source: Path, standard: str | None, mapping_sheet: bool, output_format: str) -> None:
    """元のファイルからデータセットの下書きを作る / Draft a dataset from a source file."""
    from meguro_opendata.authoring import draft_dataset

    lang = options.settings().lang
    workspace = options.settings().open_workspace()
    draft = draft_dataset(slug, source, workspace, standard, as_sheet=mapping_sheet, lang=lang)
    if output_format == "json":
        console.result_json(draft.to_dict())
    else:
        console.result("\n".join(_lines(draft, lang)))


def _lines(draft: Draft, lang: str) -> Iterator[str]:
    from meguro_opendata.messages import message

    yield message("new-done", lang, slug=draft.slug, path=draft.recipe)
    yield "  " + read_line(draft.table, lang)
    if draft.other_sheets:
        yield "  " + message("new-other-sheets", lang, names=some(draft.other_sheets))
    yield "  " + _standard(draft, lang)
    if draft.standard is not None:
        counts = {"sure": len(draft.sure), "unsure": len(draft.unsure), "left": len(draft.unclaimed)}
        yield "  " + message("new-counts", lang, **counts)
    if draft.unsure:
        pairs = [" -> ".join(filter(None, (", ".join(one.columns), one.field))) for one in draft.unsure]
        yield "  " + message("new-unsure", lang, summary=some(pairs))
    if draft.unclaimed and draft.standard is not None:
        yield "  " + message("new-left-columns", lang, summary=some(draft.unclaimed))
    if draft.mixed is not None:
        yield "  " + message("new-mixed", lang, id=draft.mixed.id, other=draft.mixed.mixed)
    yield message("new-next", lang, path=draft.recipe, slug=draft.slug)


def _standard(draft: Draft, lang: str) -> str:
    from meguro_opendata.messages import message

    if draft.standard is None:
        return message("new-standard-own", lang, path=draft.folder / "schema.json")
    how = message("new-standard-given", lang)
    if draft.match is not None:
        how = message("new-standard-found", lang, score=round(draft.match.score * 100))
    named = {"id": draft.standard.id, "version": draft.standard.version, "title": draft.standard.title}
    return message("new-standard", lang, how=how, **named)
