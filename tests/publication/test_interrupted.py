"""A publication that is interrupted anywhere and run again leaves every file as one that runs through."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dying import dying
from locations import ROOT
from memory_portal import MemoryPortal
from offices import FIRST, LAST_DAY, Office, Work, copied, everything, one

from meguro_opendata.catalog import Package
from meguro_opendata.errors import GuardError, MeguroOpendataError, PortalError, StaleError, UncertainError
from meguro_opendata.ledger import (
    Record,
    enter_events,
    japan_time,
    pending_path,
    read_entries,
    read_ledger,
    verify_ledger,
)
from meguro_opendata.ledger.chain import hash_of
from meguro_opendata.publication import applying, plan_releases, publish
from meguro_opendata.publication.history import History
from meguro_opendata.publication.journal import Journal
from meguro_opendata.publication.recovery import recover

ALL = bool(os.environ.get("MEGURO_OPENDATA_ALL_FAULTS"))
AFTER = LAST_DAY + timedelta(days=1)
# A step after the journal is on the disk and before the portal announces the dataset.
FIRST_PORTAL_STEP = 12
LEAST_STEPS = 50
# All steps of a large publication take a minute; in every run of the tests each 16th is tried, from three beginnings.
PARTS, STRIDE = 3, 48
FULL = pytest.mark.skipif(not ALL, reason="every step of a large publication: make faults")


@pytest.fixture
def office(workspace_dir: Path) -> Office:
    """An office that has published two datasets before."""
    for path in [*workspace_dir.iterdir()]:
        if path.name != "opendata.toml":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    made = Office(workspace_dir.parent)
    made.publish(FIRST, [made.release("changed", 1, "a", "b"), made.release("leaving", 1, "a")])
    return made


def lived(office: Office, work: Work) -> tuple[list[str], dict[str, bytes]]:
    """The steps of an undisturbed run, and all that it leaves."""
    whole = copied(office, "whole")
    with dying(whole.folder) as life:
        work(whole, LAST_DAY)
    return life.steps, whole.files()


def die(office: Office, work: Work, at: int, now: datetime = LAST_DAY) -> bool:
    """Do the work up to a step; return whether it died there."""
    with dying(office.folder, at) as life:
        work(office, now)
    return life.dead


def again(office: Office, work: Work, now: datetime = LAST_DAY) -> None:
    """Do the work again; what was taken away wholly, the journal included, cannot be taken away once more."""
    ended = not pending_path(office.workspace.ledger).exists()
    try:
        work(office, now)
    except MeguroOpendataError as error:
        if not (ended and error.code == "remove-unknown"):
            raise
    assert not pending_path(office.workspace.ledger).exists()


@pytest.mark.parametrize("work", [one, pytest.param(everything, marks=FULL)], ids=lambda work: work.__name__)
def test_a_run_that_dies_at_any_step_and_is_run_again_leaves_every_file_alike(office: Office, work: Work) -> None:
    """At each opening, write, rename, removal and sync: portal, ledger, history, fields and pages are the same."""
    steps, wanted = lived(office, work)
    assert len(steps) > LEAST_STEPS
    for at in range(len(steps)):
        dead = copied(office, "dead")
        assert die(dead, work, at), steps[at]
        again(dead, work)
        assert dead.files() == wanted, (at, steps[at])


@pytest.mark.parametrize("part", range(PARTS))
def test_several_datasets_converge_too(office: Office, part: int) -> None:
    """A new dataset, a changed one, a file and a dataset taken away: a part of the steps in turn (all: above)."""
    steps, wanted = lived(office, everything)
    for at in range(part * len(steps) // PARTS + part, len(steps), STRIDE):
        dead = copied(office, "dead")
        assert die(dead, everything, at), steps[at]
        again(dead, everything)
        assert dead.files() == wanted, (at, steps[at])


@pytest.mark.parametrize("signal", ["SIGKILL", "SIGTERM", "SIGINT"])
@pytest.mark.parametrize("step", range(1, 190, 9) if ALL else (30, 150))
def test_a_process_that_is_killed_converges(step: int, signal: str, office: Office) -> None:
    """A process of its own that the system ends at a step, by each of the signals that end one."""
    steps, wanted = lived(office, everything)
    told = [str(office.folder), "everything", str(min(step, len(steps) - 1)), signal]
    done = subprocess.run([sys.executable, str(ROOT / "tests" / "support" / "offices.py"), *told], check=False)
    assert done.returncode != 0
    again(office, everything)
    assert office.files() == wanted


@pytest.mark.parametrize("seed", range(200 if ALL else 6))
def test_a_recovery_that_dies_as_well_converges(office: Office, seed: int) -> None:
    """Killed, killed again while that is put right, and run a third time."""
    drawn = random.Random(seed)
    steps, wanted = lived(office, everything)
    at = drawn.randrange(len(steps))
    assert die(office, everything, at)
    for _ in range(2):
        with dying(office.folder, drawn.randrange(len(steps) - at + 12)):
            again(office, everything)
    again(office, everything)
    assert office.files() == wanted


def test_what_is_recovered_bears_the_day_of_the_interrupted_run(office: Office) -> None:
    """Killed on 31 March and completed on 1 April, whatever the portal had counts for the fiscal year that ended."""
    steps, wanted = lived(office, one)
    ledger = next(at for at, step in enumerate(steps) if step.endswith("ledger.jsonl"))
    for at in (ledger, ledger + 1, len(steps) - 1):
        dead = copied(office, "dead")
        die(dead, one, at)
        one(dead, AFTER)
        assert dead.files() == wanted
        assert read_ledger(dead.workspace.ledger)[-1].time == "2026-03-31T23:59:30+09:00"


def test_what_had_not_arrived_is_published_by_the_next_run(office: Office) -> None:
    """Killed before the portal announced it, a dataset is published, and counted, by the run that does so."""
    assert die(office, one, FIRST_PORTAL_STEP)
    one(office, AFTER)
    assert read_ledger(office.workspace.ledger)[-1].time == "2026-04-01T23:59:30+09:00"


def test_a_line_that_breaks_off_anywhere_is_completed(office: Office) -> None:
    """However much of the ledger's lines was on the disk, they are there once, and the chain holds."""
    steps, wanted = lived(office, everything)
    ledger = "datasets/ledger.jsonl"
    at = next(at for at, step in enumerate(steps) if step.endswith(ledger))
    assert die(office, everything, at)
    before = (office.folder / ledger).read_bytes()
    written = wanted[ledger].removeprefix(before)
    for cut in range(0, len(written) + 1, 11 if ALL else 97):
        torn = copied(office, "torn")
        (torn.folder / ledger).write_bytes(before + written[:cut])
        again(torn, everything)
        assert torn.files() == wanted, cut
    assert verify_ledger(office.workspace.ledger).whole


def test_entries_that_others_made_meanwhile_stay(office: Office) -> None:
    """A figure recorded between the kill and the recovery keeps its place, and nothing is entered twice."""
    steps, _ = lived(office, one)
    for name, entered in (("ledger.jsonl", 0), ("published.jsonl", 1)):
        dead = copied(office, "dead")
        die(dead, one, next(at for at, step in enumerate(steps) if name in step))
        record = Record(japan_time(AFTER), "opendata.trained_staff", 3, "人", "2026-03-31", "名簿", "係")
        enter_events(dead.workspace.ledger, [record])
        again(dead, one)
        told = [(entry.event, getattr(entry, "dataset", "")) for _, entry in read_entries(dead.workspace.ledger)]
        assert sorted(told[-2:]) == [("publish", "fresh"), ("record", "")], entered
        assert len(told) == len(set(told)) + 1  # two files of the dataset that was published before
        assert verify_ledger(dead.workspace.ledger).whole


def without_history(office: Office) -> None:
    """Another machine: releases are not in git."""
    shutil.rmtree(office.folder / "releases", ignore_errors=True)


def test_without_history_the_recovery_takes_the_files_from_the_portal(office: Office) -> None:
    """The ledger and its journal are on another machine, neither releases nor history: the portal has the files."""
    steps, wanted = lived(office, one)
    die(office, one, next(at for at, step in enumerate(steps) if step.endswith("ledger.jsonl")))
    without_history(office)
    shutil.rmtree(office.folder / "built")
    past = recover(office.workspace, office.portal)
    assert past is not None
    assert (past.datasets, past.missing, past.unkept) == (("fresh",), (), ())
    kept = {name: data for name, data in wanted.items() if "/fresh/" in name}
    assert {name: data for name, data in office.files().items() if "/fresh/" in name} == kept
    (release,) = History(office.workspace).releases("fresh")
    assert History(office.workspace).load("fresh", release.release).rows == release.rows


def test_files_that_are_nowhere_are_named(office: Office) -> None:
    """Where the file is not on the portal either, its history is named as incomplete, and the rest is done."""
    portal = MemoryPortal(office.workspace.city, name="folder")
    release = office.release("fresh", 1, "a")
    plan = plan_releases([release], portal, office.workspace)
    with interrupted(), pytest.raises(KeyboardInterrupt):
        publish(plan, portal, office.workspace, now=LAST_DAY)
    portal.files.clear()
    past = recover(office.workspace, portal)
    assert past is not None
    assert (past.unkept, past.events) == (("fresh",), 1)


@contextmanager
def interrupted() -> Iterator[None]:
    """Publications are interrupted between the portal and the ledger."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(applying, "complete", interrupt)
        yield


def test_an_unchanged_dataset_gets_its_history_back(office: Office) -> None:
    """Where the history is absent, a run that publishes nothing notes what the portal has, with the ledger's time."""
    before = History(office.workspace).releases("changed")
    without_history(office)
    office.publish(LAST_DAY, [office.release("changed", 1, "a", "b")])
    assert History(office.workspace).releases("changed") == before
    assert History(office.workspace).releases("leaving") == []


@pytest.mark.parametrize("pattern", ["changed/*.json", "changed/*.jsonl", "changed/folder.fields.json", "files/*"])
def test_parts_of_the_history_that_are_absent_come_back(office: Office, pattern: str) -> None:
    """Whatever was removed from the history of a dataset, a run that publishes nothing writes it again, once."""
    kept = office.workspace.releases / ".history"
    release = office.release("changed", 1, "a", "b")
    office.publish(LAST_DAY, [release])
    before = {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()}
    removed = list(kept.glob(pattern))
    assert removed
    for path in removed:
        path.unlink()
    for _ in range(2):
        office.publish(LAST_DAY, [release])
        after = {path: path.read_bytes() for path in kept.rglob("*") if path.is_file()}
        needed = {path: data for path, data in before.items() if path in after or path not in removed}
        assert {path: after[path] for path in needed} == needed
        restored = History(office.workspace).load("changed", History(office.workspace).releases("changed")[-1].release)
        assert [file.sha256 for file in restored.files] == [file.sha256 for file in release.files]


def test_a_dataset_that_the_portal_may_have_is_completed_by_the_next_run(office: Office) -> None:
    """An answer that is lost after the portal acted: the next run enters what arrived, with the moment of the first."""
    portal = MemoryPortal(office.workspace.city)
    release, other = office.release("fresh", 1, "a"), office.release("changed", 1, "a", "b")
    whole = MemoryPortal(office.workspace.city)
    undisturbed = copied(office, "whole")
    publish(plan_releases([release, other], whole, undisturbed.workspace), whole, undisturbed.workspace, now=LAST_DAY)
    original = portal.put

    def lost(package: Package, *told: Any) -> Package | None:
        held = original(package, *told)
        if package.name.endswith("_changed"):
            raise UncertainError("portal-no-answer", name="memory")
        return held

    portal.put = lost  # type: ignore[method-assign]
    plan = plan_releases([release, other], portal, office.workspace)
    outcome, events = publish(plan, portal, office.workspace, now=LAST_DAY)
    assert (outcome.exit_code, events, pending_path(office.workspace.ledger).exists()) == (3, 1, True)
    portal.put = original  # type: ignore[method-assign]
    recover(office.workspace, portal)
    assert not plan_releases([release, other], portal, office.workspace).pending
    assert office.files() == undisturbed.files()


@pytest.mark.parametrize("kept", [False, True])
def test_what_the_portal_refused_is_not_pending(office: Office, *, kept: bool) -> None:
    """A refusal is an answer: nothing is to be found out later; the other dataset is entered."""
    portal = MemoryPortal(office.workspace.city)
    original = portal.put

    def refusing(package: Package, *told: Any) -> None:
        if package.name.endswith("_changed"):
            raise (PortalError if kept else StaleError)("plan-stale")
        original(package, *told)

    portal.put = refusing  # type: ignore[method-assign]
    releases = [office.release("fresh", 1, "a"), office.release("changed", 1, "a", "b")]
    outcome, events = publish(plan_releases(releases, portal, office.workspace), portal, office.workspace)
    assert ([result.dataset for result in outcome.failed], events) == (["changed"], 1)
    assert pending_path(office.workspace.ledger).exists() is kept


def test_what_arrives_while_the_next_run_plans_is_noted_once(office: Office) -> None:
    """The killed run's last request is still on its way: the plan has it as new, and the recovery finds it done."""
    portal = MemoryPortal(office.workspace.city)
    release = office.release("fresh", 1, "a")
    plan = plan_releases([release], portal, office.workspace)
    with interrupted(), pytest.raises(KeyboardInterrupt):
        publish(plan, portal, office.workspace, now=LAST_DAY)
    outcome, events = publish(plan, portal, office.workspace, now=AFTER, seen=plan.seen)
    assert (outcome.done, outcome.failed, events) == ((), (), 0)
    (noted,) = History(office.workspace).releases("fresh")
    assert noted.time == read_ledger(office.workspace.ledger)[-1].time == "2026-03-31T23:59:30+09:00"


def test_a_journal_that_is_not_as_it_was_written_is_reported_and_nothing_is_done(office: Office) -> None:
    """Cut off anywhere, edited, of another format, no JSON, or another city's: named with what to do."""
    die(office, one, FIRST_PORTAL_STEP)
    path = pending_path(office.workspace.ledger)
    data = path.read_bytes()
    edited = [data[:cut] for cut in range(0, len(data) - 1, len(data) // 20)]
    edited += [data.replace(b"fresh", b"stale"), data.replace(b"pending@1", b"pending@9"), b"[]", b"\xff", b"null"]
    for changed in edited:
        path.write_bytes(changed)
        before = office.files()
        with pytest.raises(MeguroOpendataError) as error:
            one(office, AFTER)
        assert (error.value.code, str(path) in str(error.value)) == ("pending-damaged", True)
        assert office.files() == before
    loaded = json.loads(data)
    loaded["city"] = "131041"
    path.write_text(json.dumps({**loaded, "hash": hash_of(loaded)}), encoding="utf-8")
    with pytest.raises(MeguroOpendataError) as error:
        one(office, AFTER)
    assert error.value.code == "pending-foreign"


def test_the_journal_of_another_ledger_is_reported(office: Office) -> None:
    """Where the ledger was replaced by one that has not the line after which the entries were to follow."""
    steps, _ = lived(office, one)
    die(office, one, next(at for at, step in enumerate(steps) if step.endswith("ledger.jsonl")))
    office.workspace.ledger.write_bytes(b"")
    with pytest.raises(MeguroOpendataError) as error:
        one(office, AFTER)
    assert error.value.code == "pending-foreign"
    assert office.workspace.ledger.read_bytes() == b""


def test_publications_to_two_portals_do_not_wait_for_each_other(office: Office) -> None:
    """A journal of one portal stays while another is published to, and is completed when its own turn comes."""
    die(office, one, FIRST_PORTAL_STEP)
    other = MemoryPortal(office.workspace.city)
    publish(plan_releases([office.release("changed", 1, "a", "b")], other, office.workspace), other, office.workspace)
    (pending,) = Journal(office.workspace).read()
    assert (pending.portal, pending.datasets) == ("folder", ("fresh",))
    again(office, one)


def test_a_plan_made_before_a_removal_was_recovered_does_not_undo_it(office: Office) -> None:
    """The dataset is gone from the portal and the ledger does not know: such a plan would publish it again."""
    with interrupted(), pytest.raises(KeyboardInterrupt):
        office.publish(LAST_DAY, [], "leaving")
    portal = office.portal
    plan = plan_releases([office.release("leaving", 1, "a")], portal, office.workspace)
    with pytest.raises(GuardError):
        publish(plan, portal, office.workspace, now=AFTER)
    assert read_ledger(office.workspace.ledger)[-1].event == "withdraw"
    assert not pending_path(office.workspace.ledger).exists()
