"""What a release is made from, by name and checksum: whether it is still up to date is told without its recipe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from meguro_opendata.files.whole import files_of_series, inside, sha256, storage_guard

if TYPE_CHECKING:
    from meguro_opendata.recipe import Recipe

__all__ = ["SourceStamp", "is_current", "source_stamp"]


@dataclass(frozen=True)
class SourceStamp:
    """What a release is made from.

    Attributes:
        made_of: ``files``: each file beside the recipe by what it is (``recipe``, ``source``, ``schema``, …);
            and of a series its ``pattern`` and the names that are left out, so that a new file is seen.
        made_from: The checksum of each file that is there, by what it is.
    """

    made_of: Mapping[str, Any]
    made_from: Mapping[str, str]

    def to_dict(self) -> dict[str, Any]:
        """As a release's description has it."""
        return {"mo:made_of": dict(self.made_of), "mo:made_from": dict(self.made_from)}


def source_stamp(recipe: Recipe, register: bytes | None = None) -> SourceStamp:
    """The stamp of a release that is made now.

    Args:
        recipe: The recipe.
        register: The register of IDs as it will be; default as it is.

    Raises:
        StorageError: If a file cannot be read.
    """
    made_of = _made_of(recipe)
    made_from = _checksums(recipe.path.parent, made_of)
    return SourceStamp(made_of, made_from if register is None else {**made_from, "ids": sha256(register)})


def is_current(descriptor: Mapping[str, Any], folder: Path) -> bool:
    """Whether a release is still what its recipe and sources would give; one without a stamp is not known to be.

    Args:
        descriptor: The release's description.
        folder: Where its recipe lies.

    Raises:
        StorageError: If a file cannot be read.
    """
    made_of = descriptor.get("mo:made_of")
    return made_of is not None and _checksums(folder, made_of) == descriptor.get("mo:made_from")


def _made_of(recipe: Recipe) -> dict[str, Any]:
    beside = {
        "recipe": recipe.path,
        "schema": recipe.schema_path,
        "mapping": recipe.mapping_path,
        "earlier": recipe.earlier_path,
        "ids": recipe.register_path if recipe.ids is not None else None,
    }
    files = {kind: path.name for kind, path in beside.items() if path is not None}
    if recipe.source.series is not None:
        return {"files": files, "series": {"pattern": recipe.source.series, "without": recipe.left_out_of_series()}}
    sources = [path.name for path in recipe.source_files()]
    if recipe.sources is not None:
        return {"files": files | {f"source:{name}": name for name in sources}}
    return {"files": files | {"source": sources[0]}}


def _checksums(folder: Path, made_of: Mapping[str, Any]) -> dict[str, str]:
    files, series = dict(made_of["files"]), made_of.get("series")
    if series is not None:
        files |= {f"source:{name}": name for name in files_of_series(folder, series["pattern"], series["without"])}
    paths = {kind: inside(folder, name) for kind, name in files.items()}
    with storage_guard(folder):
        return {kind: sha256(path.read_bytes()) for kind, path in paths.items() if path.is_file()}
