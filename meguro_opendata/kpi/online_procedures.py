"""The rate of online procedures (行政手続のオンライン化率): applications a year that can be filed online ÷ all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from meguro_opendata.errors import EntryError, Fault
from meguro_opendata.files.whole import sha256
from meguro_opendata.kpi.counting import rules
from meguro_opendata.kpi.exact import as_number, beside
from meguro_opendata.kpi.written_numbers import read_number
from meguro_opendata.sources import read_bytes
from meguro_opendata.sources.entries import read_entry_table

__all__ = ["OnlineRate", "read_online_rate"]


@dataclass(frozen=True)
class OnlineRate:
    """The rate of online procedures, computed from a table.

    Attributes:
        online: Applications a year of the procedures that can be filed online.
        total: Applications a year of all procedures.
        procedures: Number of procedures in the table.
        evidence: The file's name, the beginning of its checksum, and the two numbers.
    """

    online: int
    total: int
    procedures: int
    evidence: str

    @property
    def value(self) -> float:
        """Return the unrounded rate in percent, which is the value that is recorded."""
        return as_number(Fraction(100 * self.online, self.total))

    @property
    def percent(self) -> float:
        """Return the rate in percent to one place, or to more if rounding would give a false whole number."""
        share = Fraction(100 * self.online, self.total)
        return beside(share, 1, math.floor(share), math.ceil(share))


def read_online_rate(path: Path) -> OnlineRate:
    """Return the rate from a table with the columns 手続名, 年間申請件数 and オンライン申請 (○ or ×).

    Raises:
        SourceError: If the file cannot be read.
        EntryError: With every fault: missing columns, no number, no yes or no, a procedure twice, no applications.
    """
    rows = read_entry_table(path, rules()["procedures"]["columns"])
    counts = [_count(row["count"]) for _, row in rows]
    online = [_says_yes(row["online"]) for _, row in rows]
    faults = [*_faults(rows, counts, online), *_twice(rows)]
    total = sum(count or 0 for count in counts)
    # A rate of 0 applications has no meaning; the table is probably still empty.
    if not faults and not total:
        faults = [Fault("-", "no-applications", {})]
    if faults:
        raise EntryError(path, faults)
    filed = sum(count or 0 for count, yes in zip(counts, online, strict=True) if yes)
    evidence = f"{path.name} (sha256 {sha256(read_bytes(path))[:16]}): {filed:,} / {total:,}"
    return OnlineRate(filed, total, len(rows), evidence)


def _count(text: str) -> int | None:
    number, unit = read_number(text)
    fits = isinstance(number, int) and number >= 0 and unit in rules()["procedures"]["units"]
    return int(number) if fits and number is not None else None


def _says_yes(text: str) -> bool | None:
    word = text.strip().lower()
    if word in rules()["procedures"]["yes"]:
        return True
    return False if word in rules()["procedures"]["no"] else None


def _faults(
    rows: Sequence[tuple[int, Mapping[str, str]]], counts: Sequence[int | None], online: Sequence[bool | None]
) -> Iterator[Fault]:
    for (number, row), count, yes in zip(rows, counts, online, strict=True):
        if not row["name"]:
            yield Fault(str(number), "procedure-unnamed", {})
        if count is None:
            yield Fault(str(number), "procedure-count", {"value": row["count"]})
        if yes is None:
            yield Fault(str(number), "procedure-online", {"value": row["online"]})


def _twice(rows: Sequence[tuple[int, Mapping[str, str]]]) -> Iterator[Fault]:
    seen: dict[str, int] = {}
    for number, row in rows:
        if seen.setdefault(row["name"], number) != number and row["name"]:
            yield Fault(str(number), "procedure-twice", {"value": row["name"], "row": seen[row["name"]]})
