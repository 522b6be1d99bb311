"""``standards list`` and ``show``: what is known of the standard, and how surely."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len

from meguro_opendata.standard.field_help import explain
from meguro_opendata.standard.model import load_standard, standards

Command = Callable[..., "Ran"]  # noqa: F821 (the fixture's own type)
VERSIONS = [(entry.id, version) for entry in standards() for version in entry.versions]


def listed(done: Any) -> dict[str, dict[str, Any]]:
    """The entries of a printed list, by id."""
    assert done.code == 0, done.err
    return {entry["id"]: entry for entry in json.loads(done.out)["standards"]}


def test_the_list_counts_fields_and_known_requirements(command: Command) -> None:
    """Each dataset has its number of items and how many of them have a known requirement; unknown ones have none."""
    entries = listed(command("standards", "list", "--format", "json"))
    assert list(entries) == [standard.id for standard in standards()]
    for standard in standards():
        entry = entries[standard.id]
        if not standard.versions:
            assert (entry["fields"], entry["requirement_known"]) == (None, None)
            continue
        fields = load_standard(standard.id).fields
        known = [field for field in fields if field.requirement != "unknown"]
        assert (entry["fields"], entry["requirement_known"]) == (len(fields), len(known))


def test_without_a_workspace_nothing_is_known_of_plans(command: Command) -> None:
    """Outside a workspace, ``planned`` is neither true nor false."""
    assert {entry["planned"] for entry in listed(command("standards", "list", "--format", "json")).values()} == {None}


def test_the_citys_plans_are_shown(command: Command, workspace_dir: Path) -> None:
    """In a workspace, the datasets that the city plans are marked, in text and in JSON."""
    entries = listed(command("standards", "list", "--format", "json", cwd=workspace_dir))
    assert (entries["aed"]["planned"], entries["event"]["planned"]) == (True, False)
    text = command("standards", "list", "--workspace", workspace_dir).out
    (aed,) = [line for line in text.splitlines() if "| aed " in line]
    (event,) = [line for line in text.splitlines() if "| event " in line]
    assert aed.endswith("予定")
    assert not event.endswith("予定")


def test_the_list_can_be_seen_while_a_workspace_is_mended(command: Command, workspace_dir: Path) -> None:
    """The list is what a wrong ``planned_standards`` is mended with: a faulty workspace only takes the plans away."""
    (workspace_dir / "opendata.toml").write_text("broken", encoding="utf-8")
    done = command("standards", "list", "--format", "json", cwd=workspace_dir)
    assert listed(done)["aed"]["planned"] is None
    assert "doctor" in done.err
    assert command("standards", "list", "--workspace", workspace_dir).code == 2


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_the_list_has_a_line_for_each_dataset(command: Command, lang: str) -> None:
    """The text names every dataset, and how much of its requirements is known."""
    text = command("standards", "list", "--lang", lang).out
    assert all(f" {standard.id} " in text for standard in standards())
    fields = load_standard("public_toilet").fields
    (toilet,) = [line for line in text.splitlines() if " public_toilet " in line]
    assert f"{len(fields)}/{len(fields)}" in toilet


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize("name", ["aed", "aed@2020", "public_toilet", "population"])
def test_every_field_is_shown_within_80_columns(command: Command, name: str, lang: str) -> None:
    """Each field has its own block, in the standard's order, and no line is too long for a narrow terminal."""
    text = command("standards", "show", name, "--lang", lang).out
    headings = [line.partition(". ")[2] for line in text.splitlines()[3:] if line and not line.startswith(" ")]
    assert headings == [field.name for field in load_standard(name).fields]
    assert [line for line in text.splitlines() if cell_len(line) > 80] == []


def test_a_field_is_explained(command: Command) -> None:
    """Meaning, requirement with its basis, form, words to choose from and example stand with the field."""
    text = command("standards", "show", "public_toilet").out
    folded = "".join(text.split())
    for field in load_standard("public_toilet").fields:
        told = explain(field)
        parts = [told.meaning, told.requirement, told.form, told.example, "/".join(told.values)]
        assert all("".join(part.split()) in folded for part in parts), field.name


@pytest.mark.parametrize("lang", ["ja", "en"])
@pytest.mark.parametrize(("name", "version"), VERSIONS, ids=["@".join(pair) for pair in VERSIONS])
def test_a_requirement_is_never_said_without_its_basis(name: str, version: str, lang: str) -> None:
    """What evidence shows is told with the evidence; what it does not show is told as unknown, with the hints."""
    for field in load_standard(name, version).fields:
        told = explain(field, lang)
        basis = field.descriptor.get("mo:requirement_basis", "")
        unknown = told.requirement.startswith(("不明", "Unknown"))
        assert unknown == (field.requirement == "unknown")
        assert basis in told.requirement
        assert told.meaning
        assert told.form


@pytest.mark.parametrize("verb", [["show"], ["template", "-o", "x.xlsx"]])
@pytest.mark.parametrize(
    ("name", "told"),
    [("aeds", "aed"), ("zzzzzz", "standards list"), ("aed@1999", "2026"), ("car_park", "schema:"), ("gtfs_jp@9", "")],
)
def test_what_is_not_there_is_refused(command: Command, tmp_path: Path, verb: list[str], name: str, told: str) -> None:
    """An unknown id, an unknown version and a dataset without known items are wrong use, each with what to do."""
    done = command("standards", verb[0], name, *verb[1:])
    assert (done.code, done.out, "Traceback" in done.err) == (2, "", False)
    assert told in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["show"], ["template"], ["template", "aed"], ["templat", "aed"]])
def test_what_is_missing_is_asked_for(command: Command, arguments: list[str]) -> None:
    """Without an id or an output file, the command says what it needs."""
    done = command("standards", *arguments)
    assert (done.code, done.out, "Traceback" in done.err) == (2, "", False)
    assert "--help" in done.err
