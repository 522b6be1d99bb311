"""The recipe's words for parts of a source: skipped rows, and blocks that are read or left out."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from meguro_opendata.errors import Fault
from meguro_opendata.files.declarations import Declared, scalar
from meguro_opendata.findings import Block
from meguro_opendata.recipe.sourcewords import FileSettings, Filled
from meguro_opendata.sources import Grid, column_letter

__all__ = ["NamedBlock", "SkippedRow", "block_faults", "block_line", "left_out", "row_faults"]

# Seven digits hold the last row of a worksheet (1,048,576), three letters its last column (XFD).
_LINES = re.compile("([1-9][0-9]{0,6})(?:(-)([1-9][0-9]{0,6})?)?")
_LETTERS = re.compile("([A-Z]{1,3})(?:-([A-Z]{1,3}))?")
_ALPHABET = 26
_BEGINNING = 20  # characters that identify a block again: enough for its heading, short enough to stay on one line


class SkippedRow(Declared):
    """A row of the source that is no record, with its file and sheet where there are several."""

    row: int = Field(ge=1)
    reason: Filled
    file: str | None = None
    sheet: Filled | None = None


def _as_text(value: object) -> object:
    # YAML reads `rows: 5` as a number. A truth value is an int in Python, too, and is not a line.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _is_lines(text: str) -> str:
    found = _LINES.fullmatch(text)
    if not found or (found[3] and int(found[3]) < int(found[1])):
        raise ValueError("block-rows")
    return text


def _is_letters(text: str) -> str:
    found = _LETTERS.fullmatch(text)
    if not found or (found[2] and _number(found[2]) < _number(found[1])):
        raise ValueError("block-columns")
    return text


def _number(letters: str) -> int:
    """Return the number of a column, counted from 0.

    >>> _number("A"), _number("AB")
    (0, 27)
    """
    number = 0
    for letter in letters:
        number = number * _ALPHABET + ord(letter) - ord("A") + 1
    return number - 1


class NamedBlock(Declared):
    """A part of a source that is read, or left out for a reason.

    Attributes:
        file: The file, if the recipe has several.
        sheet: The sheet; without it the block is a part of every sheet.
        rows: The lines of the block, as ``5-60`` or ``5-``; all lines if missing.
        columns: The columns of the block, as ``B`` or ``B-D``; all columns if missing.
        begins: The beginning of its first line's text. If the text is not there, the recipe does not fit the file.
        read: Whether the block is read.
        reason: The reason for leaving the block out.
    """

    file: str | None = None
    sheet: Filled | None = None
    rows: Annotated[str, BeforeValidator(_as_text), AfterValidator(_is_lines)] | None = None
    columns: Annotated[str, AfterValidator(_is_letters)] | None = None
    begins: Filled | None = None
    read: bool
    reason: Filled | None = None

    @model_validator(mode="after")
    def _with_reason(self) -> Self:
        # Nothing is lost in silence: leaving out data takes a reason that readers of the release can see.
        if not self.read and self.reason is None:
            raise ValueError("block-without-reason")
        if self.begins is not None and self.rows is None:
            raise ValueError("block-begins-without-rows")
        if self.read and (self.rows is None or self.columns is not None):
            raise ValueError("block-read-rows")
        return self

    @property
    def lines(self) -> tuple[int, int | None]:
        """Return the first line, counted from 0, and the line after the last; ``None`` for a block without end.

        >>> NamedBlock(read=True, rows="5-60").lines, NamedBlock(read=True, rows="5-").lines
        ((4, 60), (4, None))
        """
        found = _LINES.fullmatch(self.rows or "1-")
        if found is None:
            raise AssertionError(self.rows)
        if found[2] is None:
            return int(found[1]) - 1, int(found[1])
        return int(found[1]) - 1, int(found[3]) if found[3] else None

    @property
    def letters(self) -> tuple[int, int] | None:
        """Return the first and last column, counted from 0; ``None`` for a block of all columns."""
        found = _LETTERS.fullmatch(self.columns or "")
        return (_number(found[1]), _number(found[2] or found[1])) if found else None

    @property
    def is_whole_sheet(self) -> bool:
        """Return whether the block is a whole sheet."""
        return self.rows is None and self.columns is None

    def is_of(self, file: str, sheet: str | None) -> bool:
        """Return whether the block is a part of a sheet; a block without file or sheet belongs to each of them."""
        return self.file in (None, file) and (self.sheet is None or self.sheet == sheet)


def row_faults(
    rows: Sequence[SkippedRow], sources: Mapping[str | None, Sequence[FileSettings]], *, several: bool
) -> Iterator[Fault]:
    """Yield the faults of the skipped rows.

    Args:
        rows: The skipped rows.
        sources: By file name, the settings with which the file is read; under ``None`` those of a single file.
        several: Whether each row has to name its file.
    """
    seen: set[tuple[str | None, str | None, int]] = set()
    for number, skipped in enumerate(rows):
        shown: dict[str, object] = {"value": skipped.row}
        key = (skipped.file, skipped.sheet, skipped.row)
        if key in seen:
            yield Fault(f"skip_rows.{number}.row", "row-twice", shown)
        seen.add(key)
        ways = sources.get(skipped.file, ())
        # A row of the header is no record anyway; naming it shows that the header row was meant to be another one.
        if skipped.row <= max((way.header_row for way in ways if skipped.sheet in (None, *_sheets(way))), default=0):
            yield Fault(f"skip_rows.{number}.row", "row-in-header", shown)
        if several != (skipped.file is not None):
            yield Fault(f"skip_rows.{number}.file", "skip-row-file", shown)
        elif skipped.sheet is None and _has_several_sheets(ways):
            known = [name for way in ways for name in _sheets(way)]
            yield Fault(f"skip_rows.{number}.sheet", "skip-row-sheet", {"value": skipped.row, "known": known})


def _sheets(way: FileSettings) -> tuple[str, ...]:
    if way.sheets is None:
        return () if way.sheet is None else (way.sheet,)
    return (way.sheets,) if isinstance(way.sheets, str) else way.sheets


def _has_several_sheets(ways: Iterable[FileSettings]) -> bool:
    names = {name for way in ways for name in _sheets(way)}
    return len(names) > 1 or "*" in names


def block_faults(blocks: Sequence[NamedBlock], files: Sequence[str]) -> Iterator[Fault]:
    """Yield the faults of the blocks; ``files`` are the files of a recipe with several, else empty."""
    for number, block in enumerate(blocks):
        if block.file is not None and block.file not in files:
            yield Fault(f"blocks.{number}.file", "block-file-unknown", {"value": block.file, "known": list(files)})
        if block in blocks[:number]:
            yield Fault(f"blocks.{number}", "block-twice", {"value": block.rows or block.sheet or block.columns or ""})


def left_out(block: Block, grid: Grid, reason: str, file: str | None = None) -> NamedBlock:
    """Return the recipe's words that leave a block out.

    Args:
        block: The block; for one of another sheet the whole sheet is left out.
        grid: The cells of its sheet.
        reason: The reason, in words.
        file: The file, if the recipe has several.
    """
    words: dict[str, object] = {} if file is None else {"file": file}
    if block.sheet is not None:
        words["sheet"] = block.sheet
    if block.reason == "table-beside":
        letters = (column_letter(at - 1) for at in (block.first_column, block.last_column))
        words["columns"] = "-".join(dict.fromkeys(letters))
    elif block.reason != "other-sheet":
        # A block at the end of the sheet is left open, since next year's file may have more lines.
        words["rows"] = f"{block.first_row}-{'' if block.last_row >= grid.height else block.last_row}"
        text = " ".join(cell.strip() for cell in grid.record(block.first_row - 1) if cell.strip())
        words["begins"] = text[:_BEGINNING].strip()
    return NamedBlock.model_validate({**words, "read": False, "reason": reason})


def block_line(block: NamedBlock) -> str:
    """Return a block as a line of a recipe.

    >>> block_line(NamedBlock(sheet="一", rows="4-", read=False, reason="別の表"))
    '- {sheet: 一, rows: 4-, read: false, reason: 別の表}'
    """
    return f"- {scalar(block.model_dump(exclude_unset=True))}"
