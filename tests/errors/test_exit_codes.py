"""Exit codes are a promise: each has its number, and each number is in one place."""

from __future__ import annotations

import ast

import pytest
from locations import ROOT

from meguro_opendata import errors
from meguro_opendata.errors import ExitCode
from meguro_opendata.findings import Finding, Report

SOURCES = sorted([*(ROOT / "meguro_opendata").rglob("*.py"), *(ROOT / "cli").rglob("*.py")])


def outcomes(node: ast.expr) -> list[ast.expr]:
    """What an expression may come to: itself, or either side of ``a if … else b``."""
    return outcomes(node.body) + outcomes(node.orelse) if isinstance(node, ast.IfExp) else [node]


def test_the_numbers_are_those_of_the_contract() -> None:
    """Scripts and schedulers ask for them."""
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0,
        "NOT_CLEAN": 1,
        "WRONG_USE": 2,
        "NO_ACCESS": 3,
        "REFUSED": 4,
        "PROGRAM_FAULT": 5,
        "INTERRUPTED": 130,
    }


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (errors.SourceError, 2),
        (errors.ConfigurationError, 2),
        (errors.StorageError, 3),
        (errors.PortalError, 3),
        (errors.RefusedError, 3),
        (errors.GuardError, 4),
        (errors.StaleError, 4),
    ],
)
def test_each_kind_of_error_has_its_code(kind: type[errors.MeguroOpendataError], code: int) -> None:
    """A source that cannot be read is another thing than a portal that cannot be reached."""
    assert kind.exit_code == code


def test_a_report_ends_clean_or_not() -> None:
    """Warnings are no reason to stop a script; errors are."""
    report = Report("a", None, 1, 1, (Finding("no-rows", "warning"),))
    assert (report.exit_code, report.with_findings([Finding("no-rows", "error")]).exit_code) == (0, 1)


def test_no_command_ends_with_a_bare_number() -> None:
    """Numbers stand in the table only."""
    bare = {
        path.relative_to(ROOT).as_posix()
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "SystemExit"
        if any(isinstance(code, ast.Constant) for argument in node.args for code in outcomes(argument))
    }
    assert bare == set()
