"""Withdrawal as a state of the ledger: one event of a dataset, or the last events of all its files."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.ledger import (
    Event,
    append_events,
    read_ledger,
    read_portal,
    scan_ledger,
    verify_ledger,
)

# Event and file; no file is the whole dataset.
STEPS = {
    "never": ([], False),
    "published": (["publish a"], False),
    "withdrawn": (["publish a", "publish b", "withdraw"], True),
    "withdrawn twice": (["publish a", "withdraw", "withdraw"], True),
    "published anew": (["publish a", "withdraw", "update a"], False),
    "a new file came": (["publish a", "withdraw", "publish b"], False),
    "by earlier versions": (["publish a", "publish b", "withdraw a", "withdraw b"], True),
    "by earlier versions, and back": (["publish a", "publish b", "withdraw a", "withdraw b", "update a"], False),
    "a file left the series": (["publish a", "publish b", "withdraw a"], False),
    "a file was renamed": (["publish a", "publish b", "withdraw a", "update b"], False),
    "unknown before": (["withdraw"], True),
    "a file goes after the dataset came back": (
        ["publish a", "publish b", "withdraw", "update b", "withdraw a"],
        False,
    ),
}


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    """An empty ledger's place."""
    return tmp_path / "ledger.jsonl"


def said(steps: list[str], portal: str = "ward", origin: str = "published", day: str = "2026-04-01") -> list[Event]:
    """Events of one dataset, a second apart."""
    events = []
    for second, step in enumerate(steps):
        event, _, file = step.partition(" ")
        time = f"{day}T09:00:{second:02}+09:00"
        events.append(Event(event, time, portal, "park", file, None, "見本課", None, "", origin=origin, title="公園"))
    return events


@pytest.mark.parametrize(("steps", "withdrawn"), STEPS.values(), ids=STEPS)
def test_a_dataset_is_withdrawn_by_its_last_events(steps: list[str], withdrawn: bool, ledger: Path) -> None:
    """A dataset is withdrawn by one event of its own, or if every file of it was withdrawn last; nothing else does."""
    append_events(ledger, said(steps))
    found = read_portal(ledger, "ward").withdrawals
    assert ("park" in found) == withdrawn
    assert ("park" in read_portal(ledger, "ward").published) == (bool(steps) and not withdrawn)
    if withdrawn:
        last = [event for event in read_ledger(ledger) if event.event == "withdraw"][-1]
        assert (found["park"].time, found["park"].portal, found["park"].title) == (last.time, "ward", "公園")
        assert found["park"].whole == (not last.resource)


def test_a_withdrawal_is_of_one_portal(ledger: Path) -> None:
    """What was withdrawn from one portal is still on the other, for plans and for figures."""
    append_events(ledger, [*said(["publish a"]), *said(["publish a"], "second"), *said(["withdraw"])])
    assert [list(read_portal(ledger, portal).withdrawals) for portal in ("ward", "second", "third")] == [
        ["park"],
        [],
        [],
    ]
    assert list(scan_ledger(ledger, date.max).datasets["park"].published()) == ["a"]


def test_a_catalogues_own_dates_neither_end_nor_hide_a_withdrawal(ledger: Path) -> None:
    """An import that comes before or after, also of files of other names, leaves a dataset withdrawn."""
    before, after = (said([f"publish {name}"], origin="harvested", day="2021-04-01") for name in ("x", "y"))
    append_events(ledger, [*before, *said(["publish a", "withdraw a"]), *after])
    assert read_portal(ledger, "ward").withdrawals["park"].whole is False
    append_events(ledger, [*said(["withdraw"]), *after])
    assert read_portal(ledger, "ward").withdrawals["park"].whole is True


def test_the_figures_take_all_files_of_a_withdrawn_dataset_away(ledger: Path) -> None:
    """By one line all files of the portal are withdrawn, from the day on; the first publications stay."""
    append_events(ledger, [*said(["publish a", "publish b"]), *said(["withdraw"], day="2026-05-01")])
    after = scan_ledger(ledger, date(2026, 5, 1)).datasets["park"]
    assert (list(after.published()), sorted(after.firsts), after.withdrawn) == ([], ["a", "b"], True)
    assert sorted(scan_ledger(ledger, date(2026, 4, 30)).datasets["park"].published()) == ["a", "b"]
    assert verify_ledger(ledger).whole


def test_a_withdrawal_alone_is_no_dataset_to_the_figures(ledger: Path) -> None:
    """What was taken off a portal and never published here counts for nothing, and is withdrawn all the same."""
    append_events(ledger, said(["withdraw"]))
    assert scan_ledger(ledger, date.max).datasets == {}
    assert list(read_portal(ledger, "ward").withdrawals) == ["park"]


@given(st.lists(st.sampled_from(["publish a", "publish b", "update a", "withdraw a", "withdraw b", "withdraw"])))
def test_plans_figures_and_the_next_events_agree(tmp_path_factory: pytest.TempPathFactory, steps: list[str]) -> None:
    """However files come and go: what is withdrawn has no published file, and every file's last event says so."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.jsonl"
    append_events(path, said(steps))
    known = read_portal(path, "ward")
    last = {name: known.last("park", name) for name in ("a", "b")}
    there = {name for name, event in last.items() if event is not None and event.event != "withdraw"}
    datasets = scan_ledger(path, date.max).datasets
    assert there == (set(datasets["park"].published()) if datasets else set())
    assert bool(there) == ("park" in read_portal(path, "ward").published)
    assert bool(steps) == ("park" in read_portal(path, "ward").withdrawals or bool(there))


def test_a_line_that_breaks_off_is_passed_over_and_a_broken_one_is_named(ledger: Path) -> None:
    """A plan is made beside a line that a kill broke off, which ``publish`` stops at; other damage is reported."""
    append_events(ledger, said(["publish a", "withdraw"]))
    whole = ledger.read_bytes()
    ledger.write_bytes(whole + b'{"event": "upd')
    assert list(read_portal(ledger, "ward").withdrawals) == ["park"]
    for broken in (b"[]\n", b'{"event": 1}\n', json.dumps({"event": "update"}).encode() + b"\n", b"\xff\n"):
        ledger.write_bytes(broken + whole)
        with pytest.raises(MeguroOpendataError) as error:
            read_portal(ledger, "ward")
        assert (error.value.code, error.value.params["line"]) == ("ledger-broken", 1)
