"""Datums: reference values, every grid form, what is refused, and there and back between all systems."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pyproj
import pytest
from geo_grids import PATCH_HEAD, TKY_HEAD, geotiff_file, nodes_around, par_file, smooth
from hypothesis import given, settings
from hypothesis import strategies as st

import meguro_opendata as mo
from meguro_opendata.errors import (
    CoordinateError,
    MeguroOpendataError,
    MissingGridError,
    OutsideGridError,
    SourceError,
    UnknownCrsError,
)
from meguro_opendata.geo.datum import grids
from meguro_opendata.geo.datum.crs import parse_crs, supported
from meguro_opendata.geo.datum.datums import plan_steps
from meguro_opendata.geo.datum.grids import DatumGrid, add_grid, built_in_grid, known_grids, read_grid
from meguro_opendata.geo.datum.transformation import transform_points
from meguro_opendata.onboarding.doctor import Check, examine

TKY = built_in_grid()
assert TKY is not None
DEGREES, METRES, MILLIMETRE = 1.1e-9, 1e-4, 9e-9
# The published values have nine and four decimals.
REFERENCE = [
    ("EPSG:4301", "EPSG:4612", (36.103774791666666, 140.08785504166664), (36.106966281, 140.084576867)),
    ("EPSG:4612", "EPSG:4301", (36.10696628160147, 140.08457686629436), (36.103774792, 140.087855042)),
    ("EPSG:6668", "EPSG:6677", (36.103774791666666, 140.08785504166664), (11543.6883, 22916.2436)),
    ("EPSG:6668", "EPSG:6677", (35.681236, 139.767125), (-35363.2377, -5992.9196)),
    ("EPSG:6668", "EPSG:6677", (35.658596, 139.745403), (-37873.4184, -7961.3583)),
    ("EPSG:4301", "EPSG:30169", (35.71004, 139.81070), (-32166.0244, -2047.6996)),
]
# With the patch of 2011: zone 8 of two datums, and points of a public test suite, the last where nodes are missing.
WITH_PATCH = [
    ("EPSG:30168", "EPSG:6676", (193524.0, 34235.0), (193873.2553, 33954.5081)),
    ("EPSG:4612", "EPSG:6668", (38.26, 140.87), (38.259991997, 140.870036378)),
    ("EPSG:4612", "EPSG:6668", (37.090536, 140.840350), (37.090532997, 140.840375142)),
    ("EPSG:4612", "EPSG:6668", (37.093698, 140.829111), (37.093698, 140.829111)),
]


def assert_near(found: tuple[np.ndarray, np.ndarray], wanted: tuple[float, float], target: str) -> None:
    """Both values within the last published digit."""
    assert np.abs(np.array(found).ravel() - wanted).max() < (DEGREES if parse_crs(target).geographic else METRES)


@pytest.fixture(scope="module")
def patch(tmp_path_factory: pytest.TempPathFactory) -> DatumGrid:
    """A made-up patch over all of TKY2JGD's extent, every fifth row and column of blocks without nodes."""
    south, west, north, east = TKY.file.extent
    places = [
        (row, column)
        for row in range(int(south * 120), int(north * 120), 1)
        for column in range(int((west - 100) * 80), int((east - 100) * 80), 1)
        if (row // 10 % 40, column // 10 % 40) == (7, 9)
    ]
    tokyo = nodes_around(35.7, 139.7, 60)
    folder = tmp_path_factory.mktemp("grids")
    path = par_file(folder / "touhokutaiheiyouoki2011.par", {*places, *tokyo})
    return read_grid(path)


@pytest.mark.parametrize(("source", "target", "before", "after"), REFERENCE)
def test_the_national_surveys_own_values_come_out(
    source: str, target: str, before: tuple[float, float], after: tuple[float, float]
) -> None:
    """Every published value is met to its last digit."""
    assert_near(mo.geo.transform(*before, source, target, grids=[]), after, target)


@pytest.mark.parametrize(("source", "target", "before", "after"), WITH_PATCH)
def test_the_full_chain_meets_published_values(
    shared: Path, source: str, target: str, before: tuple[float, float], after: tuple[float, float]
) -> None:
    """With the real patch, the chain through both grids meets published values, holes in the grid included."""
    grid = shared / "geo" / "grids" / "touhokutaiheiyouoki2011.tif"
    found = mo.geo.transform(*before, source, target, grids=[grid])
    limit = MILLIMETRE if parse_crs(target).geographic else METRES
    assert np.abs(np.array(found) - after).max() < limit


def test_the_real_patch_says_what_it_is(shared: Path) -> None:
    """Name, version, datums and extent of the given GeoTIFF are read from the file itself."""
    file = read_grid(shared / "geo" / "grids" / "touhokutaiheiyouoki2011.tif").file
    assert (file.name, file.version, file.source, file.target) == (
        "touhokutaiheiyouoki2011",
        "4.0.0",
        "jgd2000",
        "jgd2011",
    )
    assert file.extent == pytest.approx((34.8833333, 135.4375, 41.575, 142.075))


def some_points(count: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points in cells that TKY2JGD covers, all over Japan."""
    grid = TKY.grid
    rng = np.random.default_rng(seed)
    south, west, north, east = TKY.file.extent
    lat, lon = rng.uniform(south, north, count * 30), rng.uniform(west, east, count * 30)
    inside = grid.shift(lat, lon)[2]
    return lat[inside][:count], lon[inside][:count]


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_the_inverse_comes_back_all_over_japan(seed: int) -> None:
    """Tokyo → JGD2000 → Tokyo gives the same degrees within 1e-9, wherever the grid covers."""
    lat, lon = some_points(500, seed)
    there = mo.geo.transform(lat, lon, "EPSG:4301", "EPSG:4612")
    back = mo.geo.transform(*there, "EPSG:4612", "EPSG:4301")
    assert max(np.abs(back[0] - lat).max(), np.abs(back[1] - lon).max()) < 1e-9


def test_the_inverse_comes_back_at_the_very_edge_of_the_grid() -> None:
    """Points close to the corners and edges of covered cells come back, although the way there leads outside."""
    lat, lon = some_points(4000)
    rows, columns = np.floor(lat * 120), np.floor((lon - 100) * 80)
    for up, right in itertools.product((1e-7, 0.5, 1 - 1e-7), repeat=2):
        edge = (rows + up) / 120, 100 + (columns + right) / 80
        there = mo.geo.transform(*edge, "EPSG:4301", "EPSG:4612")
        back = mo.geo.transform(*there, "EPSG:4612", "EPSG:4301")
        assert max(np.abs(back[0] - edge[0]).max(), np.abs(back[1] - edge[1]).max()) < 1e-9


def test_every_pair_of_systems_there_and_back(patch: DatumGrid) -> None:
    """No point moves by more than its stated error between any two supported systems, there and back."""
    lat, lon = np.array([35.641463, 35.7, 35.55]), np.array([139.698171, 139.75, 139.6])
    systems = supported()
    assert len(systems) > 100
    distinct = {(crs.epsg, crs.east_first): crs for crs in systems}.values()
    base = {crs: transform_points(lat, lon, "EPSG:6668", crs, grids=[patch]) for crs in distinct}
    for source, target in itertools.product(distinct, repeat=2):
        start = base[source]
        there = transform_points(start.first, start.second, source, target, grids=[patch])
        back = transform_points(there.first, there.second, target, source, grids=[patch])
        moved = np.hypot(back.first - start.first, back.second - start.second)
        if source.geographic:
            moved = moved * 111_320
        assert (moved <= there.errors + back.errors + 1e-6).all(), (source.code, target.code)
        assert moved.max() < 1e-3, (source.code, target.code)


@pytest.mark.parametrize("crs", [crs for crs in supported() if crs.code.startswith("EPSG")], ids=lambda crs: crs.code)
def test_the_order_of_axes_is_the_registers(crs: object) -> None:
    """Which axis comes first, and the datum's place, agree with the EPSG register."""
    known = parse_crs(crs)  # type: ignore[arg-type]
    registered = pyproj.CRS(known.code)
    assert (registered.axis_info[0].direction == "east") == known.east_first
    assert registered.sub_crs_list or registered.is_geographic == known.geographic
    ours = pyproj.CRS.from_epsg(known.epsg).geodetic_crs
    assert ours is not None
    assert parse_crs(str(ours.to_epsg())).datum == known.datum


def test_pyproj_never_crosses_a_datum() -> None:
    """Each projection that is asked of pyproj is one without a datum step in it."""
    for crs in {crs.epsg: crs for crs in supported() if not crs.geographic}.values():
        made = pyproj.Transformer.from_crs(parse_crs(crs.datum).epsg, crs.epsg, always_xy=True)
        assert not any(word in made.definition for word in ("helmert", "gridshift", "towgs84", "noop")), crs


def test_jgd2024_is_jgd2011_horizontally() -> None:
    """Esri's and the new names give the same numbers; Esri's axes are east first."""
    x_north, y_east = mo.geo.transform([35.641463], [139.698171], "EPSG:6668", "EPSG:6677")
    same = mo.geo.transform([35.641463], [139.698171], "JGD2024", "JGD2024 第9系")
    esri = mo.geo.transform([35.641463], [139.698171], "ESRI:104221", "ESRI:112209")
    assert (x_north, y_east) == same == esri[::-1]


@pytest.mark.parametrize(
    "name", ["", "EPSG:3099999", "EPSG:1", "世界測地系", "JGD2011 第20系", "JGD2011 第0系", "x" * 5000]
)
def test_an_unknown_system_is_refused(name: str) -> None:
    """A name that nothing has, or that may be two systems, is refused with what there is."""
    with pytest.raises(UnknownCrsError, match="EPSG:6668"):
        parse_crs(name)


@pytest.mark.parametrize(("source", "target"), [("EPSG:4612", "EPSG:6668"), ("EPSG:6677", "EPSG:30169"), (4301, 4326)])
def test_a_missing_grid_is_a_refusal(source: str | int, target: str | int) -> None:
    """Without the patch nothing crosses between JGD2000 and JGD2011, either way, and the advice says what to do."""
    with pytest.raises(MissingGridError, match="geo grids add"):
        mo.geo.transform([35.6], [139.7], source, target, grids=[])


def test_points_outside_are_named() -> None:
    """Tokyo Bay and the sea are outside TKY2JGD: an error that names the places, not a value 460 m off."""
    with pytest.raises(OutsideGridError) as caught:
        mo.geo.transform([35.64, 35.45, 30.0], [139.69, 139.83, 150.0], "EPSG:4301", "EPSG:4612")
    assert caught.value.indices == (1, 2)
    assert "1、2" in str(caught.value)


@pytest.mark.parametrize(
    ("first", "second"), [([139.7], [35.6 + 180]), ([np.inf], [139.7]), ([-91], [0]), ([35.0, 99], [139.0, 1])]
)
def test_numbers_that_are_no_degrees_are_named(first: list[float], second: list[float]) -> None:
    """Latitudes beyond 90, longitudes beyond 180 and infinities are refused by their places."""
    with pytest.raises(CoordinateError) as caught:
        mo.geo.transform(first, second, "EPSG:6668", "EPSG:6677")
    assert caught.value.indices == (len(first) - 1,)


def test_shapes_stay_and_missing_coordinates_stay_missing() -> None:
    """A scalar gives a scalar, a matrix a matrix; NaN stays NaN; lengths must fit; texts are refused."""
    assert mo.geo.transform(35.6, 139.7, 6668, 6677)[0].shape == ()
    assert mo.geo.transform([[35.6], [35.7]], [[139.7], [139.8]], 6668, 6677)[0].shape == (2, 1)
    lat, lon = mo.geo.transform([35.64, np.nan, 35.64], [139.69, 139.7, np.nan], 4301, 4612)
    assert np.isnan(lat).tolist() == np.isnan(lon).tolist() == [False, True, True]
    assert mo.geo.transform([], [], 4301, 4612)[0].shape == (0,)
    with pytest.raises(MeguroOpendataError, match="個数"):
        mo.geo.transform([1.0, 2.0], [1.0], 6668, 6677)
    with pytest.raises(MeguroOpendataError, match="数値"):
        mo.geo.transform(["x"], [1.0], 6668, 6677)


def test_an_approximate_operation_states_its_error() -> None:
    """Where it is allowed, the grid's absence and the sea are told point by point, with an error that is not small."""
    done = transform_points([35.64, 35.45], [139.69, 139.83], 4301, 6668, grids=[], allow_approximate=True)
    assert done.approximate.tolist() == [True, True]
    assert done.errors.tolist() == pytest.approx([6.2, 15.0])
    record = done.record()
    assert record["approximate"] is True
    assert [step["operation"] for step in record["steps"]] == ["EPSG:6712", "EPSG:6713"]
    assert record["steps"][0]["grid"]["sha256"] == TKY.file.checksum


def test_the_approximation_is_as_good_as_it_says() -> None:
    """At every node of TKY2JGD the stand-in is off by no more than the error that it states."""
    step = plan_steps("tokyo", "jgd2000", [])[0]
    lat, lon = some_points(60000)
    exact = step.move(lat, lon)
    rough = step._approximately(lat, lon)
    off = 111_320 * np.hypot(exact.lat - rough.lat, (exact.lon - rough.lon) * np.cos(np.radians(lat)))
    assert (off <= rough.error).all()
    assert (off[lat < 27] > 100).any()  # remote islands are the reason for the wide error


def test_the_patch_without_nodes_leaves_points_unchanged(tmp_path: Path) -> None:
    """Where the patch has no node, nor all four, the point stays, is counted, and comes back."""
    places = nodes_around(35.65, 139.7, 10)
    hole = places[len(places) // 2]
    grid = par_file(tmp_path / "touhokutaiheiyouoki2011.par", set(places) - {hole})
    near = (hole[0] - 0.5) / 120, 100 + (hole[1] - 0.5) / 80
    lat, lon = np.array([near[0], 33.0, near[0] - 2 / 120]), np.array([near[1], 130.0, near[1]])
    done = transform_points(lat, lon, 4612, 6668, grids=[grid])
    assert (done.first == lat).tolist() == [True, True, False]
    assert (done.steps[0].points, done.steps[0].unchanged) == (1, 2)
    back = transform_points(done.first, done.second, 6668, 4612, grids=[grid])
    assert np.abs(back.first - lat).max() < 1e-12


def test_an_answer_that_may_be_two_says_so(tmp_path: Path) -> None:
    """Beside a hole two points may lead to one place: the way back then states the size of the step."""
    places = nodes_around(35.65, 139.7, 10)
    row = max(place[0] for place in places)
    grid = par_file(tmp_path / "touhokutaiheiyouoki2011.par", places, lambda *_: (0.1, 0.0))
    edge = row / 120
    done = transform_points([edge + 0.05 / 3600], [139.7], 6668, 4612, grids=[grid])
    assert done.errors[0] > 3
    assert transform_points([edge - 0.5 / 3600], [139.7], 6668, 4612, grids=[grid]).errors[0] == pytest.approx(0.2)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("deflated", [False, True])
@pytest.mark.parametrize("no_data", ["", "-9999"])
def test_a_geotiff_gives_what_a_par_file_gives(tmp_path: Path, order: str, deflated: bool, no_data: str) -> None:
    """The same nodes as .par and as GeoTIFF, of either byte order, packed or not, move points alike."""
    places = nodes_around(35.65, 139.7, 10)
    hole = places[17]
    par = read_grid(par_file(tmp_path / "touhokutaiheiyouoki2011.par", set(places) - {hole}))
    rows, columns = sorted({row for row, _ in places}), sorted({column for _, column in places})
    empty = float(no_data or 0)
    lat = np.array([[empty if (r, c) == hole else smooth(r, c)[0] for c in columns] for r in rows[::-1]])
    lon = np.array([[empty if (r, c) == hole else smooth(r, c)[1] for c in columns] for r in rows[::-1]])
    path = tmp_path / "x.tif"
    geotiff_file(path, lat, lon, 100 + columns[0] / 80, rows[-1] / 120, order=order, deflated=deflated, no_data=no_data)
    tif = read_grid(path)
    assert (tif.file.source, tif.file.target, tif.file.version, tif.file.name) == ("jgd2000", "jgd2011", "1.2.3", "x")
    assert tif.file.nodes == par.file.nodes == len(places) - 1
    rng = np.random.default_rng(3)
    points = rng.uniform(35.6, 35.7, 500), rng.uniform(139.63, 139.77, 500)
    one, other = (transform_points(*points, 4612, 6668, grids=[grid]) for grid in (par, tif))
    assert np.abs(one.first - other.first).max() < 2e-9
    assert one.steps[0].unchanged == other.steps[0].unchanged > 0


def test_bilinear_interpolation_by_hand(tmp_path: Path) -> None:
    """In the middle of a cell the shift is the mean of its four nodes."""
    row, column = 35 * 120 + 10, 39 * 80 + 10
    shifts = {(row, column): 0.1, (row, column + 1): 0.2, (row + 1, column): 0.3, (row + 1, column + 1): 0.6}
    grid = par_file(tmp_path / "a.par", shifts, lambda *place: (shifts[place], 0.0), "example JGD2011\n" + PATCH_HEAD)
    lat, lon = (row + 0.5) / 120, 100 + (column + 0.5) / 80
    moved = mo.geo.transform(lat, lon, 4612, 6668, grids=[grid])
    assert float(moved[0] - lat) * 3600 == pytest.approx(0.3, abs=1e-9)
    quarter = mo.geo.transform((row + 0.25) / 120, lon, 4612, 6668, grids=[grid])
    assert float(quarter[0] - (row + 0.25) / 120) * 3600 == pytest.approx(0.15 * 0.75 + 0.45 * 0.25, abs=1e-9)


# Adding grids


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user's data folder and cache of their own."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "data"


def test_an_added_grid_is_used_and_adding_it_twice_is_no_error(tmp_path: Path, data_folder: Path) -> None:
    """After `add` the step works without naming the grid; the original may go; twice is once."""
    path = par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.65, 139.7))
    with pytest.raises(MissingGridError):
        mo.geo.transform([35.65], [139.7], 4612, 6668)
    assert add_grid(path)[1] is True
    again, is_new = add_grid(path)
    assert (is_new, again.version, again.nodes) == (False, "9.0.0", 21 * 21)
    direct = mo.geo.transform([35.65], [139.7], 4612, 6668, grids=[path])
    assert mo.geo.transform([35.65], [139.7], 4612, 6668, grids=path) == direct
    path.unlink()
    assert mo.geo.transform([35.65], [139.7], 4612, 6668) == direct
    assert [file.name for file in known_grids()] == ["TKY2JGD", "touhokutaiheiyouoki2011"]
    assert sorted(file.name for file in (data_folder / "grids").glob("*.par")) == [f"{again.checksum[:16]}.par"]


def test_the_doctor_knows_the_grids(tmp_path: Path, data_folder: Path) -> None:
    """The doctor lists the grids, advises to add the patch while it is absent, and finds a damaged list."""
    assert [(check.ok, "geo grids add" in check.advice) for check in grid_checks()] == [(True, True)]
    add_grid(par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.65, 139.7)))
    assert [(check.found, check.advice) for check in grid_checks()] == [
        ("TKY2JGD 2.1.1, touhokutaiheiyouoki2011 9.0.0", "")
    ]
    (data_folder / "grids" / "grids.json").write_text("{", encoding="utf-8")
    assert [check.ok for check in grid_checks()] == [False]


def grid_checks() -> list[Check]:
    """What the doctor says of grids."""
    return [check for check in examine(None) if check.area == "grids"]


def test_the_newest_version_is_used(tmp_path: Path, data_folder: Path) -> None:
    """Of two versions of one grid the newer is used, in whatever order they were added."""
    for number, version in enumerate(("10.0.0", "9.0.0")):
        head = PATCH_HEAD.replace("9.0.0", version)
        name = tmp_path / f"touhokutaiheiyouoki2011-{number}.par"
        add_grid(par_file(name, nodes_around(35.65, 139.7), head=head))
    assert transform_points([35.65], [139.7], 4612, 6668).steps[0].version == "10.0.0"


def test_a_changed_or_lost_grid_is_noticed(tmp_path: Path, data_folder: Path) -> None:
    """A file in the data folder that is no longer what was added stops the work; so does a damaged list."""
    path = par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.65, 139.7))
    kept = add_grid(path)[0].path
    kept.write_bytes(kept.read_bytes().replace(b"0.0", b"0.1", 1))
    with pytest.raises(SourceError, match="登録し直して"):
        mo.geo.transform([35.65], [139.7], 4612, 6668)
    for damage in ("{", "[1]", '[{"name": 1}]', "[" * 5000):
        (data_folder / "grids" / "grids.json").write_text(damage, encoding="utf-8")
        with pytest.raises(SourceError, match="一覧が壊れて"):
            mo.geo.transform([35.65], [139.7], 4612, 6668)


def test_a_damaged_cache_is_made_anew(tmp_path: Path, data_folder: Path) -> None:
    """What lies in the cache is never believed when it cannot be read whole."""
    path = par_file(tmp_path / "touhokutaiheiyouoki2011.par", nodes_around(35.65, 139.7))
    add_grid(path)
    wanted = mo.geo.transform([35.65], [139.7], 4612, 6668, grids=[path])
    cached = next((tmp_path / "cache").rglob("*.npz"))
    whole = cached.read_bytes()
    for damage in (b"", b"x", whole[: len(whole) // 2], whole[:-3000] + bytes(3000)):
        cached.write_bytes(damage)
        grids._loaded.cache_clear()
        assert mo.geo.transform([35.65], [139.7], 4612, 6668) == wanted


HOSTILE = {
    "empty.par": b"",
    "text.par": "測地系".encode("cp932"),
    "head-only.par": TKY_HEAD.encode(),
    "cut.par": (TKY_HEAD + "53393599  12.0\n").encode(),
    "words.par": (TKY_HEAD + "53393599  12.0 x\n").encode(),
    "ragged.par": (TKY_HEAD + "53393599  12.0 -8.0\n53393600 1.0\n").encode(),
    "nan.par": (TKY_HEAD + "53393599  nan nan\n").encode(),
    "codes.par": (TKY_HEAD + "99  12.0 -8.0\n").encode(),
    "digits.par": (TKY_HEAD + "53399999  12.0 -8.0\n").encode(),
    "far.par": (TKY_HEAD + "53393599  12000.0 -8.0\n").encode(),
    "wide.par": (TKY_HEAD + "10000000  12.0 -8.0\n99997799  12.0 -8.0\n").encode(),
    "signs.par": (TKY_HEAD + "53393599  1-2.0 -8.0\n").encode(),
    "heights.par": b"for PatchJGD(H)     Ver.1.0.0\nMeshCode dH(m)\n53393599 0.1\n",
    "epochs.par": b"for SemiDynaEXE    Ver.1.0.0\nMeshCode dB(sec)  dL(sec) dH(m)\n53393599 0.1 0.1 0.1\n",
    "other-earthquake.par": b"for PatchJGD        Ver.1.0.0\nMeshCode dB(sec)  dL(sec)\n53393599   0.1  0.1\n",
    "empty.tif": b"II*\0",
    "cut.tif": b"II*\0\x08\0\0\0",
    "loop.tif": b"II*\0\x08\0\0\0\xff\xff" + b"\0\1\3\0\1\0\0\0\x10\0\0\0" * 10,
    "huge.tif": b"II*\0\x08\0\0\0\2\0\0\1\4\0\1\0\0\0\xff\xff\xff\xff\1\1\4\0\1\0\0\0\xff\xff\xff\xff\0\0\0\0",
    "random.tif": b"MM\0*" + bytes(range(256)) * 20,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_garbage_is_no_grid(tmp_path: Path, name: str, data_folder: Path) -> None:
    """Empty, cut, implausible, hostile or unsuitable files are refused in plain words, and nothing is kept."""
    path = tmp_path / name
    path.write_bytes(HOSTILE[name])
    with pytest.raises(SourceError, match="→"):
        add_grid(path)
    assert not list(data_folder.rglob("*.par"))


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_damaged_geotiff_is_refused_or_believable(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Whatever bytes of a GeoTIFF change, it is refused or read; nothing else happens."""
    folder = tmp_path_factory.mktemp("tif")
    lat = np.arange(12.0).reshape(3, 4) / 100
    path = geotiff_file(folder / "x.tif", lat, lat + 1, 139.0, 36.0, deflated=data.draw(st.booleans()))
    raw = bytearray(path.read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(bytes(raw[: data.draw(st.integers(1, len(raw)))]))
    try:
        grid = read_grid(path)
    except SourceError:
        return
    assert np.abs(grid.grid.nodes).max() <= 60 / 3600


def test_a_bomb_in_a_geotiff_is_not_unpacked(tmp_path: Path) -> None:
    """A strip that unpacks into far more than the image holds is cut at the image's size."""
    lat = np.zeros((500, 500))
    path = geotiff_file(tmp_path / "x.tif", lat, lat, 139.0, 36.0, deflated=True)
    with pytest.raises(SourceError, match="値が1つもありません"):
        read_grid(path)


def test_a_grid_may_be_told_its_datums(tmp_path: Path, data_folder: Path) -> None:
    """A patch whose head does not say which step it is may be added when the user says so."""
    path = par_file(tmp_path / "patch.par", nodes_around(35.65, 139.7))
    with pytest.raises(SourceError, match="--from"):
        add_grid(path)
    assert add_grid(path, source="jgd2000", target="jgd2011")[1] is True
    assert mo.geo.transform([35.65], [139.7], 4612, 6668)[0] != 35.65
