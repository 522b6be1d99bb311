"""The words of docstrings, comments and test names: first sentences are sentences, without riddles."""

from __future__ import annotations

from pathlib import Path

import prose
import pytest

# Rooms whose words are not yet rewritten; each leaves this list for good.
UNREAD = {
    "cli",
    "meguro_opendata/catalog",
    "meguro_opendata/geo",
    "meguro_opendata/georeferencing",
    "meguro_opendata/inspection",
    "meguro_opendata/maps",
    "meguro_opendata/messages",
    "meguro_opendata/reports",
    "meguro_opendata/sources",
    "meguro_opendata/standard",
    "meguro_opendata/validation",
}


@pytest.mark.parametrize("room", [room for room in prose.rooms() if room not in UNREAD])
def test_a_room_has_no_riddles(room: str) -> None:
    """Functions begin with a verb, classes and attributes name a thing, and no word of the list is used."""
    assert prose.faults(room) == []


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ('def f() -> int:\n    """The rows."""\n', "begin with a verb"),
        ('def f() -> int:\n    """Return the rows."""\n', ""),
        ('class A:\n    """What was found."""\n', "name the thing"),
        ('class A:\n    """A row.\n\n    Attributes:\n        name: What it is called.\n    """\n', "name the thing"),
        ("# as it stands\n", "unchanged"),
        ("# noqa: told\n", ""),
        ("def test_a_row_is_told() -> None: ...\n", "is reported"),
    ],
)
def test_riddles_are_found_with_a_better_word(
    source: str, fault: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Docstrings, attributes, comments and names of tests are read; directives are not."""
    prose.word_lists()  # kept from here on: the lists are in the project's own folder
    monkeypatch.setattr(prose, "ROOT", tmp_path)
    (tmp_path / "room").mkdir()
    (tmp_path / "room" / "module.py").write_text(f'"""A module."""\n{source}', encoding="utf-8")
    found = prose.faults("room")
    assert len(found) == bool(fault)
    assert all(fault in line for line in found)
