"""A report is written as JSON finding by finding, and reads as if it had been written whole."""

from __future__ import annotations

import json

import pytest

from meguro_opendata.findings import Finding, Report
from meguro_opendata.messages.harmless import escaped_json, escaped_json_bytes, mask_tokens_within
from meguro_opendata.messages.jsonlists import MadeList

HIDDEN = "0123456789abcdef"


def report(count: int) -> Report:
    """A report with some findings, whose values hold an escape and a token."""
    findings = tuple(
        Finding("blank-row", "error" if row % 2 else "info", "blank-row", row=row, value=f"\x1b[31m{HIDDEN}")
        for row in range(count)
    )
    return Report(file="一覧.csv", standard=("aed", "2026"), rows=count, rows_checked=count, findings=findings)


@pytest.mark.parametrize("count", [0, 1, 2, 25_000])
def test_a_report_written_finding_by_finding_is_the_same_json(count: int) -> None:
    """Counts and the verdict are those of all findings, in text and in bytes."""
    made = report(count)
    whole = escaped_json(made.to_dict("ja"))
    assert escaped_json(made.to_write("ja")) == whole
    assert escaped_json_bytes(made.to_write("ja")) == (whole + "\n").encode("utf-8")
    assert json.loads(whole)["valid"] is (count < 2)


def test_tokens_are_masked_in_items_that_are_made_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Masking leaves the list unmade, and masks each item when it is made."""
    monkeypatch.setenv("MEGURO_OPENDATA_TOKEN_CITY", HIDDEN)
    written = escaped_json(report(3).to_write("ja"))
    assert HIDDEN not in written
    assert written == escaped_json(report(3).to_dict("ja"))
    masked = mask_tokens_within(MadeList(lambda: [HIDDEN, "b"], 2))
    assert isinstance(masked, MadeList)
    assert (list(masked), len(masked)) == (["***", "b"], 2)


def test_a_made_list_is_made_anew_each_time() -> None:
    """Reading it twice gives the same items, and an empty one is false as a list is."""
    numbers = MadeList(lambda: (number * number for number in range(4)), 4)
    assert list(numbers) == list(numbers) == [0, 1, 4, 9]
    assert list(numbers.changed(str)) == ["0", "1", "4", "9"]
    assert not MadeList(lambda: (), 0)
