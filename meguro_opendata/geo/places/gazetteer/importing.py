"""A publisher's file → the user's index. A newer edition replaces the older; the same file twice is no error."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np

from meguro_opendata.errors import SourceError
from meguro_opendata.files.whole import checksum
from meguro_opendata.geo.places.gazetteer.base import expected_error, gazetteer_data
from meguro_opendata.geo.places.gazetteer.formats import Entry, Format, entries, format_of
from meguro_opendata.geo.places.gazetteer.index import index_path, written_index
from meguro_opendata.geo.places.gazetteer.textfile import TextFile, text_files
from meguro_opendata.geo.places.nearness import distance

__all__ = ["Imported", "import_addresses"]

_BATCH = 20_000
_SHOWN = 5
_TOWN = "INSERT OR REPLACE INTO towns VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_POINT = """INSERT INTO points VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT DO UPDATE SET lat = excluded.lat, lon = excluded.lon, representative = excluded.representative
WHERE excluded.representative > points.representative"""


@dataclass
class Imported:
    """Result of an import.

    Attributes:
        formats: The kinds of files, by their titles in the order found.
        codes: The municipalities.
        rows: Rows of use.
        skipped: Rows without use: no coordinates, an unknown municipality, ended.
        lines: The lines of the first of them.
        repeated: Whether this very file was imported before, and nothing was done.
        index: Where the index lies.
    """

    file: str
    index: str
    formats: list[str] = field(default_factory=list)
    codes: set[str] = field(default_factory=set)
    rows: int = 0
    skipped: int = 0
    lines: list[int] = field(default_factory=list)
    repeated: bool = False


def import_addresses(path: Path) -> Imported:
    """Read a file of 位置参照情報, アドレス・ベース・レジストリ or Geolonia, plain or in a ZIP, into the user's index.

    The file is streamed. All of it is in the index afterwards, or nothing.

    Raises:
        SourceError: If it is none of these, or unreadable; told with what is known.
        StorageError: If the index cannot be written.
    """
    digest = checksum(path)
    done = Imported(str(path), str(index_path()))
    with written_index() as index:
        before = index.execute("SELECT rows, codes FROM files WHERE sha256 = ?", (digest,)).fetchone()
        if before is not None:
            done.repeated, done.rows, done.codes = True, before[0], set(before[1].split())
            return done
        for file in text_files(path):
            _import_file(index, file, done)
        if not done.rows:
            raise SourceError("addresses-no-rows", file=path, count=done.skipped)
        index.execute("DELETE FROM files WHERE name = ? AND format = ?", (path.name, " ".join(done.formats)))
        stamp = (digest, path.name, " ".join(done.formats), done.rows, " ".join(sorted(done.codes)))
        index.execute("INSERT INTO files VALUES (?, ?, ?, ?, ?)", stamp)
    return done


def _import_file(index: sqlite3.Connection, file: TextFile, done: Imported) -> None:
    kind = format_of(file.header, file.name)
    if kind.title not in done.formats:
        done.formats.append(kind.title)
    fresh: set[str] = set()
    read = map(_Names().told_apart, _counted(entries(kind, file.header, file.records), done))
    while batch := list(islice(read, _BATCH)):
        for code in {entry.code for entry in batch} - fresh:
            _forget(index, code, kind)
            fresh.add(code)
        _insert(index, batch, kind)
    done.codes |= fresh
    for code in sorted(fresh):
        _town_points(index, code, kind)


class _Names:
    """The towns of a file, by the key under which they are stored."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[str, str]] = {}

    def told_apart(self, entry: Entry) -> Entry:
        """Return the entry; a town whose key another one has is stored under a key of its own.

        彌町 is compared like 弥町, and 京都市 has several towns of one name, which only their IDs tell apart.
        """
        town = entry.town
        if town is None or self._known.setdefault((entry.code, entry.key), (town.name, town.id)) == (
            town.name,
            town.id,
        ):
            return entry
        key = f"{town.name} {town.id}".strip()
        return replace(entry, key=key, ref=key if entry.ref == entry.key else entry.ref)


def _counted(found: Iterable[Entry | int], done: Imported) -> Iterator[Entry]:
    """Yield the entries; rows without use are counted."""
    for entry in found:
        if isinstance(entry, Entry):
            done.rows += 1
            yield entry
            continue
        done.skipped += 1
        if len(done.lines) < _SHOWN:
            done.lines.append(entry)


def _forget(index: sqlite3.Connection, code: str, kind: Format) -> None:
    """Take out what an older edition of the same kind said of a municipality."""
    for table in ("towns", "points"):
        index.execute(f"DELETE FROM {table} WHERE code = ? AND format = ?", (code, kind.id))  # noqa: S608 (two names)


def _insert(index: sqlite3.Connection, batch: Iterable[Entry], kind: Format) -> None:
    towns = {(entry.code, entry.key): entry.town for entry in batch if entry.town is not None}
    index.executemany(
        _TOWN,
        [
            (code, key, kind.id, town.id, town.name, town.oaza, town.chome, town.koaza, town.kana)
            for (code, key), town in towns.items()
        ],
    )
    index.executemany(
        _POINT,
        [
            (entry.code, entry.ref, *entry.place, kind.id, entry.level, entry.lat, entry.lon, entry.error, entry.first)
            for entry in batch
            if entry.level
        ],
    )


def _town_points(index: sqlite3.Connection, code: str, kind: Format) -> None:
    """Write points of towns from their blocks' points, and the error of points known by their neighbours only."""
    if kind.kind == "block":
        blocks: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for ref, lat, lon in index.execute(
            "SELECT town, lat, lon FROM points WHERE code = ? AND format = ? AND level = 'block'", (code, kind.id)
        ):
            blocks[ref].append((lat, lon))
        made = [(code, ref, "", "", "", kind.id, "town", *_middle(points), 1) for ref, points in blocks.items()]
        index.executemany(_POINT, made)
    elif kind.kind == "town":
        rows = index.execute(
            "SELECT town, lat, lon FROM points WHERE code = ? AND format = ? ORDER BY town", (code, kind.id)
        ).fetchall()
        errors = _neighbour_errors(np.array([row[1:] for row in rows]))
        index.executemany(
            "UPDATE points SET error = ? WHERE code = ? AND town = ? AND format = ? AND level = 'town'",
            [(error, code, row[0], kind.id) for row, error in zip(rows, errors, strict=True)],
        )


def _middle(points: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the middle of some points, and how far from it a place among them may be."""
    places = np.array(points)
    lat, lon = places.mean(axis=0)
    farthest = float(distance(places[:, 0], places[:, 1], lat, lon).max())
    factor = gazetteer_data()["errors"]["from_blocks"]
    return round(float(lat), 6), round(float(lon), 6), float(round(factor * farthest + expected_error("block")))


def _neighbour_errors(places: np.ndarray) -> list[float]:
    """Return the distance from each point to one of its neighbours, within the bounds of ``gazetteers.toml``."""
    errors = gazetteer_data()["errors"]
    nth, least, most = errors["neighbour"], float(errors["least"]), float(errors["most"])
    if len(places) <= nth:
        return [most] * len(places)
    found = []
    for lat, lon in places:
        near = np.partition(distance(places[:, 0], places[:, 1], lat, lon), nth)[nth]
        found.append(float(round(min(max(near, least), most))))
    return found
