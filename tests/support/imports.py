"""The project's import graph, read from its source with ``ast``; nothing is imported."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from locations import ROOT

ROOT_PACKAGE = "meguro_opendata"
# `meguro_opendata.cli` and its like stand beside the library's folder (setup.cfg, `package_dir`).
HOMES = {
    ROOT_PACKAGE: "meguro_opendata",
    f"{ROOT_PACKAGE}.cli": "cli",
    f"{ROOT_PACKAGE}.standard_schemas": "standard_schemas",
}


@dataclass(frozen=True)
class Module:
    """One source file of the project: its dotted name and its parsed text."""

    name: str
    path: Path
    text: str

    @property
    def is_package(self) -> bool:
        """Whether the file is a package's ``__init__.py``."""
        return self.path.name == "__init__.py"

    @cached_property
    def tree(self) -> ast.Module:
        """The parsed text."""
        return ast.parse(self.text)

    @cached_property
    def imported(self) -> tuple[str, ...]:
        """Dotted names that the module imports anywhere: at its top, late, or for types only."""
        return tuple(name for node in ast.walk(self.tree) for name in self._names(node))

    def _names(self, node: ast.AST) -> Iterator[str]:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{self._origin(node)}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"import_module", "importlib.import_module"}:
            yield from (arg.value for arg in node.args[:1] if isinstance(arg, ast.Constant))

    def _origin(self, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        # One dot is the module's own package, which for an `__init__.py` is the module itself.
        parts = self.name.split(".")
        kept = parts[: len(parts) - node.level + self.is_package]
        return ".".join([*kept, node.module] if node.module else kept)


@dataclass(frozen=True)
class Import:
    """One module of the project imports another."""

    importer: str
    imported: str

    @property
    def rooms(self) -> tuple[str, str]:
        """The rooms of both."""
        return room_of(self.importer), room_of(self.imported)

    def __str__(self) -> str:
        return f"{short(self.importer)} -> {short(self.imported)}"


def read_modules(root: Path = ROOT) -> dict[str, Module]:
    """Return every module of the library, the command line and the standard's generators by dotted name."""
    found = {}
    for package, folder in HOMES.items():
        for path in sorted((root / folder).rglob("*.py")):
            parts = path.relative_to(root / folder).with_suffix("").parts
            name = ".".join([package, *(parts[:-1] if parts[-1] == "__init__" else parts)])
            found[name] = Module(name, path, path.read_text(encoding="utf-8"))
    return found


@cache
def project_modules() -> Mapping[str, Module]:
    """Return the modules of this checkout, read once."""
    return read_modules()


def imports(modules: Mapping[str, Module]) -> list[Import]:
    """Return the imports between modules of the project, each pair once, sorted by name."""
    pairs = {
        (module.name, target)
        for module in modules.values()
        for name in module.imported
        if (target := nearest(name, modules)) and target != module.name
    }
    return [Import(*pair) for pair in sorted(pairs)]


def nearest(name: str, modules: Collection[str]) -> str:
    """Return the longest beginning of a dotted name that is a module of the project, or nothing."""
    while name and name not in modules:
        name = name.rpartition(".")[0]
    return name


def room_of(module: str) -> str:
    """Return the room of a module: the part of its name after the root package, or the root package itself.

    >>> room_of("meguro_opendata.geo.datum.crs"), room_of("meguro_opendata"), room_of("meguro_opendata.__main__")
    ('geo', 'meguro_opendata', 'meguro_opendata')
    """
    parts = module.split(".")
    return ROOT_PACKAGE if len(parts) == 1 or parts[1] == "__main__" else parts[1]


def short(module: str) -> str:
    """Return a module's name without the root package."""
    return module.removeprefix(f"{ROOT_PACKAGE}.")


def siblings(one: Import) -> tuple[str, str] | None:
    """Return the two parts of one room that an import leads between, or nothing if it leaves the room.

    >>> siblings(Import("meguro_opendata.geo.gis.files", "meguro_opendata.geo.datum.crs"))
    ('geo.gis', 'geo.datum')
    >>> siblings(Import("meguro_opendata.geo.gis.files", "meguro_opendata.geo.gis.gdal"))
    ('geo.gis.files', 'geo.gis.gdal')
    >>> siblings(Import("meguro_opendata.geo.gis.files", "meguro_opendata.sources.table")) is None
    True
    """
    upper, lower = (short(name).split(".") for name in (one.importer, one.imported))
    at = next((at for at, (a, b) in enumerate(zip(upper, lower, strict=False)) if a != b), 0)
    return (".".join(upper[: at + 1]), ".".join(lower[: at + 1])) if at else None


def graph(found: Iterable[Import]) -> dict[str, set[str]]:
    """Return the modules that each module imports."""
    arrows: dict[str, set[str]] = defaultdict(set)
    for one in found:
        arrows[one.importer].add(one.imported)
    return dict(arrows)


def with_faces(arrows: Mapping[str, Collection[str]]) -> dict[str, set[str]]:
    """Return a graph of modules with what Python runs on the way: the ``__init__`` of each package around an import.

    Packages around the importing module itself are running already.
    """
    return {
        module: {*targets, *(face for target in targets for face in _around(target) - _around(module) - {module})}
        for module, targets in arrows.items()
    }


def _around(module: str) -> set[str]:
    parts = module.split(".")
    return {".".join(parts[:length]) for length in range(1, len(parts))}


def rooms_graph(found: Iterable[Import], package: str = ROOT_PACKAGE) -> dict[str, set[str]]:
    """Return what the parts of a package, its modules and the packages in it, import of each other."""
    arrows: dict[str, set[str]] = defaultdict(set)
    for one in found:
        if package == ROOT_PACKAGE:
            upper, lower = one.rooms
        elif all(name.startswith(f"{package}.") for name in (one.importer, one.imported)):
            upper, lower = (name[len(package) + 1 :].split(".")[0] for name in (one.importer, one.imported))
        else:
            continue
        if upper != lower:
            arrows[upper].add(lower)
    return dict(arrows)


def longest_chain(arrows: Mapping[str, Collection[str]]) -> list[str]:
    """Return the longest way along the arrows of a graph without circles.

    >>> longest_chain({"a": ["b", "c"], "b": ["c"]})
    ['a', 'b', 'c']
    """

    @cache
    def below(node: str) -> tuple[str, ...]:
        return (node, *max((below(target) for target in sorted(arrows.get(node, ()))), key=len, default=()))

    return list(max(map(below, sorted(arrows)), key=len, default=()))


def circles(graph: Mapping[str, Collection[str]]) -> list[list[str]]:
    """Return the groups of nodes that reach each other (Tarjan's strongly connected components of two or more).

    >>> circles({"a": ["b"], "b": ["c"], "c": ["b"]})
    [['b', 'c']]
    """
    number: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    groups: list[list[str]] = []

    def visit(node: str) -> None:
        number[node] = low[node] = len(number)
        stack.append(node)
        for target in graph.get(node, ()):
            if target not in number:
                visit(target)
            if target in stack:
                low[node] = min(low[node], low[target])
        if low[node] == number[node]:
            group = stack[stack.index(node) :]
            del stack[stack.index(node) :]
            if len(group) > 1:
                groups.append(sorted(group))

    for node in sorted(graph):
        if node not in number:
            visit(node)
    return sorted(groups)
