"""The list of correction grids that a user added."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from geo_grids import nodes_around, par_file
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.files.whole import checksum
from meguro_opendata.geo.datum.gridlist import GridFile, added_checksums, added_grids, grid_file, write_grid_list
from meguro_opendata.geo.datum.grids import add_grid


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data folder."""
    monkeypatch.setenv("MEGURO_OPENDATA_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_added_grids_are_known_by_their_checksums(tmp_path: Path, data_folder: Path) -> None:
    """Before anything is added there are none; afterwards there are those of the files, sorted."""
    assert (added_checksums(), added_grids()) == ([], [])
    files = [par_file(tmp_path / f"{number}.par", nodes_around(35.65 + number / 10, 139.7)) for number in range(3)]
    for file in files:
        add_grid(file, source="JGD2000", target="JGD2011")
    assert added_checksums() == sorted(checksum(file) for file in files)
    assert sorted(grid.checksum for grid in added_grids()) == added_checksums()


@pytest.mark.parametrize("damage", ["", "{", "[1]", '[{"name": 1}]', "[" * 5000, "5", "null"])
def test_a_damaged_list_has_no_checksums(damage: str, data_folder: Path) -> None:
    """Whether a release is current can be asked all the same."""
    (data_folder / "grids").mkdir(parents=True)
    (data_folder / "grids" / "grids.json").write_text(damage, encoding="utf-8")
    assert added_checksums() == []


names = st.text("abcXYZ123", min_size=1, max_size=5)
degrees = st.integers(-90_000_000, 90_000_000).map(lambda millionths: millionths / 1_000_000)


@given(
    st.builds(GridFile, names, names, names, names, st.tuples(*[degrees] * 4), st.integers(0), names, names.map(Path))
)
def test_a_described_grid_is_read_as_it_was(grid: GridFile) -> None:
    """Nothing but the folder is lost between a grid and its entry in the list."""
    read = grid_file(json.loads(json.dumps(grid.to_dict())))
    assert (read.to_dict(), read.path.name) == (grid.to_dict(), grid.path.name)


def test_the_order_of_adding_leaves_no_trace(data_folder: Path) -> None:
    """The same grids give the same bytes."""
    grids = [GridFile(name, "1", "a", "b", (0, 0, 1, 1), 4, name * 4, Path(f"{name}.par")) for name in "xyz"]
    written = []
    for order in (grids, grids[::-1]):
        write_grid_list(order)
        written.append((data_folder / "grids" / "grids.json").read_bytes())
    assert written[0] == written[1]


@pytest.mark.parametrize("module", ["geo.datum.gridlist", "geo.places.gazetteer.index", "release.places"])
def test_asking_what_is_loaded_loads_little(module: str) -> None:
    """Whether a release is current is asked at every publication: no numbers of grids, no parsing of addresses."""
    heavy = ("numpy", "polars", "meguro_opendata.japan.addresses", "meguro_opendata.geo.datum.grids")
    code = f"import sys, meguro_opendata.{module}; print(*[name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
