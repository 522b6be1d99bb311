"""Which parts of a source a report names for a cell."""

from __future__ import annotations

from collections.abc import Iterable

from meguro_opendata.findings import Block

__all__ = ["holders"]


def holders(blocks: Iterable[Block], sheet: str | None, row: int, column: int) -> list[Block]:
    """Return the blocks that hold a cell."""
    return [
        block
        for block in blocks
        if block.sheet == sheet
        and block.first_row <= row <= block.last_row
        and block.first_column <= column <= block.last_column
    ]
