"""Where a table's header is, told from the shape of its lines, and how sure that is.

Every line near the top is tried as the lowest header line. A good header names every column that the rows below fill,
no two alike; its cells look like labels, those above columns of numbers or dates do not look like their values; the
row below it does; and no row stands above it. The weights were set on 186 real tables with an established truth,
on which the best header is right and leads the second by more than :data:`SURE_LEAD`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from meguro_opendata.sources.blocks.cellkinds import CellKind, cell_kind, is_aside, is_unit
from meguro_opendata.sources.blocks.head import Head, Profile
from meguro_opendata.sources.blocks.naming import carried, joined_names

__all__ = ["SURE_LEAD", "Header", "confidence", "find_headers", "is_sure"]

SURE_LEAD = 0.5
_LEAST_SURE = 2.0
_SEARCHED = 80  # lines tried: the longest preamble met in a real file has 14
_AFTER = 12  # rows below a good header after which no other is looked for
_LINKDATA = "#property"  # the header line of LinkData's form, whose other lines with # in front are no rows
_MOST_LEVELS = 6
_WEIGHTS = {"coverage": 1.0, "distinct": 0.5, "labels": 0.7, "contrast": 0.6, "body": 0.8}
_LOST_ROW, _MOST_LOST = 0.35, 1.5  # what each row above the header costs
_APART = 4  # columns of a table above whose first and last a title and its office stand
_NEEDLESS = 0.4  # what a lowest line costs that adds nothing to the names
_ONE_WORD = 0.3  # how much a single differing cell of the first row counts
_GAIN = 0.02  # of coverage and distinctness, for a line to be needed


@dataclass(frozen=True)
class Header:
    """A header that a sheet may have.

    Attributes:
        top: Its first line, counted from 0.
        low: Its lowest line.
        score: How good it is; at most 3.6.
    """

    top: int
    low: int
    score: float


@dataclass(frozen=True)
class _Contrast:
    """How a line compares with the rows below it: cells of the rows' kinds, of other kinds, and cells left blank."""

    alike: float
    other: float
    missing: float
    units: bool

    @property
    def is_one_word(self) -> bool:
        """Return whether a full line differs in a single cell, which may be a word among values as well as a label."""
        return self.alike + self.other <= 1 and self.missing < 0.5 and not self.units  # noqa: PLR2004

    @property
    def lead(self) -> float:
        """Return -1 (a row like the others) to 1 (labels above values); 0 where no column has its own kind."""
        told = self.alike + self.other
        return (self.other - self.alike) / told if told else 0.0

    @property
    def of_body(self) -> float:
        """Return, from -1 to 1, how closely a line resembles the rows."""
        told = self.alike + self.other
        differing = self.other / told if told else 0.0
        return 1 - (_ONE_WORD * differing if self.is_one_word else differing) - self.missing


def find_headers(head: Head) -> list[Header]:
    """Return the headers that a sheet may have, best first.

    A sheet whose lines have at most one cell each has its first filled line as header, with a score of 0.
    """
    if all(count < 2 for count in head.filled):  # noqa: PLR2004 (one cell a line is no table)
        first = next((at for at, count in enumerate(head.filled) if count), None)
        return [] if first is None else [Header(first, first, 0.0)]
    if not any(head.rows_from[line + 1] for line, count in enumerate(head.filled) if count > 1):
        return [Header(at, at, 0.0) for at, count in enumerate(head.filled) if count > 1][:1]
    declared = next((at for at, line in enumerate(head.lines) if line[0].strip().lower() == _LINKDATA), None)
    if declared is not None:
        return [Header(declared, declared, sum(_WEIGHTS.values()))]
    return sorted(_tried(head), key=lambda header: (-header.score, header.low))


def confidence(headers: Sequence[Header]) -> float:
    """Return from 0 to 1 how sure the first of some headers is: its lead over the second, as a share of a clear one.

    >>> confidence([Header(0, 0, 3.6), Header(0, 1, 1.9)]), confidence([Header(0, 0, 2.7), Header(1, 1, 2.6)])
    (1.0, 0.1)
    """
    if not headers or headers[0].score < _LEAST_SURE:
        return 0.0
    lead = headers[0].score - headers[1].score if len(headers) > 1 else 2 * SURE_LEAD
    return round(min(lead / (2 * SURE_LEAD), 1.0), 2)


def is_sure(headers: Sequence[Header]) -> bool:
    """Return whether the first of some headers, best first, leads the others clearly and is good by itself."""
    return confidence(headers) >= 0.5  # noqa: PLR2004 (a lead of SURE_LEAD)


def _tried(head: Head) -> Iterator[Header]:
    best, rows = None, 0
    for low in range(min(len(head.lines), _SEARCHED)):
        rows += head.filled[low] * 2 > head.usual_width
        if best is not None and rows - best[1] > _AFTER:
            return
        header = _try(head, low)
        if header is None:
            continue
        yield header
        if best is None or header.score > best[0].score:
            best = header, rows


def _try(head: Head, low: int) -> Header | None:
    if head.filled[low] < 2 or not head.rows_from[low + 1] or _is_title(head, low):  # noqa: PLR2004
        return None
    trial = _Trial.of(head, low)
    top = trial.top()
    return Header(top, low, trial.score(top))


def _is_title(head: Head, line: int) -> bool:
    """Return whether a line is one cell that is merged over several columns, and none reaches into it from above."""
    reached = any(top < line <= bottom for (top, _), (bottom, _) in head.merged)
    return not reached and sum(bool(text.strip()) for text in head.lines[line]) == 1


@dataclass(frozen=True)
class _Trial:
    """One line tried as the lowest line of a header."""

    head: Head
    low: int
    profile: Profile
    columns: tuple[int, ...]

    @classmethod
    def of(cls, head: Head, low: int) -> _Trial:
        profile = head.profile(low + 1)
        used = (c for c in range(head.width) if profile.fill[c] or head.kinds[low][c])
        return cls(head, low, profile, tuple(used))

    def contrast(self, line: int) -> _Contrast:
        """Compare a line with the rows below the header."""
        kinds, alike, other = self.head.kinds[line], 0.0, 0.0
        for column in self.profile.typed:
            kind, usual = kinds[column], self.profile.kinds[column]
            if kind in (usual, CellKind.MARK) and kind:
                alike += 1
            elif kind is CellKind.TEXT:
                other += 1
            elif kind:
                other += 0 if _is_code(kind) and _is_code(usual) else 0.3
        always = self.profile.always
        blank = sum(not kinds[column] for column in always)
        missing = blank / len(always) if always else 0.0
        return _Contrast(alike, other, missing, self._has_units(line))

    def _has_units(self, line: int) -> bool:
        """Return whether all words of a line above columns of values are units."""
        texts = [self.head.spread[line][column] for column in self.profile.typed]
        return all(is_unit(text) for text in texts if text.strip())

    def names(self, top: int, low: int) -> tuple[float, float]:
        """Share of the filled cells below that have a name, and share of the names that are distinct."""
        lines = carried(self.head.spread[top : low + 1], self.columns)
        names = joined_names(lines, self.columns)
        total = sum(self.profile.fill[column] for column in self.columns) or 1.0
        named = sum(self.profile.fill[column] for column, name in zip(self.columns, names, strict=True) if name)
        given = [name for name in names if name]
        return named / total, len(set(given)) / len(given) if given else 0.0

    def gain(self, less: tuple[int, int], more: tuple[int, int]) -> float:
        """Return how much better the names of some lines are than those of fewer."""
        (covered, distinct), (more_covered, more_distinct) = self.names(*less), self.names(*more)
        return more_covered - covered + (more_distinct - distinct) / 2

    def top(self) -> int:
        """Return the highest line of the header: one that groups or names columns and has no gap below it."""
        top = line = self.low
        while line and self.low - line < _MOST_LEVELS - 1 and self.head.filled[line - 1]:
            line -= 1
            verdict = self._belongs(line, top)
            if verdict is None:
                break
            top = line if verdict else top
        return top

    def _belongs(self, line: int, top: int) -> bool | None:
        """Return whether a line is one of the header; ``None`` if neither it nor any line above is."""
        if self._reaches_down(line):
            return True
        labels = self._label_texts(line)
        if not self._groups(line, labels):
            return False if labels and top - line < 2 and self._above_is_row(line) else None  # noqa: PLR2004
        needed = self.gain((top, self.low), (line, self.low)) > _GAIN
        return True if needed or (len(labels) > 1 and self._stands_out(line)) else None

    def _label_texts(self, line: int) -> list[str]:
        texts = (self.head.spread[line][column].strip() for column in self.columns)
        return [text for text in texts if text and not is_aside(text)]

    def _stands_out(self, line: int) -> bool:
        """Return whether a line has labels above columns of values."""
        contrast = self.contrast(line)
        return contrast.other >= 1 and contrast.other > 2 * contrast.alike

    def _reaches_down(self, line: int) -> bool:
        return any(top <= line < bottom <= self.low for (top, _), (bottom, _) in self.head.merged)

    def _groups(self, line: int, labels: Sequence[str]) -> bool:
        """Return whether a line has labels of more than one group, or of one that is not as wide as the table."""
        filled = sum(map(bool, self.head.kinds[line]))
        if not labels or self._is_title_beside(line) or len(labels) < 0.6 * filled:
            return False
        if len(set(labels)) > 1:
            return True
        one_cell = sum(bool(text.strip()) for text in self.head.lines[line]) < 2  # noqa: PLR2004
        return len(labels) < 0.9 * len(self.columns) and (not one_cell or self._merged_part(line))

    def _is_title_beside(self, line: int) -> bool:
        """Return whether a line is a title beside a unit, a day or an office, above columns with own labels."""
        cells = [at for at, text in enumerate(self.head.lines[line]) if text.strip()]
        if len(cells) != 2 or cells[0] != self.columns[0]:  # noqa: PLR2004
            return False
        own_label = self.head.lines[line + 1][cells[0]].strip()
        return bool(own_label) and self._is_beside_title(line, cells[1])

    def _is_beside_title(self, line: int, at: int) -> bool:
        """Return whether a line's second cell is a unit or a day, or is in the last of several columns."""
        merged = {left for (top, left), _ in self.head.merged if top == line}
        text = self.head.lines[line][at]
        apart = at == self.columns[-1] and len(self.columns) >= _APART and not merged
        return at not in merged and (apart or is_aside(text) or cell_kind(text) is CellKind.DATE)

    def _merged_part(self, line: int) -> bool:
        width = len(self.columns)
        spans = ((left, right) for (top, left), (bottom, right) in self.head.merged if top == line == bottom)
        return any(left < right and right - left + 1 < width for left, right in spans)

    def _above_is_row(self, line: int) -> bool:
        return line > 0 and self.head.filled[line - 1] > 1

    def score(self, top: int) -> float:
        """Return how good the header is."""
        coverage, distinct = self.names(top, self.low)
        measures = {
            "coverage": coverage,
            "distinct": distinct,
            "labels": self._labels(top),
            "contrast": self._lead(top),
            "body": self.contrast(self._first_row()).of_body,
        }
        lost = min(_LOST_ROW * sum(self._is_row(line) for line in range(top)), _MOST_LOST)
        return sum(_WEIGHTS[name] * value for name, value in measures.items()) - lost - self._needless(top)

    def _lead(self, top: int) -> float:
        """Return how much the lowest line differs from the rows; a single word below another label proves nothing."""
        contrast = self.contrast(self.low)
        if top < self.low and contrast.is_one_word and not self._adds_names(top):
            return 0.0
        return contrast.lead

    def _labels(self, top: int) -> float:
        """Return how much the header's cells look like labels, from 0 to 1."""
        lines = range(top, self.low + 1)
        cells = [(line, c) for line in lines for c in self.columns if self.head.lines[line][c].strip()]
        looks = (_look(self.head.kinds[line][c], self.head.lines[line][c]) for line, c in cells)
        return sum(looks) / len(cells) if cells else 0.0

    def _first_row(self) -> int:
        """Return the first line below that is wide enough to be a row."""
        enough = max(2, 0.3 * self.head.usual_width)
        below = [line for line in range(self.low + 1, len(self.head.lines)) if self.head.filled[line] > 1]
        return next((line for line in below if self.head.filled[line] >= enough), below[0])

    def _is_row(self, line: int) -> bool:
        return self.head.filled[line] >= max(2, self.head.usual_width / 2)

    def _needless(self, top: int) -> float:
        """Return the penalty for a lowest line that adds nothing to the names of the lines above."""
        if top == self.low or self._is_under_merged():
            return 0.0
        return 0.0 if self._adds_names(top) or self._labels_values() else _NEEDLESS

    def _adds_names(self, top: int) -> bool:
        return self.gain((top, self.low - 1), (top, self.low)) >= _GAIN

    def _is_under_merged(self) -> bool:
        return any(top < self.low <= bottom for (top, _), (bottom, _) in self.head.merged)

    def _labels_values(self) -> bool:
        """Return whether the lowest line has labels where the rows have values; a single such cell has to be a unit."""
        contrast = self.contrast(self.low)
        if contrast.other < 1 or contrast.other <= contrast.alike:
            return False
        return not contrast.is_one_word


def _is_code(kind: CellKind | None) -> bool:
    return kind in (CellKind.NUMBER, CellKind.CODE)


def _look(kind: CellKind, text: str) -> float:
    if kind is CellKind.TEXT:
        return 0.3 if is_aside(text) else 1.0
    return 0.5 if kind in (CellKind.NUMBER, CellKind.DATE) else 0.2
