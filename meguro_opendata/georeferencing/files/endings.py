"""The name of a file to write says its format: what a command does not write is refused before anything is done."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from meguro_opendata.errors import SourceError

__all__ = ["refuse_ending"]


def refuse_ending(out: Path, endings: Sequence[str]) -> None:
    """Refuse a name whose ending is none of these.

    Raises:
        SourceError: If it is another one, such as ``.gpkg`` where only a CSV is written.

    >>> refuse_ending(Path("表.CSV"), [".csv"])
    """
    if out.suffix.lower() not in endings:
        raise SourceError("out-ending", file=out, endings=list(endings))
