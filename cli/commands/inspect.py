"""``inspect``: what a file really is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import console, options

if TYPE_CHECKING:
    from meguro_opendata.inspection import Inspection

_SHOWN = 8


@click.command("inspect")
@click.argument("file", type=click.Path(path_type=Path))
@options.output_format
@options.common
def command(file: Path, output_format: str) -> None:
    """ファイルの中身を調べる / Say what a file really is and which standard it may follow."""
    from meguro_opendata.inspection import inspect_file

    lang = options.settings().lang
    seen = inspect_file(file)
    if output_format == "json":
        console.result_json(seen.to_dict(lang))
    else:
        console.result("\n".join(_lines(seen, lang)))
    if seen.refusal is not None:
        console.say(seen.refusal.text(lang))
    raise SystemExit(seen.exit_code)


def _lines(seen: Inspection, lang: str) -> Iterator[str]:
    from meguro_opendata.messages import message, word

    yield f"{word('file', lang)}: {seen.file}"
    yield f"{word('container', lang)}: {seen.container}"
    if not seen.extension_matches:
        yield "  " + message("extension-differs", lang, suffix=Path(seen.file).suffix, container=seen.container)
    if seen.table is None or seen.grid is None:
        return
    if seen.grid.encoding:
        yield f"{word('encoding', lang)}: {seen.grid.encoding} ({seen.grid.newline or '-'})"
    if seen.grid.sheets:
        yield f"{word('sheet', lang)}: {seen.grid.sheet} ({', '.join(seen.grid.sheets)})"
    yield message(
        "table-found", lang, row=seen.table.header_row, rows=seen.table.frame.height, columns=len(seen.table.labels)
    )
    labels = [label or "-" for label in seen.table.labels]
    yield f"{word('header', lang)}: {', '.join(labels[:_SHOWN])}{' ...' if len(labels) > _SHOWN else ''}"
    yield _verdict(seen, lang)


def _verdict(seen: Inspection, lang: str) -> str:
    from meguro_opendata.messages import message
    from meguro_opendata.standard import load_standard

    if not seen.matches:
        return message("standard-none", lang)
    best = seen.matches[0]
    standard = load_standard(best.id, best.version)
    title = standard.title if lang == "ja" else standard.title_en
    verdict = "standard-sure" if seen.standard else "standard-mixed" if best.mixed else "standard-near"
    percent = f"{best.score:.0%}"
    return message(verdict, lang, title=title, id=best.id, version=best.version, score=percent, other=best.mixed)
