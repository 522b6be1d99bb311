"""A ledger whose lines have values of other kinds than ours is judged line by line, never refused by a fault."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import Event, append_events, repair_ledger, scan_ledger, verify_ledger

KEYS = ["previous", "hash", "event", "time", "portal", "dataset", "resource", "sha256", "rows", "was", "origin"]
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=3), SCALARS, max_size=2)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """A ledger of three publications."""
    path = tmp_path / "ledger.jsonl"
    facts: dict[str, Any] = {"portal": "ward", "standard": None, "department": "", "rows": 1, "sha256": ""}
    append_events(
        path,
        [
            Event(event="publish", time=f"2025-06-0{day}T09:00:00+09:00", dataset="aed", resource=f"{day}.csv", **facts)
            for day in (1, 2, 3)
        ],
    )
    return path


def outcome(read: Callable[[Path], object], path: Path) -> str:
    """Read a ledger; return the code of the refusal, or that it was read."""
    try:
        read(path)
    except MeguroOpendataError as refused:
        return refused.code
    return "ledger-read"


def scanned(path: Path) -> None:
    """Read a ledger for counting."""
    scan_ledger(path, date(2026, 3, 31))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(line=st.integers(0, 2), key=st.sampled_from(KEYS), value=VALUES)
def test_any_value_in_any_place_is_a_fault_of_its_line(ledger: Path, line: int, key: str, value: Any) -> None:
    """Reading, verifying and repairing answer with faults or a refusal, whatever JSON values a line has."""
    whole = ledger.read_bytes()
    lines = whole.splitlines()
    body = json.loads(lines[line])
    changed = key not in body or body[key] != value or type(body[key]) is not type(value)
    ledger.write_bytes(b"\n".join([*lines[:line], json.dumps({**body, key: value}).encode(), *lines[line + 1 :], b""]))
    try:
        assert verify_ledger(ledger).whole is not changed
        for read in (repair_ledger, scanned):
            assert outcome(read, ledger).startswith("ledger-")
    finally:
        for path in ledger.parent.iterdir():
            path.unlink()
        ledger.write_bytes(whole)
