"""Which standard a header follows: real files, headers with columns dropped, added and moved, look-alikes."""

from __future__ import annotations

import csv
import random
from pathlib import Path

import pytest

import meguro_opendata as mo
from meguro_opendata.errors import SourceError
from meguro_opendata.inspection.profiler import Inspection, inspect_file
from meguro_opendata.standard.recognition import SURE, recognise

TABLES = (".csv", ".xlsx", ".xls")
VERSIONS = [(standard.id, version) for standard in mo.standards() for version in standard.versions]
SMALLEST = 10


@pytest.fixture(scope="module")
def expected(shared: Path) -> dict[str, tuple[str, str] | None]:
    """The true standard and version of each named file, ``None`` for look-alikes and mixed files."""
    with (shared / "corpus" / "EXPECTED.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {row["path"]: _truth(row) for row in rows}


def _truth(row: dict[str, str]) -> tuple[str, str] | None:
    if not row["schema_id"]:
        return None
    newest = mo.load_standard(row["schema_id"]).version
    return row["schema_id"], {"current": str(newest)}.get(row["schema_version"], row["schema_version"])


@pytest.fixture(scope="module")
def inspected(shared: Path) -> dict[str, Inspection]:
    """Every table of the given files, inspected."""
    corpus = shared / "corpus"
    files = [path for path in sorted(corpus.rglob("*")) if path.suffix.lower() in TABLES and path.parent != corpus]
    return {str(path.relative_to(corpus)): inspect_file(path) for path in files}


def test_all_files_of_a_standard_are_recognised(
    expected: dict[str, tuple[str, str] | None], inspected: dict[str, Inspection]
) -> None:
    """All 43 real files that carry a standard's header are recognised, id and version, with a high score."""
    wanted = {path: truth for path, truth in expected.items() if truth}
    found = {path: inspected[path].standard for path in wanted}
    assert {path: (match.id, match.version) for path, match in found.items() if match} == wanted
    assert len(wanted) == 43


def test_no_other_file_is_taken_for_one(
    expected: dict[str, tuple[str, str] | None], inspected: dict[str, Inspection]
) -> None:
    """None of the 19 look-alikes and mixed files, nor any other file, gets a high score."""
    others = [path for path in inspected if not expected.get(path)]
    assert {path: inspected[path].standard for path in others if inspected[path].standard} == {}
    assert sum(path in expected for path in others) == 19
    assert max(inspected[path].matches[0].score for path in others if inspected[path].matches) <= 0.5 < SURE


def test_two_standards_in_one_file_are_told(inspected: dict[str, Inspection]) -> None:
    """A file that holds the columns of two standards names both and follows neither."""
    mixed = inspected["iida/iida.csv"]
    assert mixed.standard is None
    assert (mixed.matches[0].id, mixed.matches[0].mixed) == ("preschool", "cultural_property")


@pytest.mark.parametrize(("standard_id", "version"), VERSIONS)
def test_every_version_recognises_its_own_header(standard_id: str, version: str) -> None:
    """The exact header of each of the 41 schemas, in any order and with local columns added, is its own."""
    labels = [field.name for field in mo.load_standard(standard_id, version).fields]
    shuffled = [*labels, "独自の列1", "独自の列2"]
    random.Random(standard_id + version).shuffle(shuffled)
    best = recognise(shuffled)[0]
    assert (best.id, best.version) == (standard_id, version)
    assert best.score >= SURE


@pytest.mark.parametrize(("standard_id", "version"), VERSIONS)
def test_a_header_with_dropped_columns_stays_its_own(standard_id: str, version: str) -> None:
    """With one column in ten dropped, and width and spaces varied, the right version is still the best one."""
    labels = [field.name for field in mo.load_standard(standard_id, version).fields]
    if len(labels) < SMALLEST:
        pytest.skip(f"{standard_id}@{version} has {len(labels)} items: too few to drop any")
    dice = random.Random(standard_id + version)
    kept = dice.sample(labels, k=round(len(labels) * 0.9))
    varied = [label.replace("(", "（").replace(")", "）") + dice.choice(["", " ", "　"]) for label in kept]
    best = recognise(varied)[0]
    assert (best.id, best.version) == (standard_id, version)


@pytest.mark.parametrize("labels", [[], [""], ["名称"], ["名称", "住所"], ["甲", "乙", "丙", "丁"]])
def test_too_little_is_no_match(labels: list[str]) -> None:
    """Two common words are no standard."""
    assert recognise(labels) == []


def test_a_file_that_cannot_be_read_is_described(tmp_path: Path) -> None:
    """What is refused is still named by its content, and the exit code says so."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"%PDF-1.7\n")
    seen = inspect_file(path)
    assert (seen.container, seen.extension_matches, seen.table, seen.exit_code) == ("pdf", False, None, 2)
    assert isinstance(seen.refusal, SourceError)
    assert len(seen.to_dict()["machine_readability"]) == 15


def test_an_empty_file_is_described(tmp_path: Path) -> None:
    """An empty file is refused, and still described: of unknown content, without a table."""
    path = tmp_path / "list.csv"
    path.write_bytes(b"\r\n")
    seen = inspect_file(path)
    assert (seen.container, seen.table, seen.exit_code) == ("unknown", None, 2)
    assert seen.refusal is not None
    assert seen.refusal.code == "file-empty"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """A missing file is an error, not an inspection."""
    with pytest.raises(SourceError, match="ファイルがありません"):
        inspect_file(tmp_path / "list.csv")


def test_a_workbook_under_another_name_is_told(tmp_path: Path, workspace_dir: Path) -> None:
    """A workbook that was renamed to .csv is read as what it is, and the difference is told."""
    path = tmp_path / "radio.csv"
    path.write_bytes((workspace_dir / "emergency_radio" / "防災行政無線設置一覧.xlsx").read_bytes())
    seen = inspect_file(path)
    assert (seen.container, seen.extension_matches) == ("xlsx", False)
    shown = seen.to_dict()
    merged = next(item for item in shown["machine_readability"] if item["item"] == "1-4")
    assert (merged["ok"], merged["cells"]) == (False, ["A1:C1", "A4:A5", "B4:C4"])
