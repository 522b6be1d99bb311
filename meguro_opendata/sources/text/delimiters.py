"""The sign between the cells of a text file: the one by which its beginning parses evenly."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence

from meguro_opendata.files.csvlimit import longest_cell
from meguro_opendata.sources.data import read_data

__all__ = ["delimiter_of", "is_usual"]

_SEARCHED = 60_000
_FEWEST_COLUMNS = 3
_MOST = 2 / 3


def delimiter_of(text: bytes, *, first: str = ",", header_first: bool = False) -> str:
    r"""Return the sign that separates the cells of a file, by the records at its beginning.

    A sign by which every record has the same number of cells, two or more, is the one. Else it is one of the usual
    signs that the first record has, or that most records from some line on have alike, as below a title; the one in
    most records. Else it is the comma: a file of one column has no sign at all.

    Args:
        text: The beginning of the file in UTF-8.
        first: The sign that counts before the others.
        header_first: The first record is the header for certain, so that no title stands above it.

    >>> delimiter_of(b"a|b\n1|2\n"), delimiter_of("備考\nA;B\nC\n".encode()), delimiter_of(b"f0,extra\n\t\nx\n\t\ny\n")
    ('|', ',', ',')
    """
    start = _start(text)
    signs = (*_data()["usual"], *_data()["others"])
    widths = {sign: _widths(start, sign) for sign in dict.fromkeys((first, *filter(start.__contains__, signs)))}
    even = [sign for sign, found in widths.items() if _is_even(found) and _may_be(sign, found)]
    if even:
        return max(even, key=lambda sign: widths[sign][0])
    usual = {first: widths[first]} | {sign: widths[sign] for sign in _data()["usual"] if sign in widths}
    fitting = [sign for sign in usual if sign == first or _separates(usual[sign], sign, header_first=header_first)]
    return max(fitting, key=lambda sign: _regularity(usual[sign]))


def is_usual(delimiter: str | None) -> bool:
    """Return whether a sign is one that every program takes for a separator.

    >>> is_usual(","), is_usual("|")
    (True, False)
    """
    return delimiter is None or delimiter in _data()["expected"]


def _data() -> dict[str, list[str]]:
    found: dict[str, list[str]] = read_data("delimiters.toml")["signs"]
    return found


def _start(text: bytes) -> str:
    """Return the records at the beginning; the last one is left out if it may go on."""
    start = text[:_SEARCHED].decode("utf-8", errors="replace")
    if len(text) <= _SEARCHED:
        return start
    return start[: start.rfind("\n") + 1] or start


def _widths(text: str, sign: str) -> list[int]:
    """Return the number of cells of each record that is not blank."""
    with longest_cell(len(text) + 1):
        records = csv.reader(io.StringIO(text, newline=""), delimiter=sign)
        return [len(record) for record in records if any(cell.strip() for cell in record) or len(record) > 1]


def _is_even(widths: Sequence[int]) -> bool:
    return len(set(widths)) == 1 and widths[0] > 1


def _may_be(sign: str, widths: Sequence[int]) -> bool:
    """Return whether records of one width are enough for a sign; one that words use as well separates several lines."""
    return sign in _data()["usual"] or len(widths) > 1


def _separates(widths: Sequence[int], sign: str, *, header_first: bool) -> bool:
    r"""Return whether a sign may separate records of several widths.

    >>> _separates([2, 3], ";", header_first=True), _separates([1, 3, 3], ";", header_first=False)
    (True, True)
    >>> _separates([1, 2, 1, 2, 1], "\t", header_first=False), _separates([1, 2, 2], ";", header_first=False)
    (False, False)
    """
    if not widths or widths[0] > 1:
        return bool(widths)
    below = widths[next((at for at, width in enumerate(widths) if width > 1), len(widths)) :]
    if header_first or len(below) <= 1:
        return False
    if sign == "\t":
        return sum(width > 1 for width in below) >= _MOST * len(below)
    return len(set(below)) == 1 and below[0] >= _FEWEST_COLUMNS


def _regularity(widths: Sequence[int]) -> tuple[int, int, int]:
    """Return the number of records with a sign, of those with it equally often, and its total count.

    >>> _regularity([2, 2, 1, 3])
    (3, 2, 4)
    """
    counts = Counter(width - 1 for width in widths if width > 1)
    return counts.total(), max(counts.values(), default=0), sum(number * times for number, times in counts.items())
