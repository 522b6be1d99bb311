"""``geo geocode``: addresses of a file, or one address, as parts and points."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ... import console, options

if TYPE_CHECKING:
    from meguro_opendata.geo.gis.words import LayerWords
    from meguro_opendata.geo.places.geocoding import Geocoder


@click.command("geocode")
@click.argument("file", required=False, type=options.InputFile())
@click.option("--address", metavar="TEXT", help="1件の住所を調べる / One address instead of a file.")
@click.option("--column", metavar="COL", help="住所の列 / The column of the addresses.")
@click.option("--municipality", metavar="CODE", help="市区町村を書いていない住所の自治体 / For addresses without one.")
@click.option(
    "-o",
    "--out",
    type=click.Path(path_type=Path),
    metavar="OUT",
    help="結果を書くファイル（.csv か .geojson）/ .csv or .geojson to write.",
)
@options.gis_words
@options.output_format
@options.common
def command(
    file: Path | None,
    address: str | None,
    column: str | None,
    municipality: str | None,
    out: Path | None,
    words: LayerWords,
    output_format: str,
) -> None:
    """住所を分けて位置を推定する（段階と誤差つき）/ Parse addresses and estimate where they are."""
    from meguro_opendata.errors import MeguroOpendataError

    if (file is None) == (address is None):
        raise MeguroOpendataError("geocode-file-or-address")
    if address is not None and (out is not None or column is not None):
        raise MeguroOpendataError("geocode-needs-file")
    geocoder = _geocoder(municipality)
    if address is not None:
        _show_address(address, geocoder, output_format)
    elif file is not None:
        _show_file(file, geocoder, (column, words), out, output_format)


def _geocoder(code: str | None) -> Geocoder:
    from meguro_opendata.geo.places.geocoding import Geocoder
    from meguro_opendata.japan.municipalities import home_of, municipality

    workspace = options.settings().nearest_workspace() if code is None else None
    return Geocoder(municipality(code) if code else home_of(workspace.city.code) if workspace else None)


def _show_address(address: str, geocoder: Geocoder, output_format: str) -> None:
    from meguro_opendata.errors import ExitCode
    from meguro_opendata.geo.places.geocoding import COLUMNS
    from meguro_opendata.georeferencing.files.addresses import GEOCODE_FORMAT
    from meguro_opendata.messages import word

    lang = options.settings().lang
    found = geocoder.find(address)
    values = dict(zip(COLUMNS, found.row(), strict=True))
    if output_format == "json":
        shown = {"row": None, "address": address, **values, "readings": list(found.address.readings)}
        counts = {"levels": {found.level: 1}, "problems": {found.problem: 1} if found.problem else {}}
        console.result_json(
            {"format": GEOCODE_FORMAT, "file": None, "column": None, "rows": 1, **counts, "addresses": [shown]}
        )
    else:
        level, problem = found.level, found.problem
        values["level"] = word(f"level-{level}", lang)
        values["problem"] = word(f"address-{problem}", lang) if problem else ""
        lines = [
            (word(f"geocode-{name}", lang), str(value)) for name, value in values.items() if value not in (None, "")
        ]
        console.result(console.sections_text([(address, lines)]))
    raise SystemExit(ExitCode.of(clean=not found.problem))


def _show_file(
    file: Path, geocoder: Geocoder, said: tuple[str | None, LayerWords], out: Path | None, output_format: str
) -> None:
    from meguro_opendata.errors import MeguroOpendataError
    from meguro_opendata.files.whole import write_whole
    from meguro_opendata.georeferencing.files.addresses import OUT_ENDINGS, geocode_file
    from meguro_opendata.georeferencing.files.endings import refuse_ending
    from meguro_opendata.messages import message

    from ...texts.addresses import geocoding_lines

    lang = options.settings().lang
    if out is not None and out.resolve() == file.resolve():
        raise MeguroOpendataError("report-over-source", file=out)
    if out is not None:
        refuse_ending(out, OUT_ENDINGS)
    done = geocode_file(file, geocoder, *said)
    if out is not None:
        write_whole(out, done.to_bytes(out, lang))
        console.say(message("geocode-written", lang, path=out))
    if output_format == "json":
        console.result_json(done.to_dict(lang))
    else:
        console.result("\n".join(geocoding_lines(done, lang)))
    raise SystemExit(done.exit_code)
