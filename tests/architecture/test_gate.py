"""Everything that is printed passes the terminal gate, and one handler catches what no other foresees."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from imports import Module, project_modules, short

# The gate itself, what asks its streams whether they are a terminal or how they write, and programs of their own that
# generate data or answer the command on a pipe.
WORKERS = {"geo.places.extents_source", "geo.gis.gdalworker", "validation.engine.patternworker"}
STREAM_READERS = {"cli.gate", "cli.console", "onboarding.doctor", *WORKERS}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}
CLICK_OUTPUT = {"echo", "secho", "confirm", "prompt", "echo_via_pager", "pause", "progressbar", "get_text_stream"}
PRINTERS = {"print", "input", "breakpoint"}
TRACEBACKS = {"print_exc", "print_exception", "print_stack", "print_tb", "print_last"}
LOGGING = {"basicConfig", "StreamHandler"}
PROCESSES = {"run", "Popen", "call", "check_call", "check_output"}
BROAD = {"Exception", "BaseException"}


def gate_faults(module: Module) -> Iterator[str]:
    """Yield the places of a module that print past the gate."""
    name = short(module.name)
    for node in ast.walk(module.tree):
        for what in _printing(node):
            if name not in _allowed(what):
                yield f"{name}: {what}"
        if isinstance(node, ast.Call) and _starts_a_process(node):
            yield f"{name}: the output of a process is not captured"


def _allowed(what: str) -> set[str]:
    return {
        "sys": STREAM_READERS,
        "click": {"cli.console"},
        "traceback": {"cli.main"},
        "rich": {"cli.console"},
    }.get(what.partition(".")[0], set())


def _printing(node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Call(func=ast.Name(id=name)) if name in PRINTERS:
            yield name
        case ast.Attribute(value=ast.Name(id="sys"), attr=name) if name in STREAMS:
            yield f"sys.{name}"
        case ast.Attribute(value=ast.Name(id="click"), attr=name) if name in CLICK_OUTPUT:
            yield f"click.{name}"
        case ast.Attribute(value=ast.Name(id="traceback"), attr=name) if name in TRACEBACKS:
            yield f"traceback.{name}"
        case ast.Attribute(value=ast.Name(id="logging"), attr=name) if name in LOGGING:
            yield f"logging.{name}"
        case ast.Attribute(value=ast.Name(id="os"), attr="write" | "system" | "popen" as name):
            yield f"os.{name}"
        case ast.ImportFrom(module=str(home), names=names):
            room = home.partition(".")[0]
            known = {"sys": STREAMS, "click": CLICK_OUTPUT, "traceback": TRACEBACKS, "logging": LOGGING}.get(room)
            yield from (f"{room}.{one.name}" for one in names if known and one.name in known)
            if room == "rich":
                yield "rich"


def _starts_a_process(node: ast.Call) -> bool:
    """Return whether a call starts a program whose output goes where ours goes."""
    match node.func:
        case ast.Attribute(value=ast.Name(id="subprocess"), attr=name) if name in PROCESSES:
            given = {keyword.arg for keyword in node.keywords}
            return "capture_output" not in given and not {"stdout", "stderr"} <= given
    return False


def broad_handlers(module: Module) -> Iterator[str]:
    """Yield the handlers of a module that catch every exception."""
    for node in ast.walk(module.tree):
        match node:
            case ast.ExceptHandler(type=None):
                yield f"{short(module.name)}: except"
            case ast.ExceptHandler(type=ast.expr() as kinds):
                yield from (f"{short(module.name)}: {name}" for name in _broad(kinds))
            case ast.Call(func=ast.Name(id="suppress") | ast.Attribute(attr="suppress"), args=args):
                yield from (f"{short(module.name)}: {name}" for kinds in args for name in _broad(kinds))


def _broad(kinds: ast.expr) -> Iterator[str]:
    yield from (part.id for part in ast.walk(kinds) if isinstance(part, ast.Name) and part.id in BROAD)


def test_nothing_prints_past_the_gate() -> None:
    """Results and talk go through ``cli.console``; nothing else writes to the terminal."""
    assert [fault for module in project_modules().values() for fault in gate_faults(module)] == []


def test_one_handler_catches_every_exception() -> None:
    """It is the last one; any other would hide a fault of the program as something else."""
    found = [one for module in project_modules().values() for one in broad_handlers(module)]
    assert found == ["cli.main: BaseException"]


@pytest.mark.parametrize(
    "text",
    [
        "print('x')",
        "import sys\nsys.stdout.write('x')",
        "from sys import stderr",
        "import click\nclick.echo('x')",
        "from click import secho",
        "import click\nclick.confirm('x')",
        "import traceback\ntraceback.print_exc()",
        "from rich.console import Console",
        "import logging\nlogging.basicConfig()",
        "import os\nos.write(1, b'x')",
        "import subprocess\nsubprocess.run(['x'])",
        "import subprocess\nsubprocess.Popen(['x'], stdout=subprocess.PIPE)",
    ],
)
def test_a_way_past_the_gate_is_found(text: str) -> None:
    """Whichever way it is taken."""
    assert len(list(gate_faults(Module("meguro_opendata.room", Path("x.py"), text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "try: ...\nexcept Exception: ...",
        "try: ...\nexcept (OSError, BaseException): ...",
        "try: ...\nexcept: ...",
        "from contextlib import suppress\nwith suppress(Exception): ...",
    ],
)
def test_a_broad_handler_is_found(text: str) -> None:
    """As a handler of its own or among others, with or without a name."""
    assert len(list(broad_handlers(Module("meguro_opendata.room", Path("x.py"), text)))) == 1
