"""The list of findings in ``docs/rules.md``: complete, generated, and with true examples."""

from __future__ import annotations

import csv
import tomllib
from pathlib import Path

import pytest
from locations import DATA, ROOT

from meguro_opendata.packaged import packaged_toml
from meguro_opendata.pipeline.conversion import convert_file
from meguro_opendata.privacy.data import privacy_data
from meguro_opendata.validation import validate_file
from meguro_opendata.validation.rules import document
from meguro_opendata.validation.rules.data import rules

EXAMPLES = packaged_toml("meguro_opendata.validation.rules", "examples.toml")
ADVICE = tomllib.loads((DATA / "advice.toml").read_text(encoding="utf-8"))["line"]
ADVISED = {entry["code"] for entry in ADVICE}
PAGE = ROOT / "docs" / "rules.md"


def test_the_page_is_the_generated_one() -> None:
    """A change of a rule, a text or an example without ``make rules`` is noticed."""
    text = PAGE.read_text(encoding="utf-8")
    assert document.page(text) == text


def test_no_finding_lacks_a_part() -> None:
    """Title, report, example, source, advice and who acts are there in both languages."""
    assert list(document.incomplete()) == []


def test_a_missing_example_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new rule without an example is reported in both languages."""
    left = {code: example for code, example in EXAMPLES.items() if code != "sum-kept"}
    monkeypatch.setattr(document, "_examples", lambda: left)
    assert list(document.incomplete()) == ["sum-kept: example (ja)", "sum-kept: example (en)"]


@pytest.mark.parametrize(
    "codes", [rules(), privacy_data()["blocking"], sorted(ADVISED)], ids=["rules", "privacy", "advice"]
)
def test_every_declared_code_is_on_the_page(codes: list[str]) -> None:
    """Rules, personal data that blocks publication, and each finding with a line of advice are described."""
    assert set(codes) <= set(document.codes_of_the_page())


@pytest.mark.parametrize("code", sorted(ADVISED))
def test_an_example_of_an_advised_finding_is_a_tested_value(code: str) -> None:
    """The value is one of ``advice.toml``, whose own test shows that it raises the finding."""
    tested = set()
    for entry in ADVICE:
        field = entry.get("field", "値")
        values = entry.get("values", [entry.get("cells", {}).get(field)])
        tested |= {(field, value) for value in values if entry["code"] == code}
    assert (EXAMPLES[code]["field"], EXAMPLES[code]["value"]) in tested


@pytest.mark.parametrize(
    "code", sorted(code for code, one in EXAMPLES.items() if "value" in one and code not in ADVISED)
)
def test_an_example_raises_its_finding(code: str, tmp_path: Path) -> None:
    """The other values are tried in a row of the list of AEDs."""
    row = {"名称": "見本館", "緯度": "35.641389", EXAMPLES[code]["field"]: EXAMPLES[code]["value"]}
    path = tmp_path / "見本.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([list(row), list(row.values())])
    found = [*validate_file(path, "aed").findings, *convert_file(path, "aed", tmp_path / "out").report.findings]
    assert code in {one.code for one in found}


@pytest.mark.parametrize(
    ("text", "cell"),
    [("a|b", r"a\|b"), ("一行\n二行", "一行 二行"), ("<b>*_`", r"\<b\>\*\_\`"), ("", "")],
)
def test_a_text_cannot_break_the_table(text: str, cell: str) -> None:
    """Bars, line breaks and marks of Markdown are shown, not obeyed."""
    assert document._cell(text) == cell
