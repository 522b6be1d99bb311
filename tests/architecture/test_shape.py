"""What a package's face may hold, and how long functions and files may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from imports import Module, project_modules, short
from locations import ROOT

LOOSE = {"__main__", "_version", "errors", "findings"}
MOST_LINES, LONGEST_BODY, MOST_BRANCHES = 400, 41, 10
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


def face_faults(module: Module) -> Iterator[str]:
    """Statements of an ``__init__.py`` that are neither imports nor the names that it shows."""
    for node in module.tree.body:
        if not _is_of_a_face(node, short(module.name)):
            yield f"{short(module.name)}: {ast.unparse(node).splitlines()[0]}"


def _is_of_a_face(node: ast.stmt, name: str) -> bool:
    match node:
        case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
            return True
        case ast.If(test=ast.Name(id="TYPE_CHECKING"), body=body, orelse=[]):
            return all(isinstance(part, ast.Import | ast.ImportFrom) for part in body)
        case ast.FunctionDef(name="__getattr__" | "__dir__"):
            return True
        case ast.AugAssign(target=ast.Name(id="__path__"), value=ast.Call(func=ast.Name(id="folders_beside"))):
            return True
        case ast.Assign(value=ast.Call(func=ast.Name(id="attach"))):
            return ast.unparse(node.targets[0]) == "(__getattr__, __dir__)"
        case ast.FunctionDef(name="command", decorator_list=[ast.Call(func=func), *_]):
            return name.startswith("cli.commands.") and ast.unparse(func) == "click.group"
        case (
            ast.Assign(targets=[ast.Name(id=target)], value=value)
            | ast.AnnAssign(target=ast.Name(id=target), value=value)
        ):
            # Besides the names that it shows: plain data by which they are found when they are first used.
            return target in ("__all__", "TYPE_CHECKING") or (target.startswith("_") and _is_plain(value))
        case _:
            return False


def _is_plain(value: ast.expr | None) -> bool:
    kinds = (ast.Constant, ast.Tuple, ast.List, ast.Dict, ast.Load)
    return value is not None and all(isinstance(part, kinds) for part in ast.walk(value))


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """The lines of a function without its docstring."""
    first = node.body[0]
    doc = first if ast.get_docstring(node) is not None else None
    last = node.end_lineno or node.lineno
    return last - node.lineno + 1 - (((doc.end_lineno or doc.lineno) - doc.lineno + 1) if doc else 0)


def branches(node: ast.AST) -> int:
    """McCabe's number of a function; functions inside it count for themselves."""
    branching = (
        ast.If,
        ast.For,
        ast.AsyncFor,
        ast.While,
        ast.IfExp,
        ast.ExceptHandler,
        ast.comprehension,
        ast.match_case,
    )
    count, waiting = 1, list(ast.iter_child_nodes(node))
    while waiting:
        part = waiting.pop()
        if isinstance(part, FUNCTION):
            continue
        count += isinstance(part, branching) + (len(part.values) - 1 if isinstance(part, ast.BoolOp) else 0)
        waiting.extend(ast.iter_child_nodes(part))
    return count


def shape_faults(module: Module) -> Iterator[str]:
    """Functions and files that are longer or more branched than a reader can hold."""
    if (lines := module.text.count("\n")) > MOST_LINES:
        yield f"{short(module.name)}: {lines} lines"
    for node in ast.walk(module.tree):
        if isinstance(node, FUNCTION):
            if (length := body_lines(node)) > LONGEST_BODY:
                yield f"{short(module.name)}.{node.name}: {length} lines in the body"
            if (number := branches(node)) > MOST_BRANCHES:
                yield f"{short(module.name)}.{node.name}: complexity {number}"


def test_a_packages_init_is_a_face() -> None:
    """It shows names; code is in modules with a name."""
    faces = [module for module in project_modules().values() if module.is_package]
    faults = [fault for module in faces for fault in face_faults(module)]
    assert faults == []


def test_the_top_of_the_package_holds_no_other_loose_modules() -> None:
    """Everything else is in a room."""
    top = (ROOT / "meguro_opendata").glob("*.py")
    assert {path.stem for path in top} - {"__init__"} == LOOSE


def test_the_shape_of_functions_and_files() -> None:
    """A function fits on a screen and has few branches; a file is read in one go."""
    assert [fault for module in project_modules().values() for fault in shape_faults(module)] == []


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ('"""Text."""\nfrom a import b\n__all__ = ["b"]\n', 0),
        ("if TYPE_CHECKING:\n    from a import b\n", 0),
        ('_HOMES = {"b": "a"}\ndef __getattr__(name): ...\ndef __dir__(): ...\n', 0),
        ("_A = f()\n", 1),
        ("LIMIT = 1\n", 1),
        ("def f(): ...\n", 1),
        ("class A: ...\nclass B: ...\n", 2),
        ("if TYPE_CHECKING:\n    a = 1\n", 1),
        ("@click.group()\ndef command(): ...\n", 1),
    ],
)
def test_logic_in_a_face_is_found(text: str, faults: int) -> None:
    """Only imports, names and plain data pass."""
    assert len(list(face_faults(Module("meguro_opendata.room", Path("__init__.py"), text)))) == faults


def test_too_long_a_function_is_found() -> None:
    """A docstring counts for nothing; one line or one branch too many does."""
    body = "    x = 1\n" * 39
    fits = f'def f():\n    """One.\n\n    Two.\n    """\n{body}    return x\n'
    assert list(shape_faults(Module("meguro_opendata.a", Path("a.py"), fits))) == []
    long = fits.replace("    return", "    x = 2\n    return")
    assert list(shape_faults(Module("meguro_opendata.a", Path("a.py"), long))) == ["a.f: 42 lines in the body"]
    branched = "def f(x):\n    return " + " or ".join("x" * 1 for _ in range(11)) + "\n"
    assert list(shape_faults(Module("meguro_opendata.a", Path("a.py"), branched))) == ["a.f: complexity 11"]
    assert list(shape_faults(Module("meguro_opendata.a", Path("a.py"), "x = 1\n" * 401))) == ["a: 401 lines"]
