"""A portal that is renamed in the settings: the ledger's entries of its former names are the portal's own."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import ConfigurationError
from meguro_opendata.ledger import Event, append_events, read_portal, scan_ledger
from meguro_opendata.workspace.city import open_workspace

FOREVER = date(9999, 1, 1)


def event(kind: str, portal: str, file: str, day: int) -> Event:
    """What happened to a file, made up."""
    time = f"2025-06-{day:02}T09:00:00+09:00"
    return Event(kind, time, portal, "aed", file, None, "危機管理部防災課", None, "")


happenings = st.lists(
    st.tuples(
        st.sampled_from(["publish", "update", "withdraw"]),
        st.sampled_from(["new", "old", "older", "other"]),
        st.sampled_from(["a.csv", "b.csv"]),
    ),
    max_size=12,
)


@given(happenings)
def test_entries_of_former_names_count_as_if_the_portal_had_always_had_its_name(
    tmp_path_factory: pytest.TempPathFactory, drawn: list[tuple[str, str, str]]
) -> None:
    """Files, withdrawals and ids agree with a ledger in which the names are replaced."""
    folder = tmp_path_factory.mktemp("l")
    renamed = {"old": "new", "older": "new"}
    events = [event(kind, portal, file, day) for day, (kind, portal, file) in enumerate(drawn, start=1)]
    append_events(folder / "was.jsonl", events)
    plain = [event(kind, renamed.get(portal, portal), file, day) for day, (kind, portal, file) in enumerate(drawn, 1)]
    append_events(folder / "is.jsonl", plain)
    found = scan_ledger(folder / "was.jsonl", FOREVER, renamed).datasets
    wanted = scan_ledger(folder / "is.jsonl", FOREVER).datasets
    assert {name: sorted(dataset.published()) for name, dataset in found.items()} == {
        name: sorted(dataset.published()) for name, dataset in wanted.items()
    }
    was, now = read_portal(folder / "was.jsonl", "new", ("old", "older")), read_portal(folder / "is.jsonl", "new")
    assert (was.published, set(was.withdrawals)) == (now.published, set(now.withdrawals))
    assert was.files("aed") == now.files("aed")


def settings(workspace: Path, lines: str) -> None:
    """Add portals to a workspace's settings."""
    path = workspace / "opendata.toml"
    path.write_text(path.read_text(encoding="utf-8") + "\n" + lines, encoding="utf-8")


def test_a_withdrawal_under_the_new_name_ends_what_the_old_one_published(
    shared: Path, workspace_dir: Path, command: Callable[..., Any]
) -> None:
    """The case: published as «old», renamed, withdrawn as «new»; no dataset is left to be judged."""
    (workspace_dir / "ledger.jsonl").write_bytes((shared / "cases" / "kpi" / "ledger_prn.jsonl").read_bytes())
    shown = []
    for lines in ('[portals.new]\nkind = "folder"\npath = "../p2"\n', 'formerly = ["old"]\n'):
        settings(workspace_dir, lines)
        ran = command("kpi", "show", "--fiscal-year", "2025", "--format", "json", "--workspace", workspace_dir)
        figures = {figure["id"]: figure["actual"] for figure in json.loads(ran.out)["indicators"]}
        shown.append(figures["opendata.machine_readable"])
    assert shown == [100, None]


@pytest.mark.parametrize(
    "lines",
    [
        '[portals.new]\nkind = "folder"\npath = "../p2"\nformerly = ["folder"]\n',
        '[portals.new]\nkind = "folder"\npath = "../p2"\nformerly = ["new"]\n',
        "".join(f'[portals.{name}]\nkind = "folder"\npath = "../{name}"\nformerly = ["old"]\n' for name in "ab"),
    ],
    ids=["of another", "its own", "of two"],
)
def test_a_name_of_two_portals_is_refused(lines: str, workspace_dir: Path) -> None:
    """Whose entries they are could not be said."""
    settings(workspace_dir, lines)
    with pytest.raises(ConfigurationError, match="formerly"):
        open_workspace(workspace_dir)
