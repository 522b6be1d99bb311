"""How much of the national list is published, kind by kind, and why the rest is not (``coverage.yaml``)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from meguro_opendata.errors import ConfigurationError
from meguro_opendata.files.declarations import Declared, check, read_yaml, unknown
from meguro_opendata.kpi.counting import Current
from meguro_opendata.kpi.exact import percentage
from meguro_opendata.standard.model import standards
from meguro_opendata.workspace.city import Workspace

__all__ = ["Kind", "kinds_of", "open_obstacles", "share_published"]

FILE_NAME = "coverage.yaml"
Filled = Annotated[str, Field(min_length=1)]


class Obstacle(Declared):
    """Why a kind is not published: ``blocked`` (by whom, or by what) or ``no_data``."""

    status: Literal["blocked", "no_data"]
    by: Filled | None = None
    reason: Filled

    @model_validator(mode="after")
    def _by_whom(self) -> Self:
        if (self.status == "blocked") == (self.by is None):
            raise ValueError("blocked-by-whom")
        return self


class _File(Declared):
    source: Filled
    standards: dict[str, Obstacle]


@dataclass(frozen=True)
class Kind:
    """One kind of the national list.

    Attributes:
        state: ``published``, ``planned``, ``blocked``, ``no_data`` or ``undecided``.
        by: Who or what blocks it.
        reason: In the city's own words.
        datasets: Those that are published in this form.
        lines: The lines of their newest events.
        planned: Whether the city plans it.
    """

    id: str
    title: str
    state: str
    by: str = ""
    reason: str = ""
    datasets: tuple[str, ...] = ()
    lines: tuple[int, ...] = ()
    planned: bool = False


def open_obstacles(workspace: Workspace) -> dict[str, Obstacle]:
    """Return the kinds that the city cannot publish, by the standard's id; none if the workspace has no such file.

    Raises:
        ConfigurationError: If the file has faults.
    """
    path = workspace.root / FILE_NAME
    if not path.is_file():
        return {}
    obstacles = check(path, read_yaml(path), _File).standards
    known = [standard.id for standard in standards() if standard.number]
    faults = [unknown(f"standards.{name}", "standard-unknown", name, known) for name in obstacles if name not in known]
    if faults:
        raise ConfigurationError(path, faults)
    return obstacles


def kinds_of(workspace: Workspace, current: Sequence[Current]) -> list[Kind]:
    """Every kind of the national list with its state; what is published counts as that, whatever was said of it."""
    obstacles = open_obstacles(workspace)
    planned = workspace.city.planned_standards
    return [
        _kind(standard.id, standard.title, current, obstacles.get(standard.id), planned)
        for standard in standards()
        if standard.number
    ]


def share_published(kinds: Collection[Kind]) -> float | None:
    """Return the share, in percent, of the kinds for which the city has data; ``None`` without any."""
    counted = [kind for kind in kinds if kind.state != "no_data"]
    if not counted:
        return None
    return percentage(sum(kind.state == "published" for kind in counted), len(counted))


def _kind(
    name: str, title: str, current: Sequence[Current], obstacle: Obstacle | None, planned: Collection[str]
) -> Kind:
    found = [one for one in current if (one.newest.standard or "").partition("@")[0] == name]
    wanted = name in planned
    if found:
        datasets, lines = tuple(one.dataset for one in found), tuple(one.line for one in found)
        return Kind(name, title, "published", datasets=datasets, lines=lines, planned=wanted)
    if wanted:
        return Kind(name, title, "planned", planned=True)
    if obstacle:
        return Kind(name, title, obstacle.status, obstacle.by or "", obstacle.reason)
    return Kind(name, title, "undecided")
