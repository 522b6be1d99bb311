"""What is published is read without the recipe that it was made by: rooms behind the release know nothing before it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from locations import ROOT

BEHIND = ("release", "portals", "publication", "catalog")
BEFORE = {"recipe", "sources", "cleaning", "pipeline"}
# The list may only shrink.
KNOWN = {"catalog/forms/openlist.py": {"sources"}}


def rooms_imported(path: Path) -> Iterator[str]:
    """Every room of the package that a module imports, for types and late imports, too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        yield from (name.split(".")[1] for name in names if name.startswith("meguro_opendata."))


@pytest.mark.parametrize("room", BEHIND)
def test_rooms_behind_the_release_know_nothing_before_it(room: str) -> None:
    """They can be run, moved and reviewed with a release alone."""
    package = ROOT / "meguro_opendata"
    found = {
        path.relative_to(package).as_posix(): BEFORE & {*rooms_imported(path)}
        for path in (package / room).rglob("*.py")
    }
    assert found
    assert {
        name: rooms - KNOWN.get(name, set()) for name, rooms in found.items() if rooms - KNOWN.get(name, set())
    } == {}
