"""Our form → オープンデータ一覧 under the national standard's item names."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path

from meguro_opendata.catalog.entry import CatalogEntry, Distribution
from meguro_opendata.catalog.lines import read_entries
from meguro_opendata.sources import Grid, Table
from meguro_opendata.sources.header import cut_table
from meguro_opendata.workspace import City

__all__ = ["list_table"]


def list_table(path: Path, city: City) -> Table:
    """オープンデータ一覧 made from a file in our catalogue form: one row a file, under the standard's item names.

    Raises:
        SourceError: As :func:`read_entries`.
    """
    entries = read_entries(path)
    crosswalk = _crosswalk()
    header = [name for part in crosswalk.values() for name in part]
    records, lines = [header], [0]
    for number, entry in enumerate(entries, start=1):
        for distribution in entry.distributions:
            records.append(_list_row(crosswalk, entry, distribution, city))
            lines.append(number)
    return cut_table(Grid.of_records(path, "jsonl", records, encoding="utf-8", lines=lines), 1)


@cache
def _crosswalk() -> dict[str, dict[str, str]]:
    text = resources.files(__package__).joinpath("open_data_list.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _list_row(
    crosswalk: Mapping[str, Mapping[str, str]], entry: CatalogEntry, distribution: Distribution, city: City
) -> list[str]:
    holders = {"city": city, "dataset": entry, "file": distribution}
    return [
        source if part == "constant" else _as_text(getattr(holders[part], source))
        for part, sources in crosswalk.items()
        for source in sources.values()
    ]


def _as_text(value: object) -> str:
    if isinstance(value, tuple):
        return ";".join(map(str, value))
    return "" if value is None else str(value)
