"""From bytes to a ``Table``: true container, encoding, sheet, header row; each cell keeps its address."""

from __future__ import annotations

from meguro_opendata.sources.container import container_at, container_of, read_bytes
from meguro_opendata.sources.opening import propose_source, read_grid, read_source
from meguro_opendata.sources.structure import structure_findings
from meguro_opendata.sources.table import Grid, Table, column_letter

__all__ = [
    "Grid",
    "Table",
    "column_letter",
    "container_at",
    "container_of",
    "propose_source",
    "read_bytes",
    "read_grid",
    "read_source",
    "structure_findings",
]
