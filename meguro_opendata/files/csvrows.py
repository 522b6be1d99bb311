"""CSV by rows: records as bytes and back, with every cell that Excel would run as a formula guarded and unguarded."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from meguro_opendata.files.csvlimit import longest_cell
from meguro_opendata.files.formulas import guarded, unguarded

__all__ = ["plain_csv_bytes", "read_csv_rows", "written_rows"]

# The csv module refuses cells above 131,072 characters unless its limit is raised; a damaged file that opens a
# quotation mark and never closes it is one long cell, and still has to be compared.
_LONGEST_FIELD = 2**30


def plain_csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file: UTF-8, comma, CRLF, quotes only where needed; text that Excel would run is guarded."""
    return written_rows(header, ([guarded(cell) if isinstance(cell, str) else cell for cell in row] for row in rows))


def written_rows(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return a CSV file from rows whose text is guarded already; the header is guarded here."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([guarded(name) for name in header])
    writer.writerows(rows)
    return text.getvalue().encode("utf-8")


def read_csv_rows(data: bytes) -> tuple[list[str], list[list[str]]]:
    """Return the header and rows of a CSV file written by this program; damaged bytes become U+FFFD.

    >>> read_csv_rows(plain_csv_bytes(["名称"], [["=a"]]))
    (['名称'], [['=a']])
    """
    reader = csv.reader(io.StringIO(data.decode("utf-8-sig", errors="replace"), newline=""))
    with longest_cell(_LONGEST_FIELD):
        records = [[unguarded(cell) for cell in record] for record in reader]
    return (records[0], records[1:]) if records else ([], [])
