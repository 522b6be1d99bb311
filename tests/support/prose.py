"""Faults in the words of the code: ``python tests/support/prose.py [ROOM]`` lists them by place, with the counts.

The lists of words are in ``tests/data/prose.toml``.
"""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from locations import ROOT

PACKAGE = ("meguro_opendata", "cli", "datasets", "standard_schemas")
DIRECTIVE = re.compile(r"#\s*(?:noqa|type: ignore|pragma|mypy|ruff|fmt):?")
DATA_COMMENT = re.compile(r"(?:^|\s)#\s*\S")
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True)
class Text:
    """One piece of prose in the code.

    Attributes:
        kind: ``function``, ``class``, ``module``, ``argument`` (or attribute), ``comment`` or ``test`` (a test's name).
    """

    path: Path
    line: int
    kind: str
    words: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {' '.join(self.words.split())[:110]}"


@cache
def word_lists() -> tuple[frozenset[str], frozenset[str], tuple[tuple[re.Pattern[str], str], ...]]:
    """Return the verbs, the riddles, and the patterns of words to avoid with their replacements."""
    lists = tomllib.loads((ROOT / "tests/data/prose.toml").read_text("utf-8"))
    patterns = tuple((re.compile(pattern), better) for pattern, better in lists["words"].items())
    return frozenset(lists["verbs"].split()), frozenset(lists["riddles"].split()), patterns


def python_files(*roots: str) -> Iterator[Path]:
    """Yield the Python files below some folders of the project."""
    for root in roots:
        yield from sorted((ROOT / root).rglob("*.py"))


def texts_of(path: Path) -> Iterator[Text]:
    """Yield each docstring, description of an argument, comment and test name of a file."""
    source = path.read_text("utf-8")
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (*FUNCTION, ast.ClassDef, ast.Module)):
            yield from _texts_of_node(path, node)
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT and not DIRECTIVE.match(token.string):
            yield Text(path, token.start[0], "comment", token.string.lstrip("# "))


def _texts_of_node(path: Path, node: ast.AST) -> Iterator[Text]:
    if isinstance(node, FUNCTION) and node.name.startswith("test_"):
        yield Text(path, node.lineno, "test", node.name.removeprefix("test_").replace("_", " "))
    doc = ast.get_docstring(node) if isinstance(node, (*FUNCTION, ast.ClassDef, ast.Module)) else None
    if doc is None:
        return
    line = getattr(node, "lineno", 1)
    kind = "function" if isinstance(node, FUNCTION) else "class" if isinstance(node, ast.ClassDef) else "module"
    yield Text(path, line, kind, doc)
    for match in re.finditer(r"^    +\*{0,2}\w+: (.+)$", doc, re.MULTILINE):
        yield Text(path, line, "argument", match[1])


def first_word_faults(text: Text) -> Iterator[str]:
    """Yield a fault where a docstring or a description begins with the wrong kind of word."""
    verbs, riddles, _ = word_lists()
    first = text.words.split()[0].rstrip(".,:;") if text.words.split() else ""
    in_tests = text.path.is_relative_to(ROOT / "tests")
    if text.kind == "function" and first.isascii() and first not in verbs and not in_tests:
        yield f"{text}  <- begin with a verb"
    if text.kind in ("class", "module", "argument") and first in riddles:
        yield f"{text}  <- name the thing"


def word_faults(text: Text) -> Iterator[str]:
    """Yield a fault for each pattern of words to avoid."""
    if text.kind == "argument":
        return  # part of its docstring already
    for pattern, better in word_lists()[2]:
        for match in pattern.finditer(" ".join(text.words.split())):
            yield f"{text.path.relative_to(ROOT)}:{text.line}: «{match[0]}» <- {better}"


def faults(*roots: str) -> list[str]:
    """Return all faults in the words of the Python files below some folders, with their places."""
    found = []
    for path in python_files(*roots):
        for text in texts_of(path):
            found += [*first_word_faults(text), *word_faults(text)]
    return found


def comment_lines(*roots: str) -> tuple[int, int]:
    """Return how many lines of Python, TOML and YAML bear a comment, and how many lines there are."""
    commented = lines = 0
    for path in python_files(*roots):
        commented += len({text.line for text in texts_of(path) if text.kind == "comment"})
        lines += path.read_text("utf-8").count("\n")
    for root in roots:
        for path in sorted((ROOT / root).rglob("*")):
            if path.suffix in (".toml", ".yaml"):
                text = path.read_text("utf-8")
                commented += sum(bool(DATA_COMMENT.search(line)) for line in text.splitlines())
                lines += text.count("\n")
    return commented, lines


def test_lines(room: str) -> int:
    """Return the number of lines of a room's tests."""
    folder = "commands" if room == "cli" else Path(room).name
    return sum(path.read_text("utf-8").count("\n") for path in python_files(f"tests/{folder}"))


def rooms() -> list[str]:
    """Return the folders that are counted one by one."""
    inner = sorted(path.parent.name for path in (ROOT / "meguro_opendata").glob("*/__init__.py"))
    return [*(f"meguro_opendata/{name}" for name in inner), *PACKAGE[1:]]


def summary() -> Iterator[str]:
    """Yield a line a room: lines of code, comments in a hundred lines, tests to code, faults."""
    for room in rooms():
        commented, lines = comment_lines(room)
        code = sum(path.read_text("utf-8").count("\n") for path in python_files(room))
        tests = test_lines(room) / code if code else 0
        share = 100 * commented / lines if lines else 0
        yield f"{room:32} {code:6} lines  {share:5.2f} comments/100  tests {tests:4.2f}  {len(faults(room)):4} faults"
    commented, lines = comment_lines(*PACKAGE)
    code = sum(path.read_text("utf-8").count("\n") for path in python_files(*PACKAGE))
    tests = sum(path.read_text("utf-8").count("\n") for path in python_files("tests"))
    yield f"all: {code} lines of code, {100 * commented / lines:.2f} comments/100, tests : code {tests / code:.2f}"
    yield f"faults: {len(faults(*PACKAGE))} in the package, {len(faults('tests'))} in the tests"


if __name__ == "__main__":
    chosen = sys.argv[1:]
    sys.stdout.write("\n".join(faults(*chosen) if chosen else summary()) + "\n")
