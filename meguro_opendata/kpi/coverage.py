"""The coverage of the national list, kind by kind, with the reason for each unpublished kind (``coverage.yaml``)."""

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
    """The reason for which a kind is not published.

    Attributes:
        status: ``blocked``, or ``no_data`` if the city has no such data.
        by: The office, law or circumstance that blocks it; required for ``blocked`` and refused otherwise.
        reason: The reason in the city's own words.
    """

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
    """One kind of the national list with its state in the city.

    Attributes:
        id: The standard's id.
        title: The standard's title.
        state: ``published``, ``planned``, ``blocked``, ``no_data`` or ``undecided``.
        by: The office, law or circumstance that blocks it; empty unless ``blocked``.
        reason: The reason in the city's own words; empty unless ``blocked`` or ``no_data``.
        datasets: The published datasets of this standard.
        lines: The ledger lines of their newest events.
        planned: Whether the city plans to publish it.
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
    """Return the reasons for which kinds are not published, by the standard's id; empty without ``coverage.yaml``.

    Raises:
        ConfigurationError: If the file has faults.
    """
    path = workspace.root / FILE_NAME
    if not path.is_file():
        return {}
    obstacles = check(path, read_yaml(path), _File).standards
    # Only numbered standards are on the national list; the others (such as gtfs_jp) have no place in its coverage.
    known = [standard.id for standard in standards() if standard.number]
    faults = [unknown(f"standards.{name}", "standard-unknown", name, known) for name in obstacles if name not in known]
    if faults:
        raise ConfigurationError(path, faults)
    return obstacles


def kinds_of(workspace: Workspace, current: Sequence[Current]) -> list[Kind]:
    """Return every kind of the national list with its state.

    A published kind is ``published`` even if ``coverage.yaml`` gives a reason against it, since the ledger is newer.
    """
    obstacles = open_obstacles(workspace)
    planned = workspace.city.planned_standards
    return [
        _kind(standard.id, standard.title, current, obstacles.get(standard.id), planned)
        for standard in standards()
        if standard.number
    ]


def share_published(kinds: Collection[Kind]) -> float | None:
    """Return the share, in percent, of published kinds among those of which the city has data; ``None`` without any."""
    # A kind of which the city has no data can never be published, and would keep the share below 100 for ever.
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
