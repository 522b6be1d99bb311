"""The user's own gazetteer: an SQLite file in the data folder, filled by :mod:`importing` from files of any city."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from meguro_opendata.errors import SourceError, StorageError
from meguro_opendata.files.userdata import address_index
from meguro_opendata.geo.places.gazetteer.base import Point

if TYPE_CHECKING:
    from meguro_opendata.japan.addresses import Town, Towns

__all__ = ["Index", "imported_checksums", "index_path", "open_index", "written_index"]

_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS files (sha256 TEXT PRIMARY KEY, name TEXT, format TEXT, rows INTEGER, codes TEXT);
CREATE TABLE IF NOT EXISTS towns (
  code TEXT, key TEXT, format TEXT, id TEXT, name TEXT, oaza TEXT, chome INTEGER, koaza TEXT, kana TEXT,
  PRIMARY KEY (code, key, format)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS points (
  code TEXT, town TEXT, block TEXT, number TEXT, branch TEXT, format TEXT, level TEXT, lat REAL, lon REAL, error REAL,
  representative INTEGER, PRIMARY KEY (code, town, block, number, branch, format)) WITHOUT ROWID;
"""
_TOWNS = "SELECT name, oaza, chome, id, koaza, kana, key FROM towns WHERE code = ? ORDER BY key, id"
_POINT = """SELECT lat, lon, level, error, format FROM points
WHERE code = ? AND town IN (?, ?) AND block = ? AND number = ? AND branch = ? ORDER BY error LIMIT 1"""
_CODES = "SELECT code FROM towns UNION SELECT code FROM points ORDER BY code"
_FILES = "SELECT sha256, codes FROM files ORDER BY sha256"


class Index:
    """Towns and points of the municipalities that the user imported."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._towns: dict[str, Towns | None] = {}
        # Points are stored under the key that a name had at the import; more signs may stand for one another since.
        self._keys: dict[tuple[str, str], str] = {}

    def towns(self, code: str) -> Towns | None:
        """Return the towns of a municipality, ``None`` if no file with its names was imported."""
        if code not in self._towns:
            # Late: to see whether a release is current, only checksums are asked for, and no address is parsed.
            from meguro_opendata.japan.addresses import Town, Towns

            found: dict[str, Town] = {}
            for *parts, key in self._connection.execute(_TOWNS, (code,)):
                found[key] = Town(*parts)
                self._keys[code, found[key].name] = key
            self._towns[code] = Towns.of(code, found.values()) if found else None
        return self._towns[code]

    def point(self, code: str, town: Town, numbers: Sequence[str]) -> Point | None:
        """Return the residence, else the block, else the town."""
        block, number, branch = (*numbers, "", "", "")[:3]
        key = self._keys.get((code, town.name), town.key)
        for place in dict.fromkeys(((block, number, branch), (block, number, ""), (block, "", ""), ("", "", ""))):
            row = self._connection.execute(_POINT, (code, town.id or key, key, *place)).fetchone()
            if row is not None:
                return Point(*row)
        return None

    def codes(self) -> tuple[str, ...]:
        """Return the municipalities of which anything was imported."""
        return tuple(row[0] for row in self._connection.execute(_CODES))


def index_path() -> Path:
    """Return where the index lies; it need not be there."""
    return address_index()


def open_index() -> Index | None:
    """Return the user's index, ``None`` if nothing was imported.

    Raises:
        SourceError: If the file is none that this version reads.
    """
    path = index_path()
    if not path.is_file():
        return None
    try:
        connection = _to_read(path)
        known = connection.execute("PRAGMA user_version").fetchone()[0]
    except sqlite3.DatabaseError:
        raise SourceError("index-broken", file=path) from None
    if known != _VERSION:
        raise SourceError("index-version", file=path)
    return Index(connection)


def imported_checksums(code: str | None = None) -> list[str]:
    """Return the SHA-256 of each file that was imported, sorted; none if the index is absent or damaged.

    Damage is not reported here: the first search for an address does that.

    Args:
        code: Only files with places of this municipality; default every file.
    """
    path = index_path()
    if not path.is_file():
        return []
    try:
        with closing(_to_read(path)) as connection:
            rows = connection.execute(_FILES).fetchall()
    except sqlite3.DatabaseError:
        return []
    return [digest for digest, codes in rows if code is None or code in codes.split()]


def _to_read(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


@contextmanager
def written_index() -> Iterator[sqlite3.Connection]:
    """Open the index for writing in one transaction, which is kept whole or not at all.

    Raises:
        SourceError: If the file is no index.
        StorageError: If it cannot be written.
    """
    path = index_path()
    fresh, done = not path.exists(), False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            _prepare(connection, path)
            connection.execute("BEGIN IMMEDIATE")
            with connection:
                yield connection
        done = True
    except (sqlite3.OperationalError, OSError) as error:
        raise StorageError("index-not-written", file=path, reason=str(error)) from None
    except sqlite3.DatabaseError:
        raise SourceError("index-broken", file=path) from None
    finally:
        if fresh and not done and path.is_file():
            path.unlink()


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    known = connection.execute("PRAGMA user_version").fetchone()[0]
    if known not in (0, _VERSION):
        raise SourceError("index-version", file=path)
    if known == 0:
        connection.executescript(f"{_SCHEMA} PRAGMA user_version = {_VERSION};")
