"""Grid files with wrong bytes in them: each is a grid all the same, or is refused as one that cannot be read."""

from __future__ import annotations

import struct
import tracemalloc
import warnings
from pathlib import Path

import numpy as np
import pytest
from geo_grids import PATCH_HEAD, geotiff_file, nodes_around, par_file
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import SourceError
from meguro_opendata.geo.datum.grids import read_grid

SHIFTS = np.arange(1.0, 31.0).reshape(5, 6) / 100
ODD_BYTES = st.sampled_from([0, 1, 2, 3, 4, 11, 12, 16, 127, 128, 255])
MEGABYTE = 1 << 20


def kind_of(path: Path) -> str:
    """Return ``read``, or the code by which a file is refused; a warning of numpy is a fault."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            read_grid(path, source="jgd2000", target="jgd2011")
        except SourceError as error:
            return error.code
    return "read"


@pytest.fixture(scope="module")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Whole grids of each form by the ending of their names."""
    folder = tmp_path_factory.mktemp("grids")
    made = {"par": par_file(folder / "a.par", nodes_around(35.65, 139.7, 6))}
    for name, order, deflated in (("le.tif", "<", False), ("be.tif", ">", True)):
        made[name] = geotiff_file(folder / name, SHIFTS, SHIFTS, 139.0, 36.0, order=order, deflated=deflated)
    return {name: path.read_bytes() for name, path in made.items()}


@pytest.mark.parametrize("name", ["par", "le.tif", "be.tif"])
def test_whole_seeds_are_read(seeds: dict[str, bytes], name: str, tmp_path: Path) -> None:
    """What is damaged below is sound."""
    path = tmp_path / f"x.{name}"
    path.write_bytes(seeds[name])
    assert kind_of(path) == "read"


@given(st.data())
def test_wrong_bytes_are_refused_or_read(
    seeds: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any bytes of any grid, where its tags or its lines are more often than elsewhere; a grid may also be cut."""
    name = data.draw(st.sampled_from(sorted(seeds)))
    raw = bytearray(seeds[name])
    places = st.integers(0, len(raw) - 1) | st.integers(max(0, len(raw) - 900), len(raw) - 1)
    for at in data.draw(st.lists(places, min_size=1, max_size=4)):
        raw[at] = data.draw(ODD_BYTES)
    path = tmp_path_factory.getbasetemp() / f"odd.{name}"
    path.write_bytes(bytes(raw[: data.draw(st.integers(0, len(raw)) | st.just(len(raw)))]))
    assert kind_of(path) in {"read", "grid-unreadable", "grid-empty", "grid-too-large", "grid-implausible"}


def test_a_tiff_whose_values_are_cut_off_is_refused(seeds: dict[str, bytes], tmp_path: Path) -> None:
    """The tags may stand before the values: none is taken for a zero because it did not arrive."""
    raw = bytearray(seeds["le.tif"])
    path = tmp_path / "cut.tif"
    for at in every_tag(raw):
        if struct.unpack_from("<H", raw, at)[0] == 273:
            (place,) = struct.unpack_from("<I", raw, at + 8)
            struct.pack_into("<I", raw, place + 4, len(raw) - 8)
    path.write_bytes(bytes(raw))
    assert kind_of(path) == "grid-unreadable"


def every_tag(raw: bytes) -> list[int]:
    """Where the entries of the tags of a little-endian TIFF file are."""
    (start,) = struct.unpack_from("<I", raw, 4)
    (count,) = struct.unpack_from("<H", raw, start)
    return [start + 2 + 12 * number for number in range(count)]


@pytest.mark.parametrize("kind", range(20))
@pytest.mark.parametrize("length", [0, 1, 2, 65_535, 4_294_967_295])
def test_no_tag_of_a_tiff_is_believed_unseen(seeds: dict[str, bytes], tmp_path: Path, kind: int, length: int) -> None:
    """Each tag of each kind and length: text where numbers belong, fractions for sizes, more values than there are."""
    seed = seeds["le.tif"]
    for at in every_tag(seed):
        raw = bytearray(seed)
        struct.pack_into("<HI", raw, at + 2, kind, length)
        path = tmp_path / "odd.tif"
        path.write_bytes(bytes(raw))
        assert kind_of(path) in {"read", "grid-unreadable", "grid-empty", "grid-too-large", "grid-implausible"}


@pytest.mark.parametrize(
    "sizes",
    [
        {257: 20_000_000, 256: 1, 278: 1},
        {256: 4_000, 257: 4_000, 278: 4_000},
        {256: 1, 257: 20_000_000, 278: 20_000_000},
        {256: 65_535, 257: 65_535},
    ],
)
def test_a_tiff_that_says_it_is_large_takes_no_memory(
    seeds: dict[str, bytes], tmp_path: Path, sizes: dict[int, int]
) -> None:
    """A kilobyte that says it holds millions of places needs no more than those are allowed to."""
    raw = bytearray(seeds["le.tif"])
    for at in every_tag(raw):
        (tag,) = struct.unpack_from("<H", raw, at)
        if tag in sizes:
            struct.pack_into("<I", raw, at + 8, sizes[tag])
    path = tmp_path / "large.tif"
    path.write_bytes(bytes(raw))
    tracemalloc.start()
    try:
        assert kind_of(path) in {"read", "grid-unreadable", "grid-too-large"}
        assert tracemalloc.get_traced_memory()[1] < 900 * MEGABYTE
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "line", ["99999999999999999999 0.1 0.1", "1 " * 400_000, "-53393599 0.1 0.1", "53393599.5 0.1 0.1", "5" * 400_000]
)
def test_a_parameter_file_with_odd_numbers_is_refused(tmp_path: Path, line: str) -> None:
    """Numbers that no mesh code can be, and lines that no such file has."""
    path = tmp_path / "a.par"
    path.write_text(f"{PATCH_HEAD}\n{line}\n", encoding="ascii")
    assert kind_of(path) == "grid-unreadable"
