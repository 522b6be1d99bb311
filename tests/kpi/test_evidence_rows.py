"""Ledger lines and differences in words, as the report shows them, and lines whose indicator is unknown."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from meguro_opendata.kpi.board import Row, _row
from meguro_opendata.kpi.difference_rows import difference_sheet
from meguro_opendata.kpi.status_board import StatusBoard, status_board_of
from meguro_opendata.kpi.strategy_model import Ruling
from meguro_opendata.kpi.submission import Comparison, Difference, HandedIn, KeptFault
from meguro_opendata.kpi.unknown_records import odd_entries
from meguro_opendata.ledger import (
    Annulment,
    Dating,
    Entry,
    Event,
    Merge,
    OnPortal,
    Record,
    SameAs,
    Submission,
    append_events,
)
from meguro_opendata.workspace.city import Workspace

NOW = "2025-06-30T16:00:00+00:00"  # 1 July in Japan
EVENT = Event("publish", NOW, "ward", "aed", "a.csv", None, "防災課", 1, "", title="AED設置箇所")


@pytest.mark.parametrize(
    ("entry", "row"),
    [
        (EVENT, ("2025-07-01", "AED設置箇所", "a.csv", "防災課", "ward")),
        (replace(EVENT, title=""), ("2025-07-01", "aed", "a.csv", "防災課", "ward")),
        (Dating(NOW, "aed", "a.csv", "2018-02-18", "区報", "係"), ("2018-02-18", "aed", "a.csv", "係", "区報")),
        (
            Record(NOW, "a.b", 1250, "件", "2025-05-01", "起案", "係", "速報"),
            ("2025-05-01", "利活用", "", "1,250 件 (係)", "起案 / 速報"),
        ),
        (
            Record(NOW, "gone.b", 0.5, "％", "2025-05-01", "起案", "係"),
            ("2025-05-01", "gone.b", "", "0.5 ％ (係)", "起案"),
        ),
        (
            SameAs(NOW, "new", "old", "改名", "係", "b.csv", "a.csv"),
            ("2025-07-01", "new", "b.csv", "old/a.csv", "改名"),
        ),
        (SameAs(NOW, "new", "old", "改名", "係"), ("2025-07-01", "new", "", "old", "改名")),
        (Annulment(NOW, "f" * 64, 3, "誤り", "係"), ("2025-07-01", "3", "", "係", "誤り")),
        (Submission(NOW, "2025Q1", "決裁1", "f", "係"), ("2025-07-01", "2025Q1", "", "係", "決裁1")),
        (Merge(NOW, "aa", "bb cc", "dd", "係"), ("2025-07-01", "dd", "", "係", "aa bb cc")),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_kind_of_entry_is_a_row_of_evidence(entry: Entry, row: tuple[str, ...]) -> None:
    """Day, subject, file, and who or what shows it; days are Japan's."""
    situation: Any = SimpleNamespace(recordable={"a.b": SimpleNamespace(name="利活用")})
    found = _row(7, entry, situation, "ja")
    day, what, file, value, evidence = row
    assert found == Row(7, day, found.kind, what, file, value, evidence)
    assert found.kind not in ("", entry.event)


HANDED_IN = HandedIn(
    3, Submission(NOW, "2025Q1", "決裁1", "f" * 64, "係", "2025-06-30"), Path("submitted/2025Q1"), {}, 2, ()
)


def difference(*reasons: str, same_day: float | None = 6, targets: tuple[float | None, ...] = (10, 10)) -> Difference:
    """A figure that differs, with its reasons."""
    return Difference("a.b", "利活用", "件", 5, same_day, 7, *targets, reasons, (4, 9))


def test_without_a_submission_there_is_no_table_of_differences() -> None:
    """It is left out, and not empty."""
    assert difference_sheet(None, "ja") is None


def test_a_submission_without_differences_is_a_title_alone() -> None:
    """Without a header, since there are no rows."""
    found = difference_sheet(Comparison(HANDED_IN, ()), "ja")
    assert found is not None
    assert (found.title, found.header, found.rows) == ("2025Q1-1 で提出した値との違いはありません。", (), ())


@pytest.mark.parametrize("kind", ["missing", "edited", "unfinished", "format"])
def test_figures_that_cannot_be_used_say_why_in_the_title(kind: str) -> None:
    """Nothing is compared then."""
    handed_in = replace(HANDED_IN, content=None, faults=(KeptFault(kind, "figures.json"),))
    found = difference_sheet(Comparison(handed_in, ()), "ja")
    assert found is not None
    assert found.title.startswith("2025Q1-1: ")
    assert "\n" not in found.title
    assert (found.header, found.rows) == ((), ())


@pytest.mark.parametrize(
    ("one", "cell"),
    [
        (
            difference("corrected"),
            "訂正: 提出のあとで台帳に入った行により、同じ日（2025-06-30）の値が 6 になった",
        ),
        (
            difference("corrected", same_day=None),
            "訂正: 提出のあとで台帳に入った行により、同じ日（2025-06-30）の値が - になった",
        ),
        (difference("removed"), "いまの戦略にない指標"),
        (difference("target", targets=(10, None)), "目標が変わった / 目標 10 → -"),
        (difference("target", targets=(None, 0.5)), "目標が変わった / 目標 - → 0.5"),
    ],
)
def test_a_difference_is_a_row_with_its_reasons_in_words(one: Difference, cell: str) -> None:
    """The three figures as numbers, the unit, the reasons, and the lines that made it."""
    found = difference_sheet(Comparison(HANDED_IN, (one,)), "ja")
    assert found is not None
    assert found.rows == (("利活用", 5, one.same_day, 7, "件", cell, "4, 9"),)
    assert len(found.header) == len(found.rows[0])


def record(indicator: str, day: str) -> Record:
    """A record of an indicator on a day."""
    return Record("2025-12-01T09:00:00+09:00", indicator, 1, "件", day, "起案", "係")


def test_records_of_indicators_that_their_year_does_not_have_are_named(workspace: Workspace) -> None:
    """By the strategy of the record's own year; annulled records and other lines are not named."""
    known = "opendata.use_cases"
    append_events(
        workspace.ledger,
        [
            record("unknown.one", "2025-05-01"),
            record(known, "2025-05-01"),
            record("procedures.online_rate", "2031-05-01"),
            record(known, "2031-05-01"),
            record("unknown.two", "2025-05-01"),
            replace(EVENT, time="2025-12-02T09:00:00+09:00", title='"record"'),
        ],
    )
    target = json.loads(workspace.ledger.read_bytes().splitlines()[4])["hash"]
    append_events(workspace.ledger, [Annulment("2025-12-03T09:00:00+09:00", target, 5, "誤り", "係")])
    with workspace.ledger.open("ab") as file:
        file.write(b'{"event": "record"\n{"event": "record", "hash": "x"}\n')
    found = [(one.line, one.kind, one.value) for one in odd_entries(workspace)]
    assert found == [
        (1, "indicator-unknown", "unknown.one"),
        (3, "indicator-unknown", "procedures.online_rate"),
    ]


def test_a_board_without_a_strategy_is_empty() -> None:
    """No standing has an indicator, and none has an owner."""
    board = status_board_of(None, (), ())
    assert board == StatusBoard(())
    assert (board.lines, set(board.counts.values()), board.owned) == ((), {0}, False)


def test_a_ruling_is_written_as_document_and_day() -> None:
    """As evidence beside the figure."""
    ruling = Ruling.model_validate({"document": "7目情第12号", "date": date(2025, 4, 1)})
    assert ruling.text == "7目情第12号 (2025-04-01)"


def test_a_dataset_that_was_never_on_a_portal_has_no_files_there() -> None:
    """Neither files nor a last event nor a withdrawal."""
    portal = OnPortal("ward", {})
    assert (portal.files("aed").checksums, portal.last("aed", "a.csv")) == ({}, None)
    assert (portal.withdrawals, portal.published) == ({}, frozenset())
