"""Later dumps: files that are missing are withdrawn where that is certain, and other cities' data is left out."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.ledger import (
    HARVESTED,
    WITHDRAW,
    Dump,
    Event,
    append_events,
    import_events,
    read_ledger,
    scan_ledger,
)
from meguro_opendata.ledger.vanished import left_out

CODE, FOREVER = "131105", date(9999, 1, 1)


def package(name: str, *files: str, **changed: Any) -> tuple[str, dict[str, Any]]:
    """A dataset as CKAN gives it, with its place."""
    parts = [
        {"id": f"{number:08x}-{name}", "url": f"https://example.jp/{file}", "created": "2021-10-01T00:00:00"}
        for number, file in enumerate(files)
    ]
    return name, {"name": name, "title": name, "metadata_created": "2021-10-01T00:00:00", "resources": parts, **changed}


def imported(ledger: Path, day: int, *packages: tuple[str, dict[str, Any]], complete: bool = False) -> Any:
    """Import a dump of a day in June 2025."""
    dump = Dump(moment=datetime(2025, 6, day, tzinfo=UTC), complete=complete)
    return import_events(ledger, packages, "tokyo", CODE, dump=dump)


def there(ledger: Path) -> dict[str, list[str]]:
    """The files that the ledger has on the portal."""
    datasets = scan_ledger(ledger, FOREVER).datasets
    return {name: sorted(dataset.published()) for name, dataset in datasets.items() if any(dataset.published())}


drawn_dumps = st.lists(
    st.dictionaries(st.sampled_from("abcd"), st.sets(st.sampled_from("xyz"), min_size=1)), max_size=6
)


@given(drawn_dumps)
def test_after_a_complete_dump_the_ledger_has_what_the_dump_has(
    tmp_path_factory: pytest.TempPathFactory, dumps: list[dict[str, set[str]]]
) -> None:
    """Datasets and files come, go and come back; the ledger follows, and nothing is entered twice."""
    ledger = tmp_path_factory.mktemp("l") / "ledger.jsonl"
    for day, held in enumerate(dumps, start=1):
        packages = [package(name, *sorted(files)) for name, files in held.items()]
        imported(ledger, day, *packages, complete=True)
        assert there(ledger) == {name: sorted(files) for name, files in held.items()}
        lines = len(read_ledger(ledger))
        imported(ledger, day, *packages, complete=True)
        assert len(read_ledger(ledger)) == lines


def test_a_part_of_a_catalogue_withdraws_nothing_until_it_is_said_to_be_all(tmp_path: Path) -> None:
    """One dataset of four, or none: the rest is named as open; one missing of four is withdrawn."""
    ledger = tmp_path / "ledger.jsonl"
    four = [package(name, "x.csv") for name in ("a", "b", "c", "d")]
    imported(ledger, 1, *four)
    for part in ([], four[:1], four[:2]):
        done = imported(ledger, 2, *part)
        assert (len(done.unsure), done.withdrawn, int(done.exit_code)) == (4 - len(part), (), 1)
    assert len(there(ledger)) == 4
    done = imported(ledger, 3, *four[:3])
    assert (done.unsure, done.withdrawn, int(done.exit_code)) == ((), (("d", "x.csv"),), 0)
    last = read_ledger(ledger)[-1]
    assert (last.event, last.origin, last.time[:10], last.entered != "") == (WITHDRAW, HARVESTED, "2025-06-03", True)
    assert imported(ledger, 4, four[0], complete=True).withdrawn == (("b", "x.csv"), ("c", "x.csv"))


def test_datasets_that_the_dump_has_as_deleted_or_private_are_withdrawn(tmp_path: Path) -> None:
    """The dump itself says so, however few datasets it has."""
    ledger = tmp_path / "ledger.jsonl"
    imported(ledger, 1, package("a", "x.csv"), package("b", "x.csv"), package("c", "x.csv"))
    done = imported(ledger, 2, package("a", "x.csv"), package("b", state="deleted"), package("c", private=True))
    assert done.withdrawn == (("b", "x.csv"), ("c", "x.csv"))
    assert done.left_out == (("b", "deleted"), ("c", "private"))
    assert there(ledger) == {"a": ["x.csv"]}


def test_what_this_tool_published_and_what_is_newer_than_the_dump_stay(tmp_path: Path) -> None:
    """A dump says nothing of another portal, of this tool's own events, or of files registered after it was made."""
    ledger = tmp_path / "ledger.jsonl"
    time = "2025-06-01T09:00:00+09:00"
    append_events(ledger, [Event("publish", time, "tokyo", "own", "x.csv", None, "課", 1, "")])
    later = package("late", "y.csv", metadata_modified="2025-06-20T00:00:00")
    later[1]["resources"][0]["created"] = "2025-06-20T00:00:00"
    imported(ledger, 21, package("a", "x.csv", "z.csv"), later)
    older = imported(ledger, 10, package("a", "x.csv", "z.csv"), complete=True)
    assert older.withdrawn == ()
    assert sorted(there(ledger)) == ["a", "late", "own"]
    before = import_events(ledger, [package("a", "x.csv")], "tokyo", CODE)
    assert before.withdrawn == ()


OWN = ("東京都目黒区",)
OWNERS: list[tuple[dict[str, Any], str | None]] = [
    ({"organization": {"name": "t131105", "title": "目黒区"}}, None),
    ({"organization": {"name": "meguro", "title": "目黒区情報政策課"}}, None),
    ({"organization": {"name": "x", "title": "東京都目黒区"}}, None),
    ({"organization": {"name": "t139999", "title": "よその市"}}, "organization"),
    ({"organization": {"name": "t131113", "title": "大田区"}}, "organization"),
    ({"organization": None}, None),
    ({"name": "131113_aed"}, "organization"),
    ({"name": "131105_aed"}, None),
    ({"name": "202504_aed"}, None),
    ({"type": "showcase"}, "type"),
    ({"type": "harvest"}, "type"),
    ({"type": "dataset"}, None),
    ({"state": "draft"}, "deleted"),
    ({"private": True}, "private"),
]


@pytest.mark.parametrize(("said", "reason"), OWNERS)
def test_packages_of_other_organisations_are_left_out(said: dict[str, Any], reason: str | None) -> None:
    """By organisation, else by the municipality's code before the name; by type and state."""
    assert left_out({"name": "aed", "resources": [], **said}, CODE, "目黒区", OWN) == reason


def test_the_import_command_withdraws_and_leaves_out(
    shared: Path, workspace_dir: Path, command: Callable[..., Any]
) -> None:
    """Two dumps of one catalogue under two names, then another city's: what is gone, and what is left out, is named."""
    at = ("--workspace", workspace_dir)
    cases = shared / "cases" / "kpi"
    assert command("ledger", "import", cases / "dump1.jsonl", *at).code == 0
    second = command("ledger", "import", cases / "dump2_toilet_gone.jsonl", *at)
    assert (second.code, "dump1 からなくなったファイル 2件" in second.out) == (0, True)
    other = command("ledger", "import", cases / "dump_other_city.jsonl", "--format", "json", *at)
    said = json.loads(other.out)
    assert (said["entered"], [one["reason"] for one in said["left_out"]]) == (0, ["organization", "type"])
    assert "toilet" not in there(workspace_dir / "ledger.jsonl")
    taken = command("ledger", "import", cases / "dump_other_city.jsonl", "--organization", "t139999", *at)
    assert "1件を取り込みました" in taken.out
