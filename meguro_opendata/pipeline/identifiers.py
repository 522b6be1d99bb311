"""IDs of published rows, taken from the register beside the recipe or minted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from meguro_opendata.errors import ConfigurationError, Fault
from meguro_opendata.findings import Finding
from meguro_opendata.mapping import Mapped
from meguro_opendata.pipeline.reading import SourceTable
from meguro_opendata.recipe import Recipe
from meguro_opendata.recipe.identifiers import Assigned, Doubtful, Register, assign, read_register, register_bytes

__all__ = ["Identified", "Identifier", "open_identifier"]

# A renamed facility keeps its ID, which only has to be confirmed; every other doubt leaves a row without an ID.
_SEVERITIES = {"id-renamed": "info"}


@dataclass(frozen=True)
class Identified:
    """The rows of each source with their IDs, and the findings of each source on the IDs."""

    frames: tuple[pl.DataFrame, ...]
    findings: tuple[tuple[Finding, ...], ...]


class Identifier:
    """Assignment of IDs to one published table after another; keeps the new state of the register, and writes nothing.

    Attributes:
        minted: The number of new IDs.
    """

    def __init__(self, recipe: Recipe) -> None:
        if recipe.ids is None:
            raise TypeError(recipe.slug)
        self._path = recipe.path
        self._minting = recipe.ids.minting
        self._register: Register = read_register(recipe.register_path, self._minting)
        self.minted = 0

    @property
    def register(self) -> bytes:
        """Return the register with its new lines, as the bytes of its file."""
        return register_bytes(self._register, self._minting)

    def identify(
        self, sources: Sequence[SourceTable], mapped: Sequence[Mapped], frames: Sequence[pl.DataFrame]
    ) -> Identified:
        """Return the frames of one published table with the field of the IDs filled.

        Raises:
            ConfigurationError: If the mapping already fills that field.
        """
        self._refuse_mapped(mapped)
        # The rows of all sources at once: the same facility in two files must be found as a duplicate.
        every = pl.concat([frame.select(self._minting.match) for frame in frames])
        made: Assigned = assign(every.rows(), self._register, self._minting.form)
        self._register, self.minted = made.register, self.minted + made.minted
        places = [(part, at) for part, frame in enumerate(frames) for at in range(frame.height)]
        findings: list[list[Finding]] = [[] for _ in frames]
        for doubt in made.doubtful:
            part, _ = places[doubt.position]
            findings[part].append(self._finding(doubt, sources, mapped[part], places))
        return Identified(tuple(self._filled(frames, made.ids)), tuple(map(tuple, findings)))

    def _refuse_mapped(self, mapped: Sequence[Mapped]) -> None:
        field = self._minting.field
        if any(part.origins.get(field) is not None for part in mapped):
            raise ConfigurationError(self._path, [Fault("ids.field", "ids-field-mapped", {"value": field})])

    def _filled(self, frames: Sequence[pl.DataFrame], ids: Sequence[str]) -> Iterator[pl.DataFrame]:
        start = 0
        for frame in frames:
            own = pl.Series(self._minting.field, ids[start : start + frame.height], dtype=pl.String)
            yield frame.with_columns(own)
            start += frame.height

    def _finding(
        self, doubt: Doubtful, sources: Sequence[SourceTable], mapped: Mapped, places: Sequence[tuple[int, int]]
    ) -> Finding:
        part, at = places[doubt.position]
        source = sources[part]
        column = next((name for field in self._minting.match if (name := mapped.origins.get(field))), None)
        params = dict(doubt.params)
        first = params.get("first")
        if isinstance(first, int):
            params["first"] = _row_name(sources, places[first], part)
        more: dict[str, Any] = {"field": self._minting.field, "params": {**params, "match": list(self._minting.match)}}
        severity = _SEVERITIES.get(doubt.code, "error")
        if column is None:
            return Finding(doubt.code, severity, row=source.table.rows[at], **more)
        return replace(source.table.cell_finding(doubt.code, severity, at, column), **more)


def open_identifier(recipe: Recipe) -> Identifier | None:
    """Return the identifier of a recipe's rows, ``None`` if the recipe has no register."""
    return Identifier(recipe) if recipe.ids is not None else None


def _row_name(sources: Sequence[SourceTable], place: tuple[int, int], part: int) -> str:
    """Return the number of a row, with the name of its file if that is another file."""
    row = str(sources[place[0]].table.rows[place[1]])
    return row if place[0] == part else f"{sources[place[0]].name} {row}"
