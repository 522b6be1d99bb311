"""The grids, gazetteers and boundary that a workspace declares: whether this user has loaded them, and loading them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import checksum
from meguro_opendata.geo.datum.gridlist import added_checksums
from meguro_opendata.geo.places.gazetteer.index import imported_checksums
from meguro_opendata.japan.municipalities import home_of
from meguro_opendata.workspace.city import Workspace

__all__ = ["PLACES_FORMAT", "PlaceFile", "load_place_files", "place_files", "require_place_files"]

PLACES_FORMAT = "meguro-opendata/places@1"


@dataclass(frozen=True)
class PlaceFile:
    """A file of places that belongs to a workspace.

    Attributes:
        kind: ``grid``, ``addresses`` or ``boundary``.
        name: Its path in the workspace.
        state: ``absent`` if the file is not there, ``loaded`` if this user has it as it is now, else ``waiting``.
    """

    kind: str
    name: str
    path: Path
    state: str

    def to_dict(self) -> dict[str, Any]:
        """Return an entry of the JSON of ``places@1``."""
        return {"kind": self.kind, "file": self.name, "state": self.state}


def place_files(workspace: Workspace) -> list[PlaceFile]:
    """Return the files that ``opendata.toml`` declares under ``[places]``, in their declared order.

    Raises:
        SourceError: If one cannot be read.
    """
    return [
        PlaceFile(kind, name, path, _state(kind, path, workspace))
        for kind, name in _declared(workspace)
        for path in [workspace.root.joinpath(*name.split("/"))]
    ]


def require_place_files(workspace: Workspace) -> None:
    """Refuse to go on without the places that a workspace declares.

    Raises:
        MeguroOpendataError: Naming those that are absent, or that this user has not loaded.
    """
    found = place_files(workspace)
    _refuse_absent(found, workspace)
    waiting = [one.name for one in found if one.state == "waiting"]
    if waiting:
        raise MeguroOpendataError("places-waiting", files=waiting)


def load_place_files(workspace: Workspace) -> list[PlaceFile]:
    """Load what a workspace declares and this user does not have yet; the files as they are then.

    Raises:
        MeguroOpendataError: If one is absent, before anything is loaded, or cannot be used.
    """
    found = place_files(workspace)
    _refuse_absent(found, workspace)
    for one in found:
        if one.state == "waiting":
            _load(one, workspace)
    return place_files(workspace)


def _refuse_absent(found: Iterable[PlaceFile], workspace: Workspace) -> None:
    absent = [one.name for one in found if one.state == "absent"]
    if absent:
        raise MeguroOpendataError("places-absent", files=absent, folder=workspace.root)


def _declared(workspace: Workspace) -> Iterator[tuple[str, str]]:
    places = workspace.places
    yield from (("grid", name) for name in places.grids)
    yield from (("addresses", name) for name in places.addresses)
    if places.boundary is not None:
        yield "boundary", places.boundary.file


def _state(kind: str, path: Path, workspace: Workspace) -> str:
    if not path.is_file():
        return "absent"
    if kind == "boundary":
        from meguro_opendata.geo.places.boundary import boundary_of, source_checksum

        kept = boundary_of(workspace.city.code)
        return "loaded" if kept is not None and kept.source == source_checksum(path) else "waiting"
    held = added_checksums() if kind == "grid" else imported_checksums()
    return "loaded" if checksum(path) in held else "waiting"


def _load(one: PlaceFile, workspace: Workspace) -> None:
    if one.kind == "grid":
        from meguro_opendata.geo.datum.grids import add_grid

        add_grid(one.path)
    elif one.kind == "addresses":
        from meguro_opendata.geo.places.gazetteer.importing import import_addresses

        import_addresses(one.path)
    else:
        _load_boundary(one.path, workspace)


def _load_boundary(path: Path, workspace: Workspace) -> None:
    from meguro_opendata.geo.gis.words import LayerWords
    from meguro_opendata.geo.places.boundary import boundary_of, import_boundary, source_checksum

    said = workspace.places.boundary
    words = LayerWords(said.layer, said.crs, said.encoding) if said else None
    import_boundary(path, home_of(workspace.city.code), words)
    kept = boundary_of(workspace.city.code)
    if kept is None or kept.source != source_checksum(path):
        raise MeguroOpendataError("places-other-city", file=path, city=workspace.city.full_name)
