"""The ledger's head on papers and in JSON, and the warning that its lines were changed."""

from datetime import date
from pathlib import Path

import pytest

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.kpi.papers import day_cell, paper_kind
from meguro_opendata.kpi.provenance import head_fact, head_text, ledger_dict, unverified_text
from meguro_opendata.ledger import LineFault, Trust

HEAD = "ab" * 32


def changed(*lines: int, kind: str = "edited") -> Trust:
    """A ledger with faults on some lines."""
    return Trust(9, HEAD, tuple(LineFault(line, kind) for line in lines))


def test_a_verified_ledger_shows_its_head_and_its_number_of_lines() -> None:
    """As label and value, in both languages."""
    trust = Trust(9, HEAD)
    assert head_fact(trust, "ja") == ("台帳の先頭（ハッシュ）", f"検証済み {HEAD}（9行）")
    assert head_text(trust, "en") == f"verified {HEAD} (9 lines)"
    assert unverified_text(trust, "ja") == ""


def test_an_empty_ledger_has_no_head_to_show() -> None:
    """A hash of zeros would look like a head."""
    assert head_text(Trust(0, "0" * 64), "ja") == "まだ記録がありません"


def test_marks_around_lines_leave_a_ledger_verified() -> None:
    """They lose nothing, and are only in the JSON."""
    trust = Trust(9, HEAD, form=(LineFault(2, "blank"),))
    assert unverified_text(trust, "ja") == ""
    faults = [{"line": 2, "kind": "blank"}]
    assert ledger_dict(trust) == {"ledger": {"verified": True, "head": HEAD, "lines": 9, "faults": faults}}


@pytest.mark.parametrize(
    ("lines", "named"),
    [
        ((3,), "3（1か所）"),
        ((1, 2, 3, 4, 5), "1, 2, 3, 4, 5（5か所）"),
        ((1, 2, 3, 4, 5, 6), "1, 2, 3, 4, 5, …（6か所）"),
    ],
)
def test_a_warning_names_five_lines_and_the_number_of_all(lines: tuple[int, ...], named: str) -> None:
    """And takes the head's place on a paper."""
    warning = unverified_text(changed(*lines), "ja")
    first = warning.splitlines()[0].replace("、", ", ").replace("・", ", ")
    assert first == f"台帳が書き換えられています: 行 {named}。数値は未検証です。"
    assert head_fact(changed(*lines), "ja")[1] == warning


def test_a_merge_is_advised_only_if_a_fork_is_the_only_fault() -> None:
    """A merge of edited lines would make them part of a new chain."""
    assert "ledger merge" in unverified_text(changed(4, kind="forked"), "ja")
    both = Trust(9, HEAD, (LineFault(4, "forked"), LineFault(5, "edited")))
    assert "ledger merge" not in unverified_text(both, "ja")
    assert "ledger verify" in unverified_text(both, "ja")


def test_the_faults_in_json_are_in_the_order_of_lines() -> None:
    """Faults of content and of form together."""
    trust = Trust(9, HEAD, (LineFault(5, "edited"), LineFault(2, "torn")), (LineFault(2, "bom"), LineFault(1, "blank")))
    found = ledger_dict(trust)["ledger"]
    assert [(fault["line"], fault["kind"]) for fault in found["faults"]] == [
        (1, "blank"),
        (2, "bom"),
        (2, "torn"),
        (5, "edited"),
    ]
    assert (found["verified"], found["head"]) == (False, HEAD)


@pytest.mark.parametrize(
    ("name", "kind"), [("a.html", "html"), ("a.HTML", "html"), ("a.xlsx", "xlsx"), ("a.b.Xlsx", "xlsx")]
)
def test_the_ending_of_a_file_names_the_form_of_a_paper(name: str, kind: str) -> None:
    """In small or capital letters."""
    assert paper_kind(Path(name)) == kind


@pytest.mark.parametrize("name", ["a", "a.pdf", "html", ".xlsx", "a.xls", "a.htm"])
def test_another_ending_is_refused_with_the_file(name: str) -> None:
    """Nothing is written under a form that was not asked for."""
    with pytest.raises(MeguroOpendataError) as refused:
        paper_kind(Path(name))
    assert (refused.value.code, refused.value.params) == ("paper-kind", {"path": name})


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("2025-04-01", date(2025, 4, 1)),
        ("2024-02-29", date(2024, 2, 29)),
        ("2025-02-29", "2025-02-29"),
        ("令和7年4月1日", "令和7年4月1日"),
        ("", ""),
    ],
)
def test_a_day_becomes_a_date_and_another_text_stays(text: str, cell: date | str) -> None:
    """An impossible day is a text."""
    assert day_cell(text) == cell
