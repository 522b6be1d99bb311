"""The start page: every dataset with its numbers, links that work where the page lies."""

from pathlib import Path
from typing import Any

import pytest

import meguro_opendata as mo
from meguro_opendata.site import BuiltDataset, write_start_page


def built(folder: Path, **changed: Any) -> BuiltDataset:
    """A dataset, made up."""
    values: dict[str, Any] = {
        "title": "表",
        "standard": None,
        "source": "表.csv",
        "rows": 12345,
        "changes": 2000,
        "errors": 0,
    }
    return BuiltDataset(**{**values, "warnings": 3, "report": folder / "releases" / "a" / "report.html", **changed})


@pytest.mark.parametrize(
    ("dataset", "shown"),
    [
        ({}, ["<td>表</td>", "<td>独自のスキーマ</td>", "<td>表.csv</td>", ">12,345<", ">2,000<", ">0<", ">3<"]),
        ({"standard": "AED設置箇所一覧"}, ["<td>AED設置箇所一覧</td>"]),
        ({"title": "<b>"}, ["&lt;b&gt;"]),
    ],
    ids=["own schema", "standard", "escaped"],
)
def test_each_dataset_has_its_numbers(
    dataset: dict[str, object], shown: list[str], workspace_dir: Path, tmp_path: Path
) -> None:
    """A row says title, standard, source, rows, changes and findings, and leads to the report."""
    workspace = mo.open_workspace(workspace_dir)
    page = tmp_path / "index.html"
    boards = [(2025, tmp_path / "kpi" / "2025.html")]
    assert write_start_page(workspace, [built(tmp_path, **dataset)], tmp_path / "portal", boards, page, "ja") == page
    text = page.read_text(encoding="utf-8")
    assert [part for part in shown if part not in text] == []
    links = ("portal/index.html", "releases/a/report.html", "kpi/2025.html")
    assert [link for link in links if f'href="{link}"' not in text] == []
