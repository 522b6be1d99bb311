"""Files that were edited, by hand or on purpose: plans, releases, portals and ledgers. None of them is obeyed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import meguro_opendata as mo
from meguro_opendata.errors import GuardError, MeguroOpendataError, PortalError, StorageError
from meguro_opendata.files.whole import inside, is_plain_name
from meguro_opendata.ledger import read_ledger
from meguro_opendata.portals import open_portal
from meguro_opendata.publication import agreed_plan, publish
from meguro_opendata.workspace.city import Workspace

SLUG = "stockpile_warehouse"
NAME = "131105_stockpile_warehouse"


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """A workspace with one dataset built, and nothing published."""
    opened = mo.open_workspace(workspace_dir)
    mo.build_release(SLUG, opened)
    return opened


def held(folder: Path) -> dict[str, bytes]:
    """Every file below a folder but locks."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def change_a_cell(workspace: Workspace) -> None:
    """One year of the source is another, and the release is built anew."""
    source = workspace.root / SLUG / "備蓄倉庫一覧.csv"
    source.write_bytes(source.read_bytes().replace(b"R3", b"R4", 1))
    mo.build_release(SLUG, workspace)


def first_resource(plan: dict[str, Any]) -> dict[str, Any]:
    """The plan's first file."""
    resource: dict[str, Any] = plan["changes"][0]["resources"][0]
    return resource


EDITS: dict[str, Callable[[dict[str, Any]], object]] = {
    "a file's name leads elsewhere": lambda plan: first_resource(plan).update(name="../../../escaped.txt"),
    "another file of the machine": lambda plan: first_resource(plan).update(path="/etc/hostname"),
    "another file beside the releases": lambda plan: first_resource(plan).update(path="../datasets/opendata.toml"),
    "a name of the dataset leads elsewhere": lambda plan: plan["changes"][0]["package"].update(name="../../pwn"),
    "an action that does not exist": lambda plan: plan["changes"][0].update(action="foo"),
    "the guards taken out": lambda plan: plan["changes"][0].update(guards=["row-loss"]),
    "the dataset twice": lambda plan: plan["changes"].append(plan["changes"][0]),
    "other metadata": lambda plan: plan["changes"][0]["package"].update(title="x"),
    "another state of the portal": lambda plan: plan.update(portal_state="0" * 64),
    "a part missing": lambda plan: plan["changes"][0].pop("package"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_plan_is_refused(edit: str, workspace: Workspace, tmp_path: Path) -> None:
    """A plan is compared with what would be done now; any difference refuses it, and nothing is written."""
    portal = open_portal(workspace)
    plan = json.loads(json.dumps(mo.plan_publication(workspace, portal, [SLUG]).to_dict()))
    EDITS[edit](plan)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    before = held(tmp_path)
    with pytest.raises(GuardError):
        agreed_plan(path, workspace, portal)
    assert held(tmp_path) == before


@pytest.mark.parametrize("place", ["/srv/{0}", r"C:\releases\{0}", r"\\server\share\{0}", None])
def test_a_plan_with_absolute_paths_is_stale(place: str | None, workspace: Workspace, tmp_path: Path) -> None:
    """As version 0.1 wrote it: it is refused with a sentence of its own; paths are below the releases now."""
    portal = open_portal(workspace)
    plan = json.loads(json.dumps(mo.plan_publication(workspace, portal, [SLUG]).to_dict()))
    parts = plan["changes"][0]["resources"]
    assert [part["path"] for part in parts] == [f"{SLUG}/{part['name']}" for part in parts]
    for part in parts:
        part["path"] = place.format(part["path"]) if place else str(workspace.releases / part["path"])
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan), encoding="utf-8")
    with pytest.raises(GuardError) as refused:
        agreed_plan(path, workspace, portal)
    assert (refused.value.code, refused.value.exit_code) == ("plan-older-form", 4)


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", "null", '{"changes": 1}', '{"changes": [1]}', '{"changes": []}', "[" * 100_000],
    ids=lambda text: text[:15],
)
def test_what_is_no_plan_is_told(text: str, workspace: Workspace, tmp_path: Path) -> None:
    """A file that is no plan, or of another version of the format, gets a message."""
    path = tmp_path / "plan.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(MeguroOpendataError) as refused:
        agreed_plan(path, workspace, open_portal(workspace))
    assert (refused.value.code, refused.value.exit_code) == ("plan-broken", 2)


def test_a_plan_holds_in_an_equal_copy_only(workspace: Workspace, tmp_path: Path) -> None:
    """A plan names no machine: it holds where the same releases meet the same portal, and not with another release."""
    other = tmp_path / "other"
    shutil.copytree(workspace.root, other / "datasets")
    there = mo.open_workspace(other / "datasets")
    mo.build_release(SLUG, there)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(mo.plan_publication(there, None, [SLUG]).to_dict()), encoding="utf-8")
    assert agreed_plan(path, workspace, open_portal(workspace)).pending
    change_a_cell(workspace)
    with pytest.raises(GuardError):
        agreed_plan(path, workspace, open_portal(workspace))


def test_a_plan_goes_without_names(workspace: Workspace, command: Callable[..., Any]) -> None:
    """``publish SLUG --plan FILE`` is two wishes at once and refused."""
    command("plan", SLUG, "--out", "plan.json")
    ran = command("publish", SLUG, "--plan", "plan.json")
    assert (ran.code, "一緒に指定できません" in ran.err) == (2, True)


DAMAGES: dict[str, object] = {
    "no object": None,
    "empty": {},
    "a list": [],
    "no name": {"resources": [], "tags": [], "groups": [], "extras": []},
    "a name with folders": {
        "name": "../x",
        "resources": [],
        "tags": [],
        "groups": [],
        "extras": [],
        "metadata_created": "",
    },
    "resources are null": {
        "name": "x",
        "resources": None,
        "tags": [],
        "groups": [],
        "extras": [],
        "metadata_created": "",
    },
    "a resource without hash": {"name": "x", "resources": [{"name": "y"}], "tags": [], "groups": [], "extras": []},
    "tags of text": {"name": "x", "resources": [], "tags": ["a"], "groups": [], "extras": [], "metadata_created": ""},
    "extras are no list": {
        "name": "x",
        "resources": [],
        "tags": [],
        "groups": [],
        "extras": {"a": 1},
        "metadata_created": "",
    },
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_portal_is_told(damage: str, workspace: Workspace) -> None:
    """A ``package_show`` file that is not as CKAN gives it is named, exit code 3."""
    portal = open_portal(workspace)
    mo.apply_plan(mo.plan_publication(workspace, portal, [SLUG]), portal)
    path = workspace.root.parent / "portal/api/3/action/package_show" / f"{NAME}.json"
    path.write_text(json.dumps({"success": True, "result": DAMAGES[damage]}), encoding="utf-8")
    with pytest.raises(PortalError, match=NAME):
        mo.plan_publication(workspace, portal, [SLUG])


@pytest.mark.parametrize("content", [b"\xff\xfe\x80", b"ID\r\n" + b"x" * 200_000, b"", b'"open'])
def test_a_published_file_may_hold_anything(content: bytes, workspace: Workspace) -> None:
    """Whatever somebody put in place of the published CSV, the next publication sees it and puts the right one back."""
    portal = open_portal(workspace)
    mo.apply_plan(mo.plan_publication(workspace, portal, [SLUG]), portal)
    published = workspace.root.parent / "portal/dataset" / NAME / f"{NAME}.csv"
    good = published.read_bytes()
    published.write_bytes(content)
    publish(mo.plan_publication(workspace, portal, [SLUG]), portal, workspace, allow=("row-loss",))
    assert published.read_bytes() == good


@pytest.mark.parametrize(
    "edit",
    [
        lambda made: made.clear(),
        lambda made: made.update(resources=[]),
        lambda made: made.update(resources=None),
        lambda made: made["resources"][0].pop("hash"),
        lambda made: made["resources"][0].update(path="../../datasets/opendata.toml"),
        lambda made: made["resources"][0].update(format="pdf"),
        lambda made: made.pop("mo:metadata"),
        lambda made: made.pop("mo:rows"),
    ],
)
def test_an_edited_release_is_told(edit: Callable[[dict[str, Any]], object], workspace: Workspace) -> None:
    """A release whose descriptor was edited is not published but named."""
    path = workspace.releases / SLUG / "datapackage.json"
    made = json.loads(path.read_text(encoding="utf-8"))
    edit(made)
    path.write_text(json.dumps(made), encoding="utf-8")
    with pytest.raises((MeguroOpendataError, StorageError)) as refused:
        mo.plan_publication(workspace, None, [SLUG])
    assert refused.value.code in ("release-damaged", "name-not-plain")


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "a\\b", "C:x", "a\0b", "あ" * 100])
def test_names_that_lead_elsewhere_are_refused(name: str, tmp_path: Path) -> None:
    """Only a plain name makes a path below a folder."""
    assert not is_plain_name(name)
    with pytest.raises(StorageError):
        inside(tmp_path, name)


BAD_LINES = [
    "{garbage",
    "[]",
    "null",
    "{}",
    '{"hash": "x"}',
    "[" * 100_000,
]


@pytest.mark.parametrize("line", BAD_LINES, ids=lambda line: line[:12])
def test_a_broken_ledger_stops_publishing_before_it_begins(line: str, workspace: Workspace) -> None:
    """The ledger is read first: with a line that cannot be read, the portal is not touched."""
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal, [SLUG]), portal, workspace)
    lines = workspace.ledger.read_text(encoding="utf-8").splitlines()
    workspace.ledger.write_text("\n".join([lines[0], line, *lines[1:]]) + "\n", encoding="utf-8")
    change_a_cell(workspace)
    before = held(workspace.root.parent)
    with pytest.raises(MeguroOpendataError, match="2行目") as stopped:
        publish(mo.plan_publication(workspace, portal, [SLUG]), portal, workspace)
    assert stopped.value.exit_code == 2
    assert held(workspace.root.parent) == before


@pytest.mark.parametrize(
    ("field", "value"), [("time", "yesterday"), ("time", None), ("standard", 3), ("dataset", [1]), ("portal", None)]
)
def test_a_ledger_line_with_other_kinds_of_value_is_broken(field: str, value: object, workspace: Workspace) -> None:
    """A value of another kind than the ledger writes is told with its line, not met later as a crash."""
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal, [SLUG]), portal, workspace)
    first, *rest = workspace.ledger.read_text(encoding="utf-8").splitlines()
    edited = json.dumps({**json.loads(first), field: value}, ensure_ascii=False)
    workspace.ledger.write_text("\n".join([edited, *rest]) + "\n", encoding="utf-8")
    with pytest.raises(MeguroOpendataError, match="1行目"):
        mo.kpi.indicators(workspace, 2025)


def test_a_ledger_in_another_encoding_is_told(workspace: Workspace) -> None:
    """A ledger saved by an editor in CP932 is named, with the line."""
    workspace.ledger.write_bytes('{"department": "防災課"}\n'.encode("cp932"))
    with pytest.raises(MeguroOpendataError, match="1行目"):
        read_ledger(workspace.ledger)


def test_a_ledger_without_its_last_newline_goes_on(workspace: Workspace) -> None:
    """An editor that takes the last newline away does not glue two events together."""
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal, [SLUG]), portal, workspace)
    workspace.ledger.write_bytes(workspace.ledger.read_bytes().rstrip(b"\n"))
    change_a_cell(workspace)
    publish(mo.plan_publication(workspace, portal, [SLUG]), portal, workspace)
    assert [event.event for event in read_ledger(workspace.ledger)] == ["publish"] * 2 + ["update"] * 2


def test_publications_at_once_wait_for_each_other(workspace: Workspace) -> None:
    """Of several publications started together one publishes, the others find nothing to do or a stale plan."""
    commands = [
        subprocess.Popen(
            [sys.executable, "-m", "meguro_opendata", "publish", SLUG, "--yes"],
            cwd=workspace.root,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        )
        for _ in range(4)
    ]
    codes = sorted((ran.communicate(timeout=120), ran.returncode)[1] for ran in commands)
    assert codes[0] == 0
    assert set(codes) <= {0, 4}
    lines = [json.loads(line) for line in workspace.ledger.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2
    assert [line["previous"] for line in lines] == ["0" * 64, lines[0]["hash"]]
