"""``geo setup``: the grids, gazetteers and boundary that the workspace declares, loaded for this user."""

from __future__ import annotations

import click

from ... import console, options


@click.command("setup")
@options.output_format
@options.common
def command(output_format: str) -> None:
    """opendata.toml の [places] が挙げるファイルを取り込む / Load the place data that the workspace declares."""
    from meguro_opendata.georeferencing.inputs import PLACES_FORMAT, load_place_files
    from meguro_opendata.messages import message, word

    lang = options.settings().lang
    loaded = load_place_files(options.settings().open_workspace())
    if output_format == "json":
        console.result_json({"format": PLACES_FORMAT, "files": [one.to_dict() for one in loaded]})
        return
    if not loaded:
        console.result(message("places-none", lang))
    for one in loaded:
        console.result(message("places-loaded", lang, kind=word(f"places-{one.kind}", lang), file=one.name))
