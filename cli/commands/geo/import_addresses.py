"""``geo import-addresses``: a publisher's file of addresses into the user's own index."""

from __future__ import annotations

from pathlib import Path

import click

from ... import console, options

FORMAT = "meguro-opendata/addresses@1"


@click.command("import-addresses")
@click.argument("file", type=options.InputFile())
@options.output_format
@options.common
def command(file: Path, output_format: str) -> None:
    """位置参照情報・アドレス・ベース・レジストリなどを取り込む / Import a gazetteer of any city."""
    from meguro_opendata.geo.places.gazetteer.importing import import_addresses
    from meguro_opendata.japan.municipalities import municipalities
    from meguro_opendata.messages import message

    from ...texts.lists import first_names

    lang = options.settings().lang
    done = import_addresses(file)
    if output_format == "json":
        shown = {name: getattr(done, name) for name in ("file", "index", "formats", "rows", "skipped", "repeated")}
        console.result_json({"format": FORMAT, **shown, "codes": sorted(done.codes)})
        return
    known = {one.code: one.full_name for one in municipalities()}
    names = first_names([known.get(code, code) for code in sorted(done.codes)])
    if done.repeated:
        console.result(message("addresses-repeated", lang, file=done.file, count=done.rows, names=names))
        return
    console.result(message("addresses-imported", lang, formats=done.formats, count=done.rows, names=names))
    if done.skipped:
        console.result(message("addresses-skipped", lang, count=done.skipped, lines=done.lines))
    console.say(message("addresses-index", lang, path=done.index))
