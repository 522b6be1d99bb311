"""Withdrawal: what is taken off a portal stays off it, is looked for afterwards, and is called by its name."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Ran
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from meguro_opendata.cli.texts.plan import failure_lines, plan_lines, publish_lines
from meguro_opendata.cli.texts.withdrawal import ask_text, cancelled_text, kept_withdrawn_lines
from memory_portal import MemoryPortal

import meguro_opendata as mo
from meguro_opendata.catalog import CatalogEntry, Distribution
from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.files.whole import sha256
from meguro_opendata.ledger import Event, append_events, read_ledger, read_portal
from meguro_opendata.portals import FolderPortal, Upload
from meguro_opendata.publication import Outcome, Plan, Wishes, plan_page, plan_publication, plan_releases, publish
from meguro_opendata.publication.status import status
from meguro_opendata.publication.withdrawal import withdrawn_among
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace

Make = Callable[..., PublishedDataset]
AnyPortal = MemoryPortal | FolderPortal
NAME = "131105_park"
DOWN = Wishes(remove=("park",))
AGAIN = Wishes(again=("park",))


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """The shipped workspace, opened."""
    return mo.open_workspace(workspace_dir)


@pytest.fixture(params=["folder", "memory"])
def portal(request: pytest.FixtureRequest, workspace: Workspace, tmp_path: Path) -> AnyPortal:
    """A portal of our own, and one that others write to."""
    if request.param == "folder":
        return FolderPortal("ward", tmp_path / "portal", workspace.city)
    return MemoryPortal(workspace.city, name="ward")


@pytest.fixture
def folder(workspace: Workspace, tmp_path: Path) -> FolderPortal:
    """A portal of our own."""
    return FolderPortal("ward", tmp_path / "portal", workspace.city)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """A release of some files."""

    def release(*names: str, slug: str = "park", text: str = "ID,名称\r\n1,公園\r\n") -> PublishedDataset:
        built = tmp_path / "built" / slug
        built.mkdir(parents=True, exist_ok=True)
        files, parts = [], []
        for name in names or ("park.csv", "park.xlsx"):
            (built / name).write_text(text, encoding="utf-8", newline="")
            data = (built / name).read_bytes()
            files.append(Upload(name, built / name, sha256(data), len(data)))
            parts.append(Distribution(name, name.rpartition(".")[2].upper(), name, "一覧", len(data), sha256(data), 1))
        entry = CatalogEntry(
            f"131105_{slug}", "公園", "一覧", "防災課", "随時", "CC-BY-4.0", distributions=tuple(parts)
        )
        return PublishedDataset(slug, entry, tuple(files), 1, ("ID",), {file.name: 1 for file in files})

    return release


def done(
    portal: AnyPortal, workspace: Workspace, *releases: PublishedDataset, wishes: Wishes | None = None
) -> tuple[Plan, Outcome, int]:
    """Plan and publish."""
    plan = plan_releases(releases, portal, workspace, wishes)
    outcome, events = publish(plan, portal, workspace)
    return plan, outcome, events


def events_of(workspace: Workspace) -> list[tuple[str, str]]:
    """What the ledger says, in order."""
    return [(event.event, event.resource) for event in read_ledger(workspace.ledger)]


def test_withdrawn_stays_withdrawn_until_it_is_named(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """One event of the dataset; routine runs and its name alone leave it off the portal; ``again`` publishes it."""
    release = make()
    done(portal, workspace, release)
    assert done(portal, workspace, wishes=DOWN)[2] == 1
    assert events_of(workspace)[2:] == [("withdraw", "")]
    plan, outcome, events = done(portal, workspace, release)
    (change,) = plan.changes
    time = read_ledger(workspace.ledger)[-1].time
    assert (change.action, plan.pending, outcome.results, events) == ("unchanged", False, (), 0)
    assert change.to_dict()["withdrawn"] == {"time": time, "portal": "ward", "found": []}
    assert portal.state().packages == {}
    plan, outcome, _ = done(portal, workspace, release, wishes=AGAIN)
    assert (plan.changes[0].action, outcome.resources) == ("create", ("park.csv", "park.xlsx"))
    assert list(portal.state().packages) == [NAME]
    assert events_of(workspace)[3:] == [("update", "park.csv"), ("update", "park.xlsx")]
    after = plan_releases([release], portal, workspace).changes[0]
    assert (after.action, after.withdrawn) == ("unchanged", None)


def test_a_file_that_left_its_series_is_no_withdrawal(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """The dataset is published as ever after one of its files was withdrawn by name."""
    done(portal, workspace, make("a.csv", "b.csv"))
    plan, outcome, _ = done(portal, workspace, make("b.csv"), wishes=Wishes(remove=("park/a.csv",)))
    assert (outcome.withdrawn, outcome.removed, plan.deed) == ((), ("a.csv",), "withdraw")
    assert events_of(workspace)[2:] == [("withdraw", "a.csv")]
    assert read_portal(workspace.ledger, "ward").withdrawals == {}
    assert plan_releases([make("b.csv", text="ID\r\n2\r\n")], portal, workspace).changes[0].action == "update"


def test_a_second_portal_is_not_concerned(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """A dataset that is withdrawn from one portal is published on another."""
    done(portal, workspace, make())
    done(portal, workspace, wishes=DOWN)
    other = MemoryPortal(workspace.city, name="prefecture")
    assert plan_releases([make()], other, workspace).changes[0].action == "create"


def test_withdrawing_again_changes_nothing(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """By slug or by its name there, what is withdrawn already is unchanged; an unknown name is refused."""
    done(portal, workspace, make())
    done(portal, workspace, wishes=DOWN)
    for name in ("park", NAME):
        plan, _, events = done(portal, workspace, wishes=Wishes(remove=(name,)))
        assert ([change.action for change in plan.changes], events) == (["unchanged"], 0)
        assert list(kept_withdrawn_lines(plan, "ja")) == ["すでに取り下げ済みです: park"]
    with pytest.raises(MeguroOpendataError) as error:
        plan_releases([], portal, workspace, Wishes(remove=("no_such",)))
    assert error.value.code == "remove-unknown"


def test_what_vanished_from_the_portal_can_be_withdrawn(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """A dataset that the ledger knows and the portal has lost is entered as withdrawn, without a write."""
    done(portal, workspace, make())
    portal.remove(portal.state().packages[NAME])
    plan, outcome, events = done(portal, workspace, wishes=DOWN)
    assert (plan.changes[0].action, outcome.withdrawn, events) == ("remove", ("park",), 1)
    assert plan_releases([make()], portal, workspace).changes[0].withdrawn


def test_removal_wins_over_publication_in_one_run(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """A dataset that is named for both is taken down and not written."""
    done(portal, workspace, make())
    plan, _, _ = done(portal, workspace, make(text="ID\r\n2\r\n"), wishes=DOWN)
    assert [change.action for change in plan.changes] == ["remove"]
    assert portal.state().packages == {}


def test_a_withdrawal_since_the_plan_makes_it_stale(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """A plan from before publishes nothing, whether it was to write or to change nothing."""
    done(portal, workspace, make())
    plans = [plan_releases([make(text=text)], portal, workspace) for text in ("ID\r\n2\r\n", "ID,名称\r\n1,公園\r\n")]
    assert [plan.changes[0].action for plan in plans] == ["update", "unchanged"]
    make(text="ID\r\n2\r\n")
    done(portal, workspace, wishes=DOWN)
    before = events_of(workspace)
    for plan in plans:
        with pytest.raises(GuardError) as error:
            publish(plan, portal, workspace, seen=plan.seen)
        assert error.value.code == "plan-stale"
    assert (portal.state().packages, events_of(workspace)) == ({}, before)


def test_what_earlier_versions_withdrew_is_withdrawn_and_named_once(
    make: Make, portal: AnyPortal, workspace: Workspace
) -> None:
    """One ``withdraw`` a file was their way; the next run says so, enters the dataset's event, and then is silent."""
    release = make()
    done(portal, workspace, release)
    portal.remove(portal.state().packages[NAME])
    lines = read_ledger(workspace.ledger)
    append_events(
        workspace.ledger, [replace(line, event="withdraw", time="2025-06-01T09:00:00+09:00") for line in lines]
    )
    plan, _, events = done(portal, workspace, release)
    assert (plan.changes[0].action, plan.pending, events) == ("unchanged", False, 1)
    assert sum("以前の版" in line for line in kept_withdrawn_lines(plan, "ja")) == 1
    last = read_ledger(workspace.ledger)[-1]
    assert (last.event, last.resource, last.time) == ("withdraw", "", "2025-06-01T09:00:00+09:00")
    plan, _, events = done(portal, workspace, release)
    assert events == 0
    assert not any("以前の版" in line for line in kept_withdrawn_lines(plan, "ja"))


def test_what_came_back_is_reported_and_left_alone(make: Make, workspace: Workspace) -> None:
    """A dataset that was restored on the portal is a drift: it is neither removed nor overwritten until decided."""
    portal = MemoryPortal(workspace.city, name="ward")
    release = make()
    done(portal, workspace, release)
    held = portal.packages[NAME]
    done(portal, workspace, wishes=DOWN)
    portal.packages[NAME] = held
    writes = portal.writes
    plan, _, events = done(portal, workspace, make(text="ID\r\n2\r\n"))
    assert (plan.changes[0].action, portal.writes, events) == ("unchanged", writes, 0)
    assert plan.changes[0].to_dict()["withdrawn"]["found"] == ["park.csv", "park.xlsx"]  # type: ignore[index]
    assert any("--remove park" in line for line in plan_lines(plan, "ja"))
    (drift,) = [one for one in status(workspace, portal).drifts if one.kind == "returned"]
    assert (drift.dataset, drift.details) == ("park", ("park.csv", "park.xlsx"))
    again = plan_releases([release], portal, workspace, AGAIN)
    assert again.changes[0].action == "unchanged"
    assert publish(again, portal, workspace)[1] == 2
    assert read_portal(workspace.ledger, "ward").withdrawals == {}
    portal.packages[NAME] = held
    done(portal, workspace, wishes=DOWN)
    assert portal.packages == {}


def test_a_restore_can_name_what_it_should_not_have_brought_back(make: Make, workspace: Workspace) -> None:
    """Of the datasets of a backup those that are withdrawn are known by their mark."""
    portal = MemoryPortal(workspace.city, name="ward")
    done(portal, workspace, make(), make(slug="pool"))
    saved = list(portal.state().packages.values())
    assert withdrawn_among(saved, "ward", workspace) == []
    done(portal, workspace, wishes=DOWN)
    assert withdrawn_among(saved, "ward", workspace) == ["park"]
    assert withdrawn_among(saved, "prefecture", workspace) == []


def test_files_that_an_earlier_version_left_lying_are_found(
    make: Make, folder: FolderPortal, workspace: Workspace
) -> None:
    """A folder portal's file that is not announced any more and still public is reported, and can be withdrawn."""
    done(folder, workspace, make())
    done(folder, workspace, wishes=DOWN)
    left = folder.root / "dataset" / NAME / "park.csv"
    left.parent.mkdir()
    left.write_text("x", encoding="utf-8")
    plan = plan_releases([make()], folder, workspace)
    assert plan.changes[0].withdrawn
    assert plan.changes[0].withdrawn.found == (f"dataset/{NAME}/park.csv",)
    (left.parent / "memo.txt").write_text("x", encoding="utf-8")
    with pytest.raises(GuardError):
        done(folder, workspace, wishes=DOWN)
    (left.parent / "memo.txt").unlink()
    assert done(folder, workspace, wishes=DOWN)[1].withdrawn == ("park",)
    assert not left.parent.exists()


def locked(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Let the system refuse to delete files of a name, as it does of one that another program has open."""
    unlink = Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == name:
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", refuse)


def test_a_file_that_cannot_be_deleted_keeps_the_dataset_published(
    make: Make, folder: FolderPortal, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Exit 3, the file is named, no event; the same command completes it once the file can be deleted."""
    done(folder, workspace, make())
    before = events_of(workspace)
    with monkeypatch.context() as patch:
        locked(patch, "park.xlsx")
        _, outcome, events = done(folder, workspace, wishes=DOWN)
    assert (outcome.exit_code, outcome.withdrawn, outcome.removed, events) == (3, (), (), 0)
    (line, *rest) = failure_lines(outcome, "ja")
    assert line == "[失敗] park（取り下げ）"
    assert f"dataset/{NAME}/park.xlsx" in rest[0]
    assert "Permission denied" in rest[0]
    assert list(publish_lines(outcome, events, workspace, "ja")) == []
    assert (events_of(workspace), list(folder.state().packages)) == (before, [NAME])
    assert done(folder, workspace, wishes=DOWN)[1].withdrawn == ("park",)
    assert not (folder.root / "dataset" / NAME).exists()


def test_a_single_file_that_cannot_be_deleted_stays_announced(
    make: Make, folder: FolderPortal, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is withdrawn alone is named, too, and can be withdrawn by the same command afterwards."""
    one = Wishes(remove=("park/a.csv",))
    done(folder, workspace, make("a.csv", "b.csv"))
    with monkeypatch.context() as patch:
        locked(patch, "a.csv")
        _, outcome, events = done(folder, workspace, make("b.csv"), wishes=one)
    assert (outcome.exit_code, events) == (3, 0)
    assert outcome.failed[0].error
    assert outcome.failed[0].error.params["files"] == [f"dataset/{NAME}/a.csv"]
    assert done(folder, workspace, make("b.csv"), wishes=one)[1].removed == ("a.csv",)
    assert [path.name for path in sorted((folder.root / "dataset" / NAME).glob("*.csv"))] == ["b.csv"]


def test_a_portal_that_says_yes_and_does_not_act_is_found_out(make: Make, workspace: Workspace) -> None:
    """The portal is looked at after a removal: what is still there ends with exit 3 and no event."""
    portal = MemoryPortal(workspace.city, name="ward")
    done(portal, workspace, make())
    portal.staying = {NAME}
    _, outcome, events = done(portal, workspace, wishes=DOWN)
    assert (outcome.exit_code, events, read_portal(workspace.ledger, "ward").withdrawals) == (3, 0, {})
    assert outcome.failed[0].error
    assert outcome.failed[0].error.code == "removal-unconfirmed"


def test_files_that_others_put_into_a_folder_are_named_and_guarded(
    make: Make, folder: FolderPortal, workspace: Workspace
) -> None:
    """Files and links of others go with the dataset only if that is allowed; what a link leads to stays."""
    done(folder, workspace, make())
    place = folder.root / "dataset" / NAME
    outside = folder.root.parent / "outside"
    outside.mkdir()
    (outside / "kept.txt").write_text("x", encoding="utf-8")
    (place / "sub" / "deeper").mkdir(parents=True)
    (place / "sub" / "note.txt").write_text("x", encoding="utf-8")
    (place / "link").symlink_to(outside, target_is_directory=True)
    (place / ".park.csv.abcd1234.tmp").write_text("x", encoding="utf-8")
    with pytest.raises(GuardError) as stopped:
        done(folder, workspace, wishes=DOWN)
    assert stopped.value.code == "guard-foreign-resource"
    assert (place / "sub" / "note.txt").is_file()
    plan = plan_releases([], folder, workspace, DOWN)
    named = {part.name: part.url for part in plan.changes[0].resources if not part.ours}
    assert named == {name: f"dataset/{NAME}/{name}" for name in ("link", "sub/note.txt")}
    assert all(any(address in line for line in plan_lines(plan, "ja")) for address in named.values() if address)
    assert publish(plan, folder, workspace, ["foreign-resource"])[0].withdrawn == ("park",)
    assert not place.exists()
    assert (outside / "kept.txt").is_file()


def test_every_word_of_a_withdrawal_is_one_of_withdrawal(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """Plan, page, question and result of a pure withdrawal say 取り下げ, never 削除, 公開しました or 公開しますか."""
    done(portal, workspace, make())
    plan = plan_releases([], portal, workspace, DOWN)
    page = plan_page(plan, workspace, "ja")
    shown = [*plan_lines(plan, "ja"), ask_text(plan, "ja"), cancelled_text(plan, "ja")]
    outcome, events = publish(plan, portal, workspace)
    told = "\n".join([*shown, *publish_lines(outcome, events, workspace, "ja"), page])
    for wrong in ("削除", "公開しました", "公開しますか", "公開しませんでした", "ポータルへ公開します", "公開計画"):
        assert wrong not in told
    for right in (
        f"[取り下げ] {NAME}",
        "取り下げ 1件",
        "取り下げますか",
        "取り下げの計画",
        "取り下げました: データセット 1件（park）",
    ):
        assert right in told


def test_one_run_can_publish_and_withdraw(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """Then both are said, with their own numbers."""
    done(portal, workspace, make())
    plan, outcome, events = done(portal, workspace, make(slug="pool"), wishes=DOWN)
    lines = list(publish_lines(outcome, events, workspace, "ja"))
    assert lines[:2] == ["公開しました: データセット 1件、ファイル 2件", "取り下げました: データセット 1件（park）"]
    assert (plan.deed, ask_text(plan, "ja")) == ("both", "この内容で公開と取り下げをしますか？")
    assert "公開と取り下げの計画" in plan_page(plan, workspace, "ja")


def test_the_page_names_what_stays_withdrawn(make: Make, portal: AnyPortal, workspace: Workspace) -> None:
    """Beside the datasets that are unchanged stand those that are withdrawn, with their day."""
    done(portal, workspace, make(), make(slug="pool"))
    done(portal, workspace, wishes=DOWN)
    page = plan_page(plan_releases([make(), make(slug="pool")], portal, workspace), workspace, "ja")
    assert "取り下げ済み" in page
    assert "--again" in page


def test_a_withdrawn_dataset_needs_no_release(make: Make, workspace: Workspace) -> None:
    """A recipe that is not built does not stop the others, and is neither missing nor unbuilt in the status."""
    portal = MemoryPortal(workspace.city, name="ward")
    event = Event("publish", "2026-04-01T09:00:00+09:00", "ward", "preschool", "a.csv", None, "保育課", 1, "0" * 64)
    gone = replace(event, event="withdraw", resource="", time="2026-05-01T09:00:00+09:00")
    append_events(workspace.ledger, [event, gone])
    plan = plan_publication(workspace, portal, ["preschool"])
    assert [(change.dataset, change.name, change.action) for change in plan.changes] == [
        ("preschool", "131105_preschool", "unchanged")
    ]
    assert "preschool" not in {drift.dataset for drift in status(workspace, portal).drifts}
    with pytest.raises(MeguroOpendataError) as error:
        plan_publication(workspace, portal, ["preschool"], Wishes(again=("preschool",)))
    assert error.value.code == "release-missing"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], max_examples=25)
@given(steps=st.lists(st.sampled_from(["routine", "new rows", "by name", "down", "again"]), max_size=6))
def test_however_it_comes_and_goes_the_portal_is_as_the_ledger_says(
    steps: list[str], make: Make, workspace: Workspace
) -> None:
    """A dataset is on the portal if it was published after its last withdrawal; a repeated run changes nothing."""
    workspace.ledger.unlink(missing_ok=True)
    portal = MemoryPortal(workspace.city, name="ward")
    texts = {step: f"ID\r\n{step}\r\n" for step in steps}
    down = False
    for step in steps:
        release = make(text=texts[step] if step == "new rows" else "ID\r\n1\r\n")
        if step == "down":
            if portal.packages:
                done(portal, workspace, wishes=DOWN)
                down = True
        else:
            done(portal, workspace, release, wishes=AGAIN if step == "again" else None)
            down = down and step != "again"
        published = set(read_portal(workspace.ledger, "ward").published)
        assert ("park" in read_portal(workspace.ledger, "ward").withdrawals) == down
        assert bool(portal.packages) == bool(published)
        writes, lines = portal.writes, len(read_ledger(workspace.ledger))
        done(portal, workspace, *([] if step == "down" else [release]))
        assert (portal.writes, len(read_ledger(workspace.ledger))) == (writes, lines)


def test_the_command_line(command: Callable[..., Ran], workspace_dir: Path) -> None:
    """``publish --remove X``, then the routine ``publish``: X stays away; its state is in the plan's JSON, exit 0."""

    def run(*words: str) -> Ran:
        return command(*words, cwd=workspace_dir.parent)

    assert run("build", "emergency_radio").code == 0
    first = run("publish", "emergency_radio", "--yes")
    assert first.code == 0, first.text
    taken = run("publish", "--remove", "emergency_radio", "--yes", "--format", "json")
    assert (taken.code, json.loads(taken.out)["removed"]) == (0, ["emergency_radio"])
    planned = run("plan", "emergency_radio", "--format", "json")
    (change,) = json.loads(planned.out)["changes"]
    assert (planned.code, change["action"], change["withdrawn"]["portal"]) == (0, "unchanged", "folder")
    written = run("plan", "emergency_radio", "--again", "--out", "again.json")
    assert written.code == 1
    named = run("publish", "emergency_radio", "--yes")
    assert (named.code, "--again" in named.err, "公開しました" in named.text) == (0, True, False)
    assert run("publish", "--again", "--yes").code == 2
    earlier = json.loads((workspace_dir.parent / "again.json").read_text(encoding="utf-8"))
    del earlier["wishes"]["again"], earlier["changes"][0]["withdrawn"]
    (workspace_dir.parent / "earlier.json").write_text(json.dumps(earlier), encoding="utf-8")
    assert run("publish", "--plan", "earlier.json").code == 4
    assert run("publish", "--plan", "again.json").code == 0
    assert run("publish", "--plan", "again.json").code == 4
    assert run("plan", "emergency_radio").code == 0
