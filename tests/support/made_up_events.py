"""Events of files and the figures that come of them, for tests of counting."""

from __future__ import annotations

from datetime import date
from typing import Any

from meguro_opendata import kpi
from meguro_opendata.ledger import Event, append_events
from meguro_opendata.workspace.city import Workspace

__all__ = ["figure", "publish"]

_LATER = date(2030, 1, 1)


def publish(workspace: Workspace, day: str, dataset: str, *files: str, **changed: Any) -> None:
    """Enter events of files, at noon of a day or at a time."""
    values: dict[str, Any] = {
        "event": "publish",
        "portal": "ward",
        "standard": None,
        "department": "情報政策課",
        "rows": 1,
        "sha256": "",
        "frequency": "毎月",
        "theme": "防災",
    }
    values |= {"time": day if "T" in day else f"{day}T12:00:00+09:00", "dataset": dataset, **changed}
    append_events(workspace.ledger, [Event(**{"resource": file, **values}) for file in files])


def figure(workspace: Workspace, name: str, year: int = 2025, as_of: str | None = None) -> kpi.Indicator:
    """Return one figure of a year as of a day, by default some years later."""
    day = date.fromisoformat(as_of) if as_of else _LATER
    return next(found for found in kpi.indicators(workspace, year, day) if found.id == name)
