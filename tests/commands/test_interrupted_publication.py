"""Commands after a publication was interrupted: those that read say so and write nothing, ``publish`` completes it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Ran
from jsonschema import Draft202012Validator
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata.ledger import pending_path, read_ledger
from meguro_opendata.portals import open_portal
from meguro_opendata.publication import applying, plan_publication, publish
from meguro_opendata.publication.history import History
from meguro_opendata.workspace.city import Workspace

DOCUMENT = "5目情第100号"
SLUGS = ("stockpile_warehouse", "emergency_radio")
Command = Callable[..., Ran]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a workspace of two datasets, and their releases."""
    folder = tmp_path_factory.mktemp("built")
    root = folder / "datasets"
    root.mkdir()
    shutil.copy(ROOT / "datasets" / "opendata.toml", root)
    for slug in SLUGS:
        shutil.copytree(ROOT / "datasets" / slug, root / slug)
        mo.build_release(slug, workspace=mo.open_workspace(root))
    return folder


@pytest.fixture
def workspace(built: Path, tmp_path: Path) -> Workspace:
    """The workspace with its releases, to be changed at will."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    return mo.open_workspace(tmp_path / "datasets")


def interrupt(workspace: Workspace, *, before: str = "complete", after: int = 0) -> None:
    """Publish all, up to the ledger, or up to the write of a dataset."""
    done: list[str] = []
    original = getattr(applying, before)

    def stop(*told: Any) -> Any:
        if len(done) == after:
            raise KeyboardInterrupt
        done.append("")
        return original(*told)

    portal = open_portal(workspace)
    plan = plan_publication(workspace, portal)
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):  # noqa: PT012
        patch.setattr(applying, before, stop)
        publish(plan, portal, workspace, approval=DOCUMENT)


def files(workspace: Workspace) -> dict[Path, bytes]:
    """Every file of the workspace, its releases and its portal."""
    return {path: path.read_bytes() for path in workspace.root.parent.rglob("*") if path.is_file()}


def printed(ran: Ran, schema: str) -> dict[str, Any]:
    """The JSON that a command printed, which is as its schema says."""
    loaded: dict[str, Any] = json.loads(ran.out)
    told = json.loads((ROOT / "docs" / "schemas" / f"{schema}.schema.json").read_text(encoding="utf-8"))
    for_itself = {key: value for key, value in loaded.items() if key in ("recovery", "recovered")}
    for key, value in for_itself.items():
        Draft202012Validator(told["properties"][key]).validate(value)
    return loaded


def test_commands_that_read_say_that_something_is_pending(workspace: Workspace, command: Command) -> None:
    """``plan``, ``status`` and ``kpi show`` name portal and datasets on stderr and in JSON, and write nothing."""
    interrupt(workspace)
    before = files(workspace)
    for words, schema, code in ((("plan",), "plan", 1), (("status",), "status", 1), (("kpi", "show"), "kpi", 0)):
        ran = command(*words, "--format", "json", "--workspace", workspace.root)
        assert ran.code == code, ran.text
        (pending,) = printed(ran, schema)["recovery"]["pending"]
        assert (pending["portal"], sorted(pending["datasets"])) == ("folder", sorted(SLUGS))
        assert "meguro-opendata publish --portal folder" in ran.err
    assert files(workspace) == before


def test_publish_completes_it_and_says_so(workspace: Workspace, command: Command) -> None:
    """The same command again: ledger and history are there, and nothing is pending."""
    interrupt(workspace)
    ran = command("publish", "--yes", "--format", "json", "--workspace", workspace.root)
    assert ran.code == 0, ran.text
    told = printed(ran, "outcome")
    assert (told["datasets"], sorted(told["recovered"]["datasets"])) == ([], sorted(SLUGS))
    assert told["recovered"]["events"] == len(read_ledger(workspace.ledger)) > 0
    assert not pending_path(workspace.ledger).exists()
    assert all(History(workspace).releases(slug) for slug in SLUGS)
    again = command("plan", "--format", "json", "--workspace", workspace.root)
    assert (again.code, "recovery" in json.loads(again.out)) == (0, False)


@pytest.mark.parametrize("content", [b"", b"{", b'{"format": 1}', "公開".encode("cp932")])
def test_a_damaged_journal_is_said_by_all_and_refused_by_publish(
    content: bytes, workspace: Workspace, command: Command
) -> None:
    """Commands that read say it on stderr and in JSON; ``publish`` ends with 2 and changes nothing."""
    pending_path(workspace.ledger).write_bytes(content)
    before = files(workspace)
    kpi = command("kpi", "show", "--format", "json", "--workspace", workspace.root)
    assert (kpi.code, printed(kpi, "kpi")["recovery"]["error"]["code"]) == (0, "pending-damaged")
    for reading in ("plan", "status"):
        assert command(reading, "--workspace", workspace.root).code == 1
    ran = command("publish", "--yes", "--workspace", workspace.root)
    assert (ran.code, "Traceback" in ran.text) == (2, False)
    assert str(pending_path(workspace.ledger)) in ran.err
    assert {path: data for path, data in files(workspace).items() if path.suffix != ".lock"} == before


@pytest.mark.parametrize("after", [0, 1])
def test_an_approved_plan_goes_on_where_it_was_interrupted(
    after: int, workspace: Workspace, command: Command, tmp_path: Path
) -> None:
    """With the same file, hash and document; what is left is published, all under the number of the document."""
    plan = tmp_path / "plan.json"
    assert command("plan", "--out", plan, "--workspace", workspace.root).code == 1
    digest = json.loads(plan.read_text(encoding="utf-8"))["hash"]
    interrupt(workspace, before="_result", after=after)
    told = ("--plan", plan, "--plan-hash", digest[:16], "--approval", DOCUMENT, "--workspace", workspace.root)
    ran = command("publish", *told)
    assert ran.code == 0, ran.text
    told_of = {(event.dataset, event.approval) for event in read_ledger(workspace.ledger)}
    assert told_of == {(slug, DOCUMENT) for slug in SLUGS}
    assert command("publish", *told).code == 4


def test_an_approved_plan_does_not_go_on_with_other_data(
    workspace: Workspace, command: Command, tmp_path: Path
) -> None:
    """If what is left would publish other files than were approved, it is refused."""
    plan = tmp_path / "plan.json"
    command("plan", "--out", plan, "--workspace", workspace.root)
    interrupt(workspace, before="_result", after=1)
    left = [slug for slug in SLUGS if not (workspace.root.parent / "portal" / "dataset" / f"131105_{slug}").exists()]
    recipe = workspace.recipe_path(left[0])
    recipe.write_text(
        recipe.read_text(encoding="utf-8").replace("frequency: 随時", "frequency: 年1回"), encoding="utf-8"
    )
    mo.build_release(left[0], workspace=workspace)
    assert command("publish", "--plan", plan, "--workspace", workspace.root).code == 4


def test_a_removal_that_was_interrupted_is_completed_by_the_same_command(
    workspace: Workspace, command: Command
) -> None:
    """The dataset is gone from the portal already: it is entered, nothing else is published, and the exit code is 0."""
    assert command("publish", "--yes", "--workspace", workspace.root).code == 0
    portal = open_portal(workspace)
    plan = plan_publication(workspace, portal, (), mo.publication.Wishes((SLUGS[0],)))
    with pytest.MonkeyPatch.context() as patch, pytest.raises(KeyboardInterrupt):  # noqa: PT012
        patch.setattr(applying, "complete", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        publish(plan, portal, workspace)
    ran = command("publish", "--remove", SLUGS[0], "--yes", "--workspace", workspace.root)
    assert ran.code == 0, ran.text
    assert {event.dataset for event in read_ledger(workspace.ledger) if event.event == "withdraw"} == {SLUGS[0]}


def test_a_history_that_is_absent_is_reported_and_written_again(workspace: Workspace, command: Command) -> None:
    """On another machine the list is empty, which is said; publishing what the portal has already notes it again."""
    where = ("--workspace", workspace.root)
    assert command("publish", SLUGS[0], "--yes", *where).code == 0
    before = command("portal", "releases", SLUGS[0], *where).out
    shutil.rmtree(workspace.releases / ".history")
    assert ".history" in command("portal", "releases", SLUGS[0], *where).err
    command("publish", SLUGS[0], "--yes", *where)
    assert command("portal", "releases", SLUGS[0], *where).out == before


def test_edited_files_of_our_own_are_named_with_what_to_do(workspace: Workspace, command: Command) -> None:
    """The list of what was published, a kept release, and a description with a value of another kind."""
    assert command("publish", "--yes", "--workspace", workspace.root).code == 0
    slug, kept = SLUGS[0], workspace.releases / ".history" / SLUGS[0]
    log, (texts,) = kept / "published.jsonl", [path for path in kept.glob("*.json") if "fields" not in path.name]
    descriptor = workspace.releases / slug / "datapackage.json"
    meta = json.loads(descriptor.read_text(encoding="utf-8"))
    meta["mo:metadata"]["frequency"] = {"年": 1}
    where = ("--workspace", workspace.root)
    release = ("publish", slug, "--release", texts.stem, "--yes", *where)
    for path, data, words, named in (
        (texts, texts.read_bytes().replace(b'"rows": 20', b'"rows": "20"'), release, texts.name),
        (log, b'{"release": 5}\n', ("portal", "releases", slug, *where), "1行目"),
        (log, log.read_bytes() + b"[]\n", ("portal", "releases", slug, *where), "2行目"),
        (descriptor, json.dumps(meta).encode(), ("plan", slug, *where), "mo:metadata.frequency"),
    ):
        before = path.read_bytes()
        path.write_bytes(data)
        ran = command(*words)
        assert (ran.code, "Traceback" in ran.text, named in ran.err) == (2, False, True), ran.text
        path.write_bytes(before)
