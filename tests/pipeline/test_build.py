"""A build writes a whole folder or, with errors, the reports beside the last good one; a conversion always writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from locations import DATA

import meguro_opendata as mo
from meguro_opendata.files.releasenames import DESCRIPTOR, RELEASE_NAMES
from meguro_opendata.pipeline.conversion import convert_file
from meguro_opendata.pipeline.summaries import source_list
from meguro_opendata.recipe import open_recipe
from meguro_opendata.release.descriptor import Descriptor
from meguro_opendata.release.freshness import SeriesFiles, SourceList
from meguro_opendata.workspace.city import Workspace

# An example city profile and example data, not the ward's own.
PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
SCHEMA = '{"fields": [{"name": "名称", "type": "string", "constraints": {"required": true}}]}'
RECIPE: dict[str, Any] = {
    "title": "見本一覧",
    "schema": "schema.json",
    "source": {"file": "a.csv"},
    "formats": ["csv"],
    "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "随時"},
}
IDS = {"field": "ID", "match": ["名称"], "form": "A{number:03}"}
MINTED = '{"fields": [{"name": "ID", "type": "string"}, {"name": "名称", "type": "string"}]}'
MADE_OF = {"recipe": "dataset.yaml", "schema": "schema.json"}


def make(folder: Path, text: str = "名称,備考\n見本館,\n", **changes: Any) -> Workspace:
    """An example workspace with one dataset."""
    home = folder / "datasets" / "sample"
    home.mkdir(parents=True, exist_ok=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    recipe = {**RECIPE, "drop": {"備考": "見本"}, "mapping": {"名称": "名称"}, **changes}
    kept = {name: value for name, value in recipe.items() if value is not None}
    (home / "dataset.yaml").write_text(yaml.safe_dump(kept, allow_unicode=True, sort_keys=False), encoding="utf-8")
    (home / "schema.json").write_text(MINTED if "ids" in changes else SCHEMA, encoding="utf-8")
    for name in ("a.csv", "b.csv"):
        (home / name).write_text(text, encoding="utf-8")
    return mo.open_workspace(home.parent)


def names(folder: Path) -> set[str]:
    """The files in a folder."""
    return {path.name for path in folder.iterdir()}


def test_a_release_has_its_data_and_the_same_files_beside_it(tmp_path: Path) -> None:
    """What is listed is what is there, and the descriptor lists the data."""
    release = mo.build_release("sample", make(tmp_path))
    described = Descriptor.read(release.folder)
    assert described is not None
    data = {file.path for file in described.files}
    assert (names(release.folder), data & {*RELEASE_NAMES}) == (data | {*RELEASE_NAMES}, set())
    assert {file.path.name for file in release.files} == names(release.folder)
    assert described.rows == release.rows_out == 1


def test_errors_leave_the_last_release_and_the_register(tmp_path: Path) -> None:
    """Only the reports are written, beside it; the next good build removes them."""
    workspace = make(tmp_path, ids=IDS)
    good = mo.build_release("sample", workspace)
    register = workspace.root / "sample" / "ids.csv"
    before = {path: path.read_bytes() for path in (*good.folder.iterdir(), register)}
    failed = mo.build_release("sample", make(tmp_path, "名称,備考\n別館,\n別館,\n", ids=IDS))
    assert (failed.published, failed.folder) == (False, good.folder.with_name("sample.failed"))
    assert names(failed.folder) == {*RELEASE_NAMES} - {DESCRIPTOR}
    assert {path: path.read_bytes() for path in before} == before
    mo.build_release("sample", make(tmp_path, ids=IDS))
    assert not failed.folder.exists()


def test_a_conversion_is_written_with_errors_among_other_files(tmp_path: Path) -> None:
    """No person publishes it as it is; what else is in the folder stays."""
    source = tmp_path / "a.csv"
    source.write_text("名称,電話番号\n,x\n見本館,y\n", encoding="utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / "メモ.txt").write_text("", encoding="utf-8")
    made = convert_file(source, "public_facility", out)
    assert (made.report.valid, made.published, made.folder) == (False, True, out)
    assert {*RELEASE_NAMES, "メモ.txt"} <= names(out)


@pytest.mark.parametrize(
    ("changes", "listed"),
    [
        ({}, SourceList({**MADE_OF, "source": "a.csv"})),
        ({"ids": IDS}, SourceList({**MADE_OF, "ids": "ids.csv", "source": "a.csv"})),
        (
            {"source": None, "sources": {"stack": [{"file": "a.csv", "name": "甲"}, {"file": "b.csv", "name": "乙"}]}},
            SourceList({**MADE_OF, "source:a.csv": "a.csv", "source:b.csv": "b.csv"}),
        ),
        (
            {"source": {"series": "*_2024.csv", "leave_out": {"b_2024.csv": "控え"}}},
            SourceList(MADE_OF, SeriesFiles("*_2024.csv", ("b_2024.csv", "dataset.yaml", "schema.json", "ids.csv"))),
        ),
    ],
    ids=["one", "ids", "stack", "series"],
)
def test_every_file_that_a_release_is_made_from_is_listed(
    changes: Mapping[str, Any], listed: SourceList, tmp_path: Path
) -> None:
    """Beside the recipe; of a series its pattern, so that a new file is seen."""
    assert source_list(open_recipe("sample", make(tmp_path, **changes))) == listed
