"""``map preview``: one offline page with the points of a release, or of any table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ... import console, options

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.words import LayerWords
    from meguro_opendata.maps import Preview


@click.command("preview")
@click.argument("slug", metavar="SLUG|FILE")
@click.option(
    "-o",
    "--out",
    required=True,
    metavar="FILE.html",
    type=click.Path(path_type=Path),
    help="書き出すページ / The page to write.",
)
@click.option("--tiles", is_flag=True, help="地理院タイルを背景にする（通信します）/ GSI tiles (needs a network).")
@click.option(
    "--axes", type=click.Choice(("swapped",)), help="緯度と経度の列が逆の表 / Latitude and longitude exchanged."
)
@click.option("--municipality", metavar="CODE", help="表が扱う自治体 / The municipality that the table is about.")
@options.gis_words
@options.common
def command(
    slug: str,
    out: Path,
    tiles: bool,
    axes: str | None,
    municipality: str | None,
    words: LayerWords,
) -> None:
    """公開する点を1枚のページで見る（通信なし）/ Write one offline page with the points of a release."""
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.files.whole import write_whole
    from meguro_opendata.messages import message, word
    from meguro_opendata.reports.coverage import coverage_lines

    from ...texts.whose import whose_lines

    lang = options.settings().lang
    file = Path(slug)
    if file.is_file() and out.resolve() == file.resolve():
        raise MeguroOpendataError("report-over-source", file=out)
    preview = _preview(slug, municipality, swapped=axes is not None, words=words)
    for line in whose_lines(preview.home, preview.evidence, preview.judged, lang):
        console.result(line)
    for line in coverage_lines(preview.coverage, lang):
        console.result(line)
    write_whole(out, preview.page(lang, tiles=tiles).encode("utf-8"))
    for found in preview.findings:
        console.say(f"[{word(found.severity, lang)}] {found.text('message', lang)}")
    console.result(message("map-counts", lang, rows=len(preview.rows), **preview.counts))
    console.say(message("map-written", lang, path=out))


def _preview(slug: str, code: str | None, *, swapped: bool, words: LayerWords) -> Preview:
    """Return a dataset of the workspace, or a file where no dataset has this name."""
    from meguro_opendata.japan.municipalities import home_of, municipality
    from meguro_opendata.maps import preview_file, preview_release

    file = Path(slug)
    workspace = options.settings().nearest_workspace()
    if workspace is not None and slug in workspace.slugs():
        return preview_release(slug, workspace)
    if file.suffix and (file.exists() or workspace is None):
        near = home_of(workspace.city.code) if workspace else None
        home = municipality(code) if code else None
        return preview_file(file, home, swapped=swapped, words=words, workspace=near)
    return preview_release(slug, options.settings().open_workspace())
