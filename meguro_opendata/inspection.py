"""What a file really is: container, encoding, sheet, header, and the standard that it probably follows."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from meguro_opendata.errors import SourceError
from meguro_opendata.recognition import SURE, Match, known_labels, recognise
from meguro_opendata.sources import Grid, Table, container_of, propose_source, read_bytes

__all__ = ["INSPECTION_FORMAT", "Inspection", "inspect_file"]

INSPECTION_FORMAT = "meguro-opendata/inspection@1"
_ENDINGS = {
    ".csv": ("csv",),
    ".tsv": ("tsv",),
    ".txt": ("csv", "tsv"),
    ".xlsx": ("xlsx",),
    ".xlsm": ("xlsx",),
    ".xls": ("xls",),
    ".xlsb": ("xlsb",),
    ".ods": ("ods",),
    ".htm": ("html",),
    ".html": ("html",),
    ".pdf": ("pdf",),
    ".zip": ("zip",),
}
_OPEN_FORMS = ("csv", "tsv", "xlsx", "xls")


@dataclass(frozen=True)
class Inspection:
    """What was seen in a file.

    Attributes:
        container: What it is by content.
        table: The table that it holds, ``None`` if it cannot be read.
        matches: The standards that its header may follow, best first.
        refusal: Why it cannot be read, ``None`` if it can.
    """

    file: str
    container: str
    table: Table | None
    matches: tuple[Match, ...]
    refusal: SourceError | None

    @property
    def grid(self) -> Grid | None:
        """The cells of the sheet or file that the table was cut from."""
        return self.table.grid if self.table else None

    @property
    def extension_matches(self) -> bool:
        """Whether the file's name says what the file is."""
        return self.container in _ENDINGS.get(Path(self.file).suffix.lower(), ())

    @property
    def standard(self) -> Match | None:
        """The standard that the header surely follows."""
        return self.matches[0] if self.matches and self.matches[0].score >= SURE else None

    @property
    def exit_code(self) -> int:
        """0 if the file can be read, else that of the refusal."""
        return self.refusal.exit_code if self.refusal else 0

    def to_dict(self, lang: str = "ja") -> dict[str, Any]:
        """The inspection as the JSON of ``inspection@1``."""
        best = self.matches[0] if self.matches else None
        return {
            "format": INSPECTION_FORMAT,
            "file": self.file,
            "container": self.container,
            "extension_matches": self.extension_matches,
            "encoding": self.grid.encoding if self.grid else None,
            "newline": self.grid.newline if self.grid else None,
            "sheets": list(self.grid.sheets) if self.grid else [],
            "sheet": self.grid.sheet if self.grid else None,
            "header_row": self.table.header_row if self.table else None,
            "rows": self.table.frame.height if self.table else 0,
            "columns": list(self.table.labels) if self.table else [],
            "standard": {"id": best.id, "version": best.version, "score": best.score} if best else None,
            "machine_readability": list(self._machine_readability()),
            "refusal": self.refusal.text(lang) if self.refusal else None,
        }

    def _machine_readability(self) -> Iterator[dict[str, Any]]:
        """The fifteen items; ``ok`` is null for those that this version does not judge."""
        judged: dict[str, tuple[bool, list[str]]] = {"1-1": (self.container in _OPEN_FORMS, [])}
        if self.grid is not None:
            merged = [self._range(*corners) for corners in self.grid.merged]
            judged["1-4"] = (not merged, merged)
        for item in machine_readability_items():
            ok, cells = judged.get(item["id"], (None, []))
            yield {"item": item["id"], "ok": ok, "count": len(cells), "cells": cells}

    @staticmethod
    def _range(first: tuple[int, int], last: tuple[int, int]) -> str:
        from meguro_opendata.sources import column_letter

        return ":".join(f"{column_letter(column)}{row + 1}" for row, column in (first, last))


@cache
def machine_readability_items() -> tuple[dict[str, str], ...]:
    """The fifteen questions of the national rule, in both languages."""
    text = resources.files(__package__).joinpath("machine_readability.toml").read_text(encoding="utf-8")
    return tuple(tomllib.loads(text)["item"])


def inspect_file(path: Path | str) -> Inspection:
    """Look at a file and say what it is; a file that cannot be read is described as far as possible.

    Raises:
        SourceError: If there is no such file, or it cannot be opened at all.
    """
    file = Path(path)
    try:
        raw = read_bytes(file)
    except SourceError as refusal:
        if refusal.code != "file-empty":
            raise
        return Inspection(str(path), "unknown", None, (), refusal)
    container = container_of(raw)
    try:
        table = propose_source(file, known_labels(), keep_all=False)
    except SourceError as refusal:
        named = "encrypted" if refusal.code == "workbook-encrypted" else container
        return Inspection(str(path), "unknown" if named == "text" else named, None, (), refusal)
    return Inspection(str(path), table.grid.container, table, tuple(recognise(table.labels)), None)
