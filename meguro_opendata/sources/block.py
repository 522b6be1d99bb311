"""``Block``: a part of a sheet with one role. Every visible cell that is not blank belongs to exactly one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

__all__ = ["Block", "Proposed", "Role"]

Role = Literal["table", "title", "note", "total", "other_table", "blank"]


@dataclass(frozen=True)
class Block:
    """A part of a sheet.

    Attributes:
        sheet: The sheet, ``None`` in a text file.
        first_row: Its first line, counted from 1 as Excel does; of a text file the record.
        last_row: Its last line.
        first_column: Its first column, counted from 1.
        last_column: Its last column.
        role: What it is.
        read: Whether its lines are among the rows that are read.
        reason: Why it is not read, or why its lines are set aside; a word of the messages.
    """

    sheet: str | None
    first_row: int
    last_row: int
    first_column: int
    last_column: int
    role: Role
    read: bool
    reason: str | None = None

    @property
    def height(self) -> int:
        """The number of its lines."""
        return self.last_row - self.first_row + 1

    def to_dict(self) -> dict[str, Any]:
        """Return the block as the JSON of ``inspection@1`` has it."""
        return {
            "sheet": self.sheet,
            "first_row": self.first_row,
            "last_row": self.last_row,
            "first_column": self.first_column,
            "last_column": self.last_column,
            "role": self.role,
            "read": self.read,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Proposed:
    """How a table was found.

    Attributes:
        title: The text above the table; empty if there is none.
        confidence: From 0 to 1, how much better its header is than the next.
        sure: Whether it is clearly better.
        second: Sheet and record number of the lowest line of the next best header, if there is one.
        blocks: All blocks of all visible sheets.
    """

    title: str
    confidence: float
    sure: bool
    second: tuple[str | None, int] | None
    blocks: tuple[Block, ...]
