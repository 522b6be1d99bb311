"""The parts of a source that were read and not read, as lines of text."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from meguro_opendata.findings import Block, Coverage, SheetUse
from meguro_opendata.messages import message, word
from meguro_opendata.sources import column_letter

__all__ = ["block_cells", "coverage_lines", "reason_text"]

_REASONS = frozenset({
    "blank", "note", "total", "header", "footer", "section", "unmatched", "legend", "beside", "caption", "table-beside",
    "table-above", "second-table", "other-sheet", "hidden-sheet", "blank-sheet", "own-sheet", "outside-blocks",
})  # fmt: skip
# Names in one line; a workbook with hundreds of hidden rows would fill the terminal. The rest is counted.
_SHOWN = 12


def reason_text(reason: str, lang: str) -> str:
    """Return the reason why a part was left out: a word of the program, or the recipe's own reason.

    >>> reason_text("total", "en"), reason_text("試験用の行", "en")
    ('Total', '試験用の行')
    """
    return word(reason, lang) if reason in _REASONS else reason


def coverage_lines(covered: Coverage, lang: str, *, listed: bool = True) -> Iterator[str]:
    """Yield the sheets that were read and each part that was not, for a source with more than the table.

    Args:
        covered: The parts of the source, read and not read.
        lang: The language of the lines.
        listed: Whether the lines between the rows (sums, sections, notes) are in a list of rejected rows already.
    """
    yield from _sheet_lines(covered.sheets, lang)
    read = {(sheet.file, sheet.name) for sheet in covered.sheets if sheet.read}
    parts = [block for block in covered.blocks if not covered.sheets or (block.file, block.sheet) in read]
    # ``rejected.csv`` has these lines one by one; a second list would repeat them.
    yield from _unread_lines([block for block in parts if not (listed and block.listed)], lang)
    if covered.rows_left_out and len(covered.sheets) > 1:
        yield message("rows-left-out-sheets", lang, count=covered.rows_left_out)
    elif covered.rows_left_out:
        yield message("rows-left-out", lang, count=covered.rows_left_out)


def _sheet_lines(sheets: Sequence[SheetUse], lang: str) -> Iterator[str]:
    yield from (_hidden_line(sheet, lang) for sheet in sheets if sheet.hidden_rows or sheet.hidden_columns)
    if len(sheets) > 1:
        yield message("sheets-read", lang, names=[_name(sheet) for sheet in sheets if sheet.read])
        for sheet in sheets:
            if not sheet.read:
                yield message("sheet-unread", lang, name=_name(sheet), reason=reason_text(sheet.reason or "", lang))


def _name(sheet: SheetUse) -> str:
    return f"{sheet.file} {sheet.name}" if sheet.file else sheet.name


def _hidden_line(sheet: SheetUse, lang: str) -> str:
    parts = []
    if sheet.hidden_rows:
        parts.append(f"{word('hidden-rows', lang)} {_some(map(str, sheet.hidden_rows), lang)}")
    if sheet.hidden_columns:
        parts.append(f"{word('hidden-columns', lang)} {_some(sheet.hidden_columns, lang)}")
    return message("hidden-read", lang, name=_name(sheet), parts=parts)


def _some(names: Iterable[str], lang: str) -> str:
    every = list(names)
    more = f" {message('and-more', lang, count=len(every) - _SHOWN)}" if len(every) > _SHOWN else ""
    return ", ".join(every[:_SHOWN]) + more


def _unread_lines(blocks: Iterable[Block], lang: str) -> Iterator[str]:
    """Yield each other table in a line, then the texts beside and above the table that was read in one line."""
    others: list[str] = []
    for block in blocks:
        if block.read or block.role == "blank":
            continue
        why = reason_text(block.reason or "", lang)
        if block.role == "other_table":
            yield message("block-unread", lang, where=block_cells(block), reason=why)
        else:
            others.append(f"{block_cells(block)} {why}")
    if others:
        yield message("parts-unread", lang, parts=_some(others, lang))


def block_cells(block: Block) -> str:
    """Return the cells of a block as Excel shows them, with its sheet.

    >>> block_cells(Block("一", 3, 9, 1, 28, "table", True))
    '一 A3:AB9'
    """
    first, last = column_letter(block.first_column - 1), column_letter(block.last_column - 1)
    cells = f"{first}{block.first_row}:{last}{block.last_row}"
    return " ".join(filter(None, (block.file, block.sheet, cells)))
