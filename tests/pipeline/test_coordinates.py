"""Recipes that declare a reference system: what is published, what is refused, and what the release records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import Ran
from geo_grids import nodes_around, par_file

from meguro_opendata.errors import ConfigurationError, MissingGridError
from meguro_opendata.geo.datum.grids import add_grid
from meguro_opendata.pipeline.build import build_release
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.release.dataset import load_releases
from meguro_opendata.workspace.city import open_workspace

RECIPE = """\
title: 座標の見本
schema: schema.json
source: {source}
mapping: {{名称: 名称, 緯度: {north}, 経度: {east}}}
formats: {formats}
metadata:
  description: 架空の例
  department: 危機管理部防災課
  frequency: 随時
"""
SCHEMA = {
    "fields": [
        {"name": "名称", "type": "string", "mo:kind": "text"},
        {"name": "緯度", "type": "number", "mo:kind": "latitude", "constraints": {"minimum": 20, "maximum": 46}},
        {"name": "経度", "type": "number", "mo:kind": "longitude", "constraints": {"minimum": 122, "maximum": 154}},
    ]
}
Build = Callable[..., Release]


@pytest.fixture
def build(workspace_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Build a table of coordinates under a recipe whose words on its source are given."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))

    def run(
        rows: list[tuple[str, str]], north: str = "北", east: str = "東", formats: str = "[csv]", **words: Any
    ) -> Release:
        folder = workspace_dir / "places"
        folder.mkdir(exist_ok=True)
        lines = ["名称,北,東", *(f"例{at},{first},{second}" for at, (first, second) in enumerate(rows))]
        (folder / "places.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "schema.json").write_text(json.dumps(SCHEMA), encoding="utf-8")
        source = json.dumps({"file": "places.csv", **words}, ensure_ascii=False)
        text = RECIPE.format(source=source, north=north, east=east, formats=formats)
        (folder / "dataset.yaml").write_text(text, encoding="utf-8")
        return build_release("places", workspace_dir)

    return run


@pytest.fixture
def patched(tmp_path: Path, build: Build) -> Build:
    """As ``build``, with a made-up patch of 2011 among the user's grids."""
    add_grid(par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.65, 139.7, 40)))
    return build


def points(release: Release) -> list[tuple[str, str]]:
    """Latitude and longitude of each published row."""
    frame = release.parts[0].frame
    return list(zip(frame["緯度"], frame["経度"], strict=True))


def codes(release: Release) -> list[str]:
    """The codes of the findings."""
    return [found.code for found in release.report.findings]


def record(release: Release) -> dict[str, Any]:
    """What the release states about its coordinates."""
    descriptor = json.loads((release.folder / "datapackage.json").read_text(encoding="utf-8"))
    assert len(descriptor["mo:coordinates"]) == 1
    return descriptor["mo:coordinates"][0]


def test_plane_coordinates_become_degrees(build: Build) -> None:
    """X and Y of zone 9 give the degrees that the national survey publishes for them, and every one is a change."""
    release = build([("-37873.4184", "-7961.3583"), ("", "")], crs="EPSG:6677")
    assert release.published
    assert points(release)[1] == ("", "")
    lat, lon = map(float, points(release)[0])
    assert (lat, lon) == pytest.approx((35.658596, 139.745403), abs=2e-9)
    assert [(change.rule, change.column, change.field, change.before) for change in release.changes] == [
        ("coordinates", "北", "緯度", "-37873.4184"),
        ("coordinates", "東", "経度", "-7961.3583"),
    ]
    assert record(release)["steps"] == []
    assert record(release)["file"] == "places.csv"


@pytest.mark.parametrize("crs", ["EPSG:6677", "EPSG:6691"])
@pytest.mark.parametrize(
    ("row", "field", "column"), [(("南口", "1000"), "緯度", "北"), (("1000", "南口"), "経度", "東")]
)
def test_an_unreadable_coordinate_is_found_in_its_own_field(
    build: Build, crs: str, row: tuple[str, str], field: str, column: str
) -> None:
    """The finding names the column that it is in, whether the first axis of the system goes north or east."""
    release = build([row], crs=crs)
    found = [one for one in release.report.findings if one.code.startswith("coordinate-") and one.severity == "error"]
    assert [(one.field, one.column, one.value) for one in found if one.value == "南口"] == [(field, column, "南口")]


def test_the_tokyo_datum_needs_both_grids(build: Build) -> None:
    """Without the patch the build is refused as a whole and writes nothing."""
    with pytest.raises(MissingGridError, match="geo grids add"):
        build([("35.64", "139.69")], crs="EPSG:4301")


def test_the_release_records_operation_grids_and_error(patched: Build) -> None:
    """The descriptor names each step with grid, version and checksum, and the expected error."""
    release = patched([("35.64", "139.69")], crs="EPSG:4301")
    said = record(release)
    assert (said["source"], said["target"], said["approximate"]) == ("EPSG:4301", "EPSG:6668", False)
    assert said["expected_error_m"] == pytest.approx(0.4)
    grids = [step["grid"] for step in said["steps"]]
    assert [(grid["name"], grid["version"]) for grid in grids] == [
        ("TKY2JGD", "2.1.1"),
        ("touhokutaiheiyouoki2011", "9.0.0"),
    ]
    assert all(len(grid["sha256"]) == 64 for grid in grids)
    moved = [float(value) for value in points(release)[0]]
    assert moved == pytest.approx([35.643242, 139.686777], abs=2e-5)


def test_approximate_points_are_stamped(build: Build) -> None:
    """Where the recipe allows it, the finding, the descriptor and the catalogue state operation and error."""
    release = build([("35.64", "139.69")], crs="EPSG:4301", allow_approximate=True)
    assert release.published
    found = next(one for one in release.report.findings if one.code == "coordinate-approximate")
    assert (found.severity, found.params["operation"], found.params["error"]) == ("warning", "EPSG:6713", "6.2")
    assert record(release)["approximate"] is True
    assert record(release)["expected_error_m"] == pytest.approx(6.2)
    home = release.recipe.path.parent.parent
    provenance = str(load_releases(open_workspace(home), ["places"])[0].entry.provenance)
    assert "近似" in provenance
    assert "6.2 m" in provenance


def test_a_point_outside_the_grid_is_an_error_of_its_row(patched: Build) -> None:
    """One point in the bay keeps the release back, and its cell is named; the others are not to blame."""
    release = patched([("35.64", "139.69"), ("35.45", "139.83")], crs="EPSG:4301")
    assert not release.published
    found = next(one for one in release.report.findings if one.code == "point-outside-grid")
    assert (found.row, found.column, found.field, found.value) == (3, "北", "緯度", "35.45")


@pytest.mark.parametrize("text", ["35度38分29.1秒", "３５°３８′２９．１″", "35.38.29.1", "N35 38 29.1", "353829.1"])
def test_degrees_are_read_where_the_datum_is_declared(build: Build, text: str) -> None:
    """Every spelling of degrees, minutes and seconds is rewritten; no doubt is left."""
    release = build([(text, "139°41′53.4″E")], crs="JGD2011")
    assert points(release) == [("35.641416667", "139.698166667")]
    assert release.published
    assert "ambiguous-value" not in codes(release)
    assert release.changes[-1].rule == "coordinates"


def test_degrees_without_a_datum_stay_in_doubt(build: Build) -> None:
    """Without a declared system nothing is rewritten: the reading is only suggested."""
    release = build([("35度38分29.1秒", "139度41分53.4秒")])
    assert points(release) == [("35度38分29.1秒", "139度41分53.4秒")]
    assert not release.published


def test_degrees_that_are_published_already_stay_as_written(build: Build) -> None:
    """Decimal degrees of JGD2011 are not touched, trailing noughts included; WGS 84 is the same at the metre level."""
    for crs, error in (("EPSG:6668", 0.0), ("EPSG:4326", 1.0)):
        release = build([("35.6400", "139.690000")], crs=crs)
        assert points(release) == [("35.6400", "139.690000")]
        assert release.changes == ()
        assert record(release)["expected_error_m"] == error


def test_a_short_number_is_decimal_unless_declared_otherwise(build: Build) -> None:
    """The standard's own form is decimal; packed degrees have to be declared."""
    assert points(build([("35.3829", "139.4153")], crs="EPSG:6668")) == [("35.3829", "139.4153")]
    packed = build([("35.3829", "139.4153")], crs="EPSG:6668", notation="dms")
    assert points(packed) == [("35.641388889", "139.698055556")]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("139.69", "35.64"), "coordinates-swapped"),
        (("35641463", "139698171"), "ambiguous-value"),
        (("35.64", "39.69"), "ambiguous-value"),
        (("35.64", ""), "coordinate-half"),
        (("35.64", "35.64"), "coordinates-equal"),
        (("0", "0"), "coordinate-zero"),
        (("-37873.4", "-7961.3"), "crs-mixed"),
        (("計測中", "139.69"), "coordinate-unreadable"),
        (("353829", "1394153"), "ambiguous-value"),
    ],
)
def test_a_mistake_is_found_and_never_corrected(build: Build, row: tuple[str, str], code: str) -> None:
    """Each mistake is reported, suggested where that is possible, and left unchanged beside a good row."""
    release = build([("35.64", "139.69"), row], crs="EPSG:6668")
    assert code in codes(release)
    assert points(release)[1] == row
    assert points(release)[0] == ("35.64", "139.69")


def test_swapped_columns_are_put_right_by_one_word(build: Build) -> None:
    """`axes: swapped` exchanges two whole columns; each keeps the name of its source column in the changes."""
    release = build([("139.69", "35.64"), ("139.70", "35.65")], crs="EPSG:6668", axes="swapped")
    assert points(release) == [("35.64", "139.69"), ("35.65", "139.70")]
    assert release.published


def test_degrees_among_metres_are_an_error(build: Build) -> None:
    """A row of another system in a column of metres is reported by its row."""
    release = build([("-37873.4", "-7961.3"), ("35.64", "139.69")], crs="EPSG:6677")
    found = next(one for one in release.report.findings if one.code == "crs-mixed")
    assert (found.row, release.published) == (3, False)


def test_metres_without_a_declared_system_are_an_error(build: Build) -> None:
    """Plane coordinates under 緯度 and 経度 are refused with the words to write."""
    release = build([("-37873.4", "-7961.3")])
    assert not release.published
    assert "crs-undeclared-metres" in codes(release)
    assert "crs-undeclared" in codes(build([("35.64", "139.69")]))
    assert "crs-undeclared" not in codes(build([("35.64", "139.69")], crs="EPSG:6668"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"crs": "EPSG:9999"}, "(?s)source.crs.*EPSG:6668"),
        ({"crs": "世界測地系"}, "JGD2000"),
        ({"allow_approximate": True}, "source.crs"),
        ({"notation": "dms"}, "source.crs"),
        ({"crs": "EPSG:6668", "axes": "yes"}, "source.axes"),
    ],
)
def test_wrong_words_are_refused_with_their_place(build: Build, words: dict[str, Any], message: str) -> None:
    """A system that is unknown, or words that need one, are reported before anything is read."""
    with pytest.raises(ConfigurationError, match=message):
        build([("35.64", "139.69")], **words)


def test_a_joined_source_has_no_coordinates_of_its_own(build: Build, workspace_dir: Path) -> None:
    """A system that is declared where it would not be used is reported, instead of being ignored."""
    build([("35.64", "139.69")], crs="EPSG:6668")
    path = workspace_dir / "places" / "dataset.yaml"
    lines = path.read_text(encoding="utf-8").splitlines()
    joined = '{name: b, file: places.csv, by: {名称: 名称}, crs: "EPSG:4301"}'
    lines[2] = f"sources: {{first: {{name: a, file: places.csv}}, join: [{joined}]}}"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"sources\.join\.0\.crs"):
        build_release("places", workspace_dir)


def test_the_command_refuses_in_words(
    build: Build, workspace_dir: Path, command: Callable[..., Ran], tmp_path: Path
) -> None:
    """`build` without the grid: exit code 2, what to do, no traceback, nothing written."""
    with pytest.raises(MissingGridError):
        build([("35.64", "139.69")], crs="EPSG:4301")
    ran = command("build", "places", cwd=workspace_dir, MEGURO_OPENDATA_DATA=str(tmp_path / "data"))
    assert ran.code == 2
    assert "geo grids add" in ran.err
    assert "Traceback" not in ran.text
    assert not (workspace_dir.parent / "releases" / "places").exists()
