"""``plan``, ``publish`` and ``status`` as a user meets them: approval, embargo, removal, going back, wrong use."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Ran
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata.ledger import read_ledger

SLUG = "stockpile_warehouse"
TABLE = Path(SLUG) / "備蓄倉庫一覧.csv"
Command = Callable[..., Ran]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of one dataset, built, for what changes nothing."""
    folder = tmp_path_factory.mktemp("office") / "datasets"
    folder.mkdir()
    shutil.copy(ROOT / "datasets" / "opendata.toml", folder)
    shutil.copytree(ROOT / "datasets" / SLUG, folder / SLUG, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    mo.build_release(SLUG, folder)
    return folder


@pytest.fixture
def office(untouched: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    shutil.copytree(untouched.parent, tmp_path / "office")
    return tmp_path / "office" / "datasets"


def change_a_cell(office: Path) -> None:
    """Make one R3 an R4, and build."""
    path = office / TABLE
    path.write_bytes(path.read_bytes().replace(b"R3", b"R4", 1))
    mo.build_release(SLUG, office)


def test_an_approved_plan_is_published_under_its_number(office: Path, command: Command) -> None:
    """The page shows the hash; its first letters and the document's number go with the plan into the ledger."""
    planned = command("plan", "--out", "plan.json", "--html", "plan.html", cwd=office)
    told = json.loads((office / "plan.json").read_text(encoding="utf-8"))["hash"]
    assert (planned.code, told in planned.out, told in (office / "plan.html").read_text(encoding="utf-8")) == (
        1,
        True,
        True,
    )
    approved = ("publish", "--plan", "plan.json", "--approval", "5目情第100号", "--plan-hash", told[:12])
    early = command(*approved, "--not-before", "2999-04-01T09:00", cwd=office)
    assert (early.code, "2999-04-01T09:00+09:00" in early.err) == (4, True)
    assert command(*approved, "--not-before", "2020-04-01", cwd=office).code == 0
    assert {event.approval for event in read_ledger(office / "ledger.jsonl")} == {"5目情第100号"}


def tampered(office: Path) -> None:
    """Somebody edits the plan's file."""
    text = (office / "plan.json").read_text(encoding="utf-8")
    (office / "plan.json").write_text(text.replace("備蓄倉庫一覧", "別の題名"), encoding="utf-8")


@pytest.mark.parametrize("what", ["another hash", "tampered", "rebuilt"])
def test_any_other_plan_than_the_approved_one_is_refused(what: str, office: Path, command: Command) -> None:
    """Exit code 4, nothing is published, and no ledger is begun."""
    assert command("plan", "--out", "plan.json", cwd=office).code == 1
    told = json.loads((office / "plan.json").read_text(encoding="utf-8"))["hash"]
    if what == "tampered":
        tampered(office)
    elif what == "rebuilt":
        change_a_cell(office)
    given = "0" * 16 if what == "another hash" else told
    ran = command("publish", "--plan", "plan.json", "--approval", "第1号", "--plan-hash", given, cwd=office)
    assert (ran.code, "Traceback" in ran.err) == (4, False)
    assert not (office.parent / "portal").exists()
    assert read_ledger(office / "ledger.jsonl") == []


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["publish", "--yes", "--approval", "第1号"], 2, "--plan"),
        (["publish", "--yes", "--plan-hash", "0123456789"], 2, "--plan"),
        (["publish", "--plan", "plan.json", "--approval", " "], 2, "--approval"),
        (["publish", "--yes", "--not-before", "あした"], 2, "--not-before の日時「あした」"),
        (["publish", "--plan", "plan.json", "--remove", SLUG], 2, "--remove"),
        (["plan", "--overwrite", "no_such"], 2, "no_such"),
        (["plan", "--overwrite", f"131105_{SLUG}"], 2, f"131105_{SLUG}"),
        (["plan", "--remove", "/x"], 2, "/x"),
        (["publish", "--yes", "--release", "abc"], 2, "--release"),
        (["publish", SLUG, "--yes", "--release", "abc"], 2, "abc"),
        (["publish", "--yes", "--allow", "personal-data"], 2, "row-loss"),
        (["plan", "--remove", "no_such"], 2, "no_such"),
        (["plan", "--portal-state", "no_such.json"], 2, "no_such.json"),
        (["portal", "releases", "no_such"], 2, "no_such"),
        (["portal", "backup", "saved"], 2, "folder"),
        (["portal", "restore", "saved"], 2, "--yes を付けてください"),
        (["status", "--portal", "no_such"], 2, "no_such"),
    ],
)
def test_wrong_use_is_told(arguments: list[str], code: int, told: str, untouched: Path, command: Command) -> None:
    """Each wrong call ends with its exit code and a message that names what is wrong; nothing is published."""
    ran = command(*arguments, cwd=untouched)
    assert (ran.code, told in ran.err, "Traceback" in ran.err, ran.out) == (code, True, False, "")
    assert not (untouched.parent / "portal").exists()


def test_a_dataset_goes_back_and_is_taken_away(office: Path, command: Command) -> None:
    """An earlier release is listed, published again, and the dataset removed by name; status tells of each state."""
    assert "[未公開]" in command("status", cwd=office).out
    assert command("publish", "--yes", cwd=office).code == 0
    assert command("status", cwd=office).code == 0
    change_a_cell(office)
    stale = command("status", cwd=office)
    assert (stale.code, f"meguro-opendata publish {SLUG} --portal folder" in stale.out) == (1, True)
    assert command("publish", "--yes", cwd=office).code == 0
    listed = json.loads(command("portal", "releases", SLUG, "--format", "json", cwd=office).out)["releases"]
    assert [past["rows"] for past in listed] == [20, 20]
    first = office.parent / "portal" / "dataset" / "131105_stockpile_warehouse" / "131105_stockpile_warehouse.csv"
    now = first.read_bytes()
    back = command("publish", SLUG, "--yes", "--release", listed[0]["release"], cwd=office)
    assert (back.code, first.read_bytes() == now) == (0, False)
    assert command("publish", "--yes", "--remove", SLUG, cwd=office).code == 0
    assert not first.exists()
    withdrawn = command("status", cwd=office)
    assert (withdrawn.code, "[未公開]" in withdrawn.out) == (0, False)
    assert f"取り下げ済み: {SLUG}" in withdrawn.out


def test_every_line_prints_in_a_windows_console(office: Path, command: Command) -> None:
    """Plan, publication and status can be written in CP932."""
    for call in (["plan"], ["publish", "--yes"], ["status"], ["portal", "releases", SLUG]):
        assert command(*call, cwd=office, encoding="cp932:strict").code in (0, 1)
