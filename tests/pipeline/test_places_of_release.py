"""Whether points lie in their municipality: asked where its boundary is known, and said to be unasked elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

import meguro_opendata as mo
from meguro_opendata import messages
from meguro_opendata.findings import Report


@dataclass(frozen=True)
class Box:
    """A boundary of four straight lines, for the test."""

    code: str = "131105"
    name: str = "目黒区の見本の枠"

    def outside(self, points: pl.DataFrame) -> pl.Series:
        """Whether each point lies outside the box."""
        inside = pl.col("lat").is_between(35.60, 35.67) & pl.col("lon").is_between(139.66, 139.72)
        return points.select(~inside).to_series()


HEADER = "名称,所在地_連結表記,所在地_全国地方公共団体コード,緯度,経度"
ROWS = [
    "区役所,東京都目黒区上目黒2-19-15,131105,35.641463,139.698171",
    "遠い,東京都目黒区上目黒2-19-15,,35.700000,139.698171",
    "区外,神奈川県箱根町,143821,35.232000,139.100000",
    "無い,東京都目黒区上目黒2-19-15,131105,,",
    "文字,東京都目黒区上目黒2-19-15,131105,北緯,東経",
]


def checked(tmp_path: Path, rows: list[str], place: Box | None) -> Report:
    """The rows checked against the standard of AED, with or without a place."""
    path = tmp_path / "aed.csv"
    path.write_text("\n".join([HEADER, *rows, ""]), encoding="utf-8")
    return mo.validate_file(path, "aed", place=place)


def told(report: Report) -> list[tuple[str, int | None, object]]:
    """The findings on places: code, row and number of points."""
    codes = ("point-outside", "place-checked", "place-unchecked")
    return [(found.code, found.row, found.params.get("count")) for found in report.findings if found.code in codes]


def test_points_outside_are_reported_and_the_report_says_by_what(tmp_path: Path) -> None:
    """A point outside is a warning on its latitude; places of another municipality, by their code, are not asked."""
    report = checked(tmp_path, ROWS, Box())
    assert told(report) == [("place-checked", 1, 2), ("point-outside", 3, None)]
    for lang in messages.LANGUAGES:
        texts = [
            found.text("message", lang) for found in report.findings if found.code.startswith(("point-o", "place-"))
        ]
        assert all("目黒区の見本の枠" in text for text in texts)


def test_without_a_boundary_the_report_says_that_it_was_not_asked(tmp_path: Path) -> None:
    """Informations say how many points were compared with what is known, and how many with nothing."""
    nowhere = "どこか,本町1-1,,35.232000,139.100000"
    report = checked(tmp_path, [*ROWS, nowhere], None)
    assert told(report) == [("place-checked", 1, 2), ("place-checked", 1, 1), ("place-unchecked", 1, 1)]
    assert all(found.severity == "info" for found in report.findings if found.code == "place-unchecked")


@pytest.mark.parametrize("place", [None, Box()])
def test_a_table_without_points_is_not_asked(tmp_path: Path, place: Box | None) -> None:
    """Empty and unreadable coordinates are no points."""
    assert told(checked(tmp_path, ROWS[3:], place)) == []


def test_a_table_of_another_municipality_alone(tmp_path: Path) -> None:
    """If no row is the place's own, the report says that none was compared."""
    assert told(checked(tmp_path, ROWS[2:3], Box())) == [("place-checked", 1, 0)]
