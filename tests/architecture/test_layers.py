"""Which room may import which: the layers of ``docs/architecture.md``, and circles at every level."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imports import (
    ROOT_PACKAGE,
    Import,
    Module,
    circles,
    graph,
    imports,
    longest_chain,
    project_modules,
    read_modules,
    room_of,
    rooms_graph,
    short,
    siblings,
    with_faces,
)
from locations import ROOT

# Rooms that the layers would allow, and that must not be known all the same: what is published is read without its
# recipe and sources, and the public pages only show what others have built and published.
STRANGERS: Mapping[str, Collection[str]] = {
    **dict.fromkeys(("publication", "portals", "release", "catalog"), ("recipe", "sources", "cleaning", "pipeline")),
    "site": ("pipeline", "portals"),
}

MOST_ROOMS, MOST_FLOORS = 34, 15


@cache
def listed() -> tuple[str, str]:
    """The two lists of ``docs/architecture.md``: layers, and chains of inner rooms."""
    document = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = document.partition("## Layers\n")[2].partition("\n## ")[0]
    layers, inner = re.findall(r"^```text\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)
    return layers, inner


def floors(text: str) -> dict[str, int]:
    """The line of each room in a list of layers, the highest being 1; 0 is the package itself."""
    lines = [line.split() for line in text.splitlines()]
    return {ROOT_PACKAGE: 0} | {room: number for number, line in enumerate(lines, start=1) for room in line}


def chains(text: str) -> set[tuple[str, str]]:
    """The pairs of inner rooms of which the first may import the second."""
    found = [re.split(r"\s*>\s*", line.strip()) for line in text.splitlines()]
    return {(upper, lower) for chain in found for at, upper in enumerate(chain) for lower in chain[at + 1 :]}


def layer_faults(found: Iterable[Import], floor: Mapping[str, int]) -> Iterator[str]:
    """Imports that do not lead to a lower line; every import of a room that is on no line is a fault."""
    for one in found:
        upper, lower = one.rooms
        if upper != lower and not floor.get(upper, sys.maxsize) < floor.get(lower, -1):
            yield str(one)


def stranger_faults(found: Iterable[Import]) -> Iterator[str]:
    """Imports between rooms that must not know each other."""
    return (str(one) for one in found if one.rooms[1] in STRANGERS.get(one.rooms[0], ()))


def inner_faults(
    found: Iterable[Import], known: Mapping[str, Module], allowed: Collection[tuple[str, str]]
) -> list[str]:
    """Imports between two rooms inside one room that no chain allows."""
    return [
        str(one)
        for one in found
        if (pair := siblings(one)) is not None
        and all(f"{ROOT_PACKAGE}.{part}" in known and known[f"{ROOT_PACKAGE}.{part}"].is_package for part in pair)
        and pair not in allowed
    ]


def test_a_room_imports_rooms_of_lower_lines_only() -> None:
    """The layers of the architecture are those of the code."""
    assert sorted(set(layer_faults(imports(project_modules()), floors(listed()[0])))) == []


def test_every_room_stands_on_one_line() -> None:
    """The list names each room once, and no room that there is not but for those that are being made."""
    names = listed()[0].split()
    rooms = {room_of(name) for name in project_modules()} - {ROOT_PACKAGE}
    assert len(names) == len(set(names))
    assert rooms - set(names) == set()
    assert set(names) - rooms <= {"jobs"}


def test_rooms_that_must_not_know_each_other_do_not() -> None:
    """What is published is read without recipe and sources; the public pages neither build nor publish."""
    assert sorted(set(stranger_faults(imports(project_modules())))) == []


def test_rooms_inside_a_room_have_their_order() -> None:
    """Of two rooms inside one, at most the one that is listed first imports the other."""
    known = project_modules()
    assert sorted(set(inner_faults(imports(known), known, chains(listed()[1])))) == []


def test_listed_inner_rooms_are_there() -> None:
    """Each room of a listed chain exists, so that no chain is without effect after a renaming."""
    named = set(re.split(r"[\s>]+", listed()[1].strip()))
    assert named <= {short(name) for name, module in project_modules().items() if module.is_package}


def test_no_modules_import_each_other() -> None:
    """No circle, be it through a late import, through a type, or through the face of a room on the way."""
    assert circles(with_faces(graph(imports(project_modules())))) == []


def test_no_rooms_import_each_other() -> None:
    """No circle of rooms."""
    found = list(imports(project_modules()))
    assert circles(rooms_graph(found)) == []


def test_no_parts_of_a_room_import_each_other() -> None:
    """Inside each room, its modules and inner rooms have an order, too."""
    found = imports(project_modules())
    packages = [name for name, module in project_modules().items() if module.is_package and name != ROOT_PACKAGE]
    assert [short(name) for name in packages if circles(rooms_graph(found, name))] == []


def test_the_house_is_no_higher_than_planned() -> None:
    """The number of rooms, and of rooms on the longest way down from the top."""
    found = list(imports(project_modules()))
    rooms = {room_of(name) for name in project_modules()} - {ROOT_PACKAGE}
    chain = longest_chain(rooms_graph([one for one in found if ROOT_PACKAGE not in one.rooms]))
    assert len(rooms) <= MOST_ROOMS, sorted(rooms)
    assert len(chain) <= MOST_FLOORS, f"{len(rooms)} rooms, {len(chain)} floors: {' > '.join(chain)}"


LAYERS = "cli\nupper side\nlower\n"
# A made-up house, without and with a fault in one module.
HOUSE = {
    "meguro_opendata/__init__.py": "",
    "meguro_opendata/upper/__init__.py": "from meguro_opendata.upper.a import x",
    "meguro_opendata/upper/a.py": "from meguro_opendata.lower import y\nx = 1",
    "meguro_opendata/side/__init__.py": "",
    "meguro_opendata/side/c.py": "",
    "meguro_opendata/lower/__init__.py": "from meguro_opendata.lower.b import y",
    "meguro_opendata/lower/b.py": "y = 1",
    "cli/__init__.py": "",
    "cli/main.py": "from meguro_opendata import upper",
    "standard_schemas/d.py": "",
}


def built(folder: Path, changes: Mapping[str, str] | None = None) -> dict[str, Module]:
    """Write a made-up house into a folder, and read it."""
    for name, text in {**HOUSE, **(changes or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return read_modules(folder)


def test_a_house_in_order_has_no_faults(tmp_path: Path) -> None:
    """The tests find nothing where nothing is."""
    known = built(tmp_path)
    found = imports(known)
    assert list(layer_faults(found, floors(LAYERS))) == []
    assert circles(with_faces(graph(found))) == circles(rooms_graph(found)) == []
    assert longest_chain(rooms_graph(found)) == ["cli", "upper", "lower"]


@pytest.mark.parametrize(
    ("text", "imported"),
    [
        ("from meguro_opendata.upper import a", "upper.a"),
        ("from meguro_opendata.upper.a import x", "upper.a"),
        ("import meguro_opendata.upper.a as b", "upper.a"),
        ("from meguro_opendata import upper", "upper"),
        ("from ..upper import a", "upper.a"),
        ("from .. import upper", "upper"),
        ("def f():\n    from meguro_opendata.upper.a import x", "upper.a"),
        ("if TYPE_CHECKING:\n    from meguro_opendata.upper.a import x", "upper.a"),
        ("import_module('meguro_opendata.upper.a')", "upper.a"),
        ("from meguro_opendata.cli.main import run", "cli.main"),
        ("from meguro_opendata import __version__", "meguro_opendata"),
        ("from meguro_opendata.standard_schemas import d", "standard_schemas.d"),
    ],
)
def test_an_import_upwards_is_found(tmp_path: Path, text: str, imported: str) -> None:
    """Whichever way it is written, from wherever in the file, and to an unlisted room, too."""
    found = imports(built(tmp_path, {"meguro_opendata/lower/b.py": text}))
    assert list(layer_faults(found, floors(LAYERS))) == [f"lower.b -> {imported}"]


def test_an_import_of_the_own_line_is_found(tmp_path: Path) -> None:
    """Two rooms of one line do not know each other."""
    found = imports(built(tmp_path, {"meguro_opendata/side/c.py": "from meguro_opendata.upper.a import x"}))
    assert list(layer_faults(found, floors(LAYERS))) == ["side.c -> upper.a"]


@pytest.mark.parametrize(
    ("changes", "circle"),
    [
        ({"meguro_opendata/lower/b.py": "from meguro_opendata.upper.a import x"}, ["lower", "lower.b", "upper.a"]),
        ({"meguro_opendata/lower/b.py": "from . import c", "meguro_opendata/lower/c.py": "from . import b"}, None),
        ({"meguro_opendata/side/__init__.py": "from . import c", "meguro_opendata/side/c.py": "from . import z"}, None),
    ],
)
def test_a_circle_is_found(tmp_path: Path, changes: Mapping[str, str], circle: Sequence[str] | None) -> None:
    """Between modules of two rooms, inside a room, and through the face of a room that a module asks for a name."""
    found = circles(with_faces(graph(imports(built(tmp_path, changes)))))
    assert len(found) == 1
    if circle:
        assert set(circle) <= {short(name) for name in found[0]}


@given(st.dictionaries(st.integers(0, 7), st.sets(st.integers(0, 7)), max_size=8))
def test_circles_are_found_in_any_graph(arrows: dict[int, set[int]]) -> None:
    """Two nodes are in one circle exactly if each can be reached from the other."""
    named = {str(node): {str(target) for target in targets} for node, targets in arrows.items()}
    reach = {node: _reached(node, named) for node in map(str, range(8))}
    wanted = {frozenset({a, *(b for b in reach[a] if a in reach[b])}) for a in reach}
    assert {frozenset(group) for group in circles(named)} == {group for group in wanted if len(group) > 1}


def _reached(node: str, arrows: Mapping[str, Collection[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [*arrows.get(node, ())]
    while waiting:
        if (target := waiting.pop()) not in found:
            found.add(target)
            waiting.extend(arrows.get(target, ()))
    return found
