"""The role of each line below a header: a row, blank, a note, a section, a sum, or part of another table.

Whole columns are asked first, and only the lines that stand out are looked at one by one, so that a million plain rows
cost next to nothing.
"""

from __future__ import annotations

import functools
import operator
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import polars as pl

from meguro_opendata.japan.folding import filled as with_signs
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.sources.blocks.cellkinds import TYPED, CellKind, cell_kind, is_aside
from meguro_opendata.sources.blocks.head import ALWAYS, Profile
from meguro_opendata.sources.cells import filled, filled_cells

__all__ = ["Body", "line_roles", "linkdata_lines", "sum_names"]

_ROW = 2  # filled cells that make a line a row
_SHOWN = 2000  # lines that show how many cells rows fill
_SENTINELS = 6  # columns that every row fills, asked to find lines that are no rows
_HARDLY = 4  # a line with less than a quarter of the usual cells can be a footer
_MOSTLY = 0.5  # share of what rows fill that a line of another kind leaves blank
_NUMBER = re.compile(r"[(（]\d{1,3}[)）]|[①-⑳]")
_NUMBERED = 3  # cells that number the columns at least
_LABELS = 5  # columns of words in which a sum may be named


@cache
def _patterns() -> dict[str, Any]:
    return packaged_toml(__package__, "blocks.toml")["row"]  # type: ignore[no-any-return]


@cache
def sum_names() -> str:
    """Return a pattern, as polars takes it, of words that name a row as the sum of others.

    >>> pl.Series(["合　計", "市計", "総数", "合計特殊出生率", "時計"]).str.contains(sum_names()).to_list()
    [True, True, True, False, False]
    """
    return "|".join(f"(?:{_patterns()[name]})" for name in ("sum", "part_sum", "whole"))


@cache
def _note_pattern() -> re.Pattern[str]:
    return re.compile(with_signs(_patterns()["note"]))


@dataclass(frozen=True)
class Body:
    """The lines below a header, as far as the columns of its table go.

    Attributes:
        cells: The cells, one column of text a column of the table.
        header: The lowest line of the header.
        profile: What the rows hold, by column of the table.
    """

    cells: pl.DataFrame
    header: Sequence[str]
    profile: Profile

    @cached_property
    def sentinels(self) -> list[int]:
        """Return columns that rows nearly always fill: a line that fills all of them is a row without a closer look."""
        return list(self.profile.always[:_SENTINELS])

    @cached_property
    def lacking(self) -> list[int]:
        """Return the lines that leave a sentinel column blank or, with too few sentinels, fill hardly a cell."""
        full = [filled(self.cells[:, at]) for at in self.sentinels]
        if len(full) < _ROW and self.cells.width:
            full.append(filled_cells(self.cells).sum_horizontal() >= _ROW)
        return (~functools.reduce(operator.and_, full)).arg_true().to_list() if full else []

    @cached_property
    def blank(self) -> list[int]:
        """Return the lines without a filled cell."""
        return [line for line in self.lacking if not self.count(line)]

    @cached_property
    def usual(self) -> float:
        """Return how many cells half of the rows fill at most, as the first ones show."""
        counts = filled_cells(self.cells.head(_SHOWN)).sum_horizontal() if self.cells.width else pl.Series([0])
        wide = counts.filter(counts >= _ROW)
        return float(wide.median() or 1)  # type: ignore[arg-type]

    @cached_property
    def words(self) -> list[int]:
        """Return the first columns that may name a row: all but those of figures, and the one that numbers the rows."""
        used = [at for at, share in enumerate(self.profile.fill) if share]
        return used[:1] + [at for at in used[1:] if self.profile.kinds[at] is not CellKind.NUMBER][: _LABELS - 1]

    @cached_property
    def _filled(self) -> dict[int, tuple[bool, ...]]:
        """Return, for the lines that are examined one by one, whether each cell is filled."""
        few = self.cells[self.lacking] if len(self.lacking) < self.cells.height else self.cells
        return dict(zip(self.lacking, filled_cells(few).iter_rows(), strict=True)) if self.cells.width else {}

    def filled_in(self, line: int) -> tuple[bool, ...]:
        """Return whether each cell of a line is filled."""
        if line not in self._filled:
            self._filled[line] = tuple(bool(cell.strip()) for cell in self.cells.row(line))
        return self._filled[line]

    def count(self, line: int) -> int:
        """Return how many cells of a line are filled."""
        return sum(self.filled_in(line))

    def lack(self, line: int) -> float:
        """Return the share of the sentinels that a line leaves blank."""
        if not self.sentinels:
            return 0.0
        row = self.filled_in(line)
        return sum(not row[at] for at in self.sentinels) / len(self.sentinels)

    def texts(self, line: int) -> list[str]:
        """Return the filled cells of a line."""
        return [cell for cell in self.cells.row(line) if cell.strip()]


def line_roles(body: Body) -> dict[int, str]:
    """Return by position why lines are no rows: ``blank``, ``header``, ``note``, ``section``, ``total``, ``footer``."""
    roles: dict[int, str] = dict.fromkeys(body.blank, "blank")
    roles |= dict.fromkeys(_repeated(body), "header") | dict.fromkeys(linkdata_lines(body), "note")
    roles |= dict.fromkeys(_numbering(body), "header")
    roles |= {line: "total" for line in _sums(body) if line not in roles}
    roles |= {line: role for line, role in _sparse(body, roles) if line not in roles}
    return roles


def _repeated(body: Body) -> list[int]:
    """Return lines that say the header once more, as sheets made for printing do on every page."""
    filled = [at for at, cell in enumerate(body.header) if cell.strip()]
    lines = pl.int_range(body.cells.height, eager=True)
    for at in filled if len(filled) > 1 else ():
        lines = lines.filter(body.cells[:, at].gather(lines) == body.header[at])
    return lines.to_list() if len(filled) > 1 else []


def _numbering(body: Body) -> list[int]:
    """Return the first line, if it numbers the columns: ``(1)``, ``(2)`` and so on, or the same in circles."""
    texts = body.texts(0) if body.cells.height else []
    found = [_NUMBER.fullmatch(text.strip()) for text in texts]
    if len(texts) < _NUMBERED or not all(found):
        return []
    numbers = [_value(text.strip(" ()（）")) for text in texts]
    return [0] if numbers == list(range(numbers[0], numbers[0] + len(numbers))) else []


def linkdata_lines(body: Body) -> list[int]:
    """Return lines of LinkData's form that describe columns: they begin with ``#``, as the header does."""
    if not body.header[:1] or not body.header[0].startswith("#"):
        return []
    return body.cells[:, 0].str.starts_with("#").arg_true().to_list()


def _value(number: str) -> int:
    """Return the value of a number, also of one in a circle.

    >>> _value("12"), _value("１２"), _value("③")
    (12, 12, 3)
    """
    return int(number) if number.isdecimal() else int(unicodedata.numeric(number))


def _sums(body: Body) -> Iterator[int]:
    """Yield lines that are sums of others, named so in one of the columns of words, and the rest of a group of sums."""
    patterns = _patterns()
    for at in body.words:
        column = body.cells[:, at]
        named = _matching(column, body.profile.kinds[at], f"(?:{patterns['sum']})|(?:{patterns['part_sum']})")
        whole = column.gather(named).str.contains(patterns["sum"])
        for line, is_whole in zip(named, whole, strict=True):
            if body.count(line) < _ROW or (not is_whole and _is_coded(body, line, at)):
                continue
            yield line
            if is_whole:
                yield from _rest_of_group(body, at, line)
    yield from _whole(body)


def _matching(column: pl.Series, kind: CellKind | None, pattern: str) -> pl.Series:
    """Return the lines on which a column has a word; in a column of values only cells that begin like one are read."""
    if kind in TYPED:
        others = ((column >= "\u3000") | ((column < "!") & (column != ""))).arg_true()
        return others.filter(column.gather(others).str.contains(pattern))
    return column.str.contains(pattern).arg_true()


def _rest_of_group(body: Body, at: int, line: int) -> Iterator[int]:
    """Yield the lines below a sum that belong to it since the column that names it is filled once a group only."""
    if body.profile.fill[at] >= ALWAYS:
        return
    for below in range(line + 1, body.cells.height):
        blank = not body.cells[below, at].strip()
        if not blank or body.count(below) < body.usual / 2 or not any(body.filled_in(below)[at + 1 :]):
            return
        yield below


def _is_coded(body: Body, line: int, at: int) -> bool:
    """Return whether a line has a code in front of its name, as nearly all rows have."""
    codes = (c for c in body.profile.always if c < at and body.profile.kinds[c] in (CellKind.NUMBER, CellKind.CODE))
    return any(cell_kind(body.cells[line, column]) in (CellKind.NUMBER, CellKind.CODE) for column in codes)


def _whole(body: Body) -> Iterator[int]:
    """Yield the first or last row, if it bears the name of a whole and is the sum of all others."""
    for line in _first_and_last(body):
        named = (body.cells[:, at].gather([line]).str.contains(_patterns()["whole"])[0] for at in body.words)
        if any(named) and _is_sum(body, line):
            yield int(line)


def _first_and_last(body: Body) -> set[int]:
    """Return the first and the last line with more than one cell, if there are others between them."""
    lines = range(body.cells.height)
    first = next((line for line in lines if body.count(line) >= _ROW), None)
    last = next((line for line in reversed(lines) if body.count(line) >= _ROW), None)
    return set() if first is None or last is None or last - first < _ROW else {first, last}


def _is_sum(body: Body, line: int) -> bool:
    columns = [at for at in body.profile.typed if body.profile.kinds[at] is CellKind.NUMBER]
    told = 0
    for at in columns:
        numbers = body.cells[:, at].str.replace_all(",", "").str.strip_chars().cast(pl.Float64, strict=False)
        own, total = numbers[line], numbers.sum()
        if own is None or not own:
            continue
        if abs(total - 2 * own) > 1e-6 * abs(own):
            return False
        told += 1
    return told > 0


def _sparse(body: Body, roles: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Yield lines that leave most of what rows fill blank: sections between rows, notes and footers below them."""
    candidates = [line for line in body.lacking if body.count(line) == 1 or _is_sparse(body, line)]
    if body.usual < _ROW:  # a list of one column has no sparse lines, but notes
        candidates = [line for line in candidates if any(map(_begins_note, body.texts(line)))]
    last = _last_row(body, {*roles, *candidates})
    for line in candidates:
        role = _role(body, line, last)
        if role:
            yield line, role


def _is_sparse(body: Body, line: int) -> bool:
    return body.count(line) > 0 and body.lack(line) >= _MOSTLY


def _last_row(body: Body, others: set[int]) -> int:
    return next((line for line in range(body.cells.height - 1, -1, -1) if line not in others), -1)


def _role(body: Body, line: int, last: int) -> str | None:
    texts = body.texts(line)
    if _is_note(body, line):
        return "note" if line < last or _begins_note(texts[0]) else "footer"
    if line > last:
        return "footer" if _is_footer(body, line, texts) else None
    return "section" if len(texts) == 1 and _is_words(texts) and _is_section(body, line) else None


def _is_note(body: Body, line: int) -> bool:
    """Return whether a line begins as notes do and says nothing in most columns that rows fill."""
    texts = body.texts(line)
    if len(texts) > 1 and (body.lack(line) < _MOSTLY or len(texts) * 2 > body.usual):
        return False
    return _begins_note(texts[0]) or is_aside(texts[0])


def _begins_note(text: str) -> bool:
    return _note_pattern().match(text) is not None


def _is_words(texts: Sequence[str]) -> bool:
    return cell_kind(texts[0]) is CellKind.TEXT


def _is_footer(body: Body, line: int, texts: Sequence[str]) -> bool:
    """Return whether a line below the last row has next to nothing of a row, or stands apart from the rows."""
    if len(texts) * _HARDLY <= body.usual or len(texts) == 1:
        return True
    return _after_gap(body, line) and body.lack(line) >= _MOSTLY


def _after_gap(body: Body, line: int) -> bool:
    """Return whether a blank line stands between a line and the last full row above it."""
    while line and body.count(line) and body.lack(line) >= _MOSTLY:
        line -= 1
    return not body.count(line)


def _is_section(body: Body, line: int) -> bool:
    """Return whether a line's only cell heads the rows below: it comes first or has words, and rows fill more cells."""
    only = next(at for at, filled in enumerate(body.filled_in(line)) if filled)
    return (not only or body.profile.kinds[only] is not CellKind.NUMBER) and body.usual >= 3  # noqa: PLR2004
