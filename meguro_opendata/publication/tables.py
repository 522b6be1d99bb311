"""Comparison of a release's tables with the portal's: rows that change and columns that vanish."""

from __future__ import annotations

from dataclasses import dataclass

from meguro_opendata.catalog import Package, Resource
from meguro_opendata.files.csvrows import read_csv_rows
from meguro_opendata.files.rowdiff import RowChange, RowCounts
from meguro_opendata.files.rowdiff import table_changes as compare_rows
from meguro_opendata.files.whole import plain_bytes
from meguro_opendata.portals import Portal, Upload
from meguro_opendata.publication.fields import publication_rules
from meguro_opendata.publication.history import History
from meguro_opendata.publication.matching import Matching
from meguro_opendata.release.dataset import PublishedDataset

__all__ = ["TableChange", "is_table", "stem", "table_changes"]

# Of a table's formats (CSV, XLSX, GeoJSON) only the CSV is read: it has every column, and reading it needs no library.
_TABLE = ".csv"


@dataclass(frozen=True)
class TableChange:
    """The change of one table: counts of rows, the columns that vanish, and the first rows that change."""

    rows: RowCounts
    columns_gone: tuple[str, ...] = ()
    shown: tuple[RowChange, ...] = ()


def table_changes(
    release: PublishedDataset, old: Package | None, matching: Matching, portal: Portal, history: History
) -> dict[str, TableChange]:
    """Return the change of each table by its file name without ending; the CSV represents all formats of a table."""
    return {
        stem(file.name): _table_change(file, release, old, matching, portal, history)
        for file in release.files
        if is_table(file.name)
    }


def is_table(name: str) -> bool:
    """Return whether a file is the CSV that represents all formats of its table."""
    return name.endswith(_TABLE)


def stem(name: str) -> str:
    """Return a file's name without its ending.

    >>> stem("131105_aed.csv"), stem("131105_aed.shp.zip")
    ('131105_aed', '131105_aed')
    """
    return name.removesuffix(".zip").rpartition(".")[0]


def _table_change(
    table: Upload,
    release: PublishedDataset,
    old: Package | None,
    matching: Matching,
    portal: Portal,
    history: History,
) -> TableChange:
    rows = release.rows_of[table.name]
    published = matching.checksums().get(table.name)
    if published == table.sha256:
        return TableChange(RowCounts(rows, rows, 0, 0, 0))
    before = _published_bytes(matching.files.get(table.name), published, old, portal, history)
    after = plain_bytes(table.path)
    # A plan is printed and sent round for approval: rows of a table with possible personal data must not be in it.
    most = 0 if release.personal or not before else publication_rules()["rows"]["shown"]
    counts, shown = compare_rows(before, after, release.key, most)
    header, kept = read_csv_rows(before)[0] if before and published else [], read_csv_rows(after)[0]
    return TableChange(counts, tuple(name for name in header if name not in kept), shown)


def _published_bytes(
    held: Resource | None, checksum: str | None, old: Package | None, portal: Portal, history: History
) -> bytes:
    """Return the bytes of the published version of a file; empty for a new file."""
    if held is None or old is None:
        return b""
    # The history spares a download; a file that was replaced on the portal has another checksum and is not in it.
    kept = history.file(checksum or "none")
    return kept if kept is not None else portal.read_file(old, held.id or held.name)
