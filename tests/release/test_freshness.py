"""A release is up to date as long as every file that it was made from is as it was, without a look at its recipe."""

from pathlib import Path

import pytest

from meguro_opendata.errors import StorageError
from meguro_opendata.files.whole import sha256
from meguro_opendata.release.freshness import SeriesFiles, SourceList, SourceStamp, is_current, source_stamp

ONE = SourceList({"recipe": "dataset.yaml", "ids": "ids.csv", "source": "a.csv"})
SERIES = SourceList({"recipe": "dataset.yaml"}, SeriesFiles("人口*.csv", ("人口_控え.csv",)))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A recipe, its source and the files of a series."""
    for name in ("dataset.yaml", "a.csv", "人口_2024.csv", "人口_控え.csv"):
        (tmp_path / name).write_text(name, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("sources", [ONE, SERIES], ids=["one", "series"])
def test_nothing_changed_is_current(sources: SourceList, folder: Path) -> None:
    """The stamp of now fits now."""
    assert is_current(source_stamp(sources, folder), folder)


@pytest.mark.parametrize(
    ("sources", "name", "current"),
    [
        (ONE, "a.csv", False),
        (ONE, "dataset.yaml", False),
        (ONE, "ids.csv", False),
        (ONE, "人口_2024.csv", True),
        (SERIES, "人口_2024.csv", False),
        (SERIES, "人口_2025.csv", False),
        (SERIES, "人口_控え.csv", True),
        (SERIES, "a.csv", True),
    ],
)
def test_a_changed_or_new_file_makes_it_stale(sources: SourceList, name: str, current: bool, folder: Path) -> None:
    """Only the files that it is made from count; a new file of a series is one of them."""
    stamp = source_stamp(sources, folder)
    (folder / name).write_text("new", encoding="utf-8")
    assert is_current(stamp, folder) is current


@pytest.mark.parametrize(("sources", "name"), [(ONE, "a.csv"), (SERIES, "人口_2024.csv")])
def test_a_lost_file_makes_it_stale(sources: SourceList, name: str, folder: Path) -> None:
    """It cannot be built again as it was."""
    stamp = source_stamp(sources, folder)
    (folder / name).unlink()
    assert not is_current(stamp, folder)


def test_the_register_counts_as_it_will_be_written(folder: Path) -> None:
    """It is written with the release, after the stamp was made."""
    stamp = source_stamp(ONE, folder, b"id\r\n")
    assert stamp.checksums["ids"] == sha256(b"id\r\n")
    assert not is_current(stamp, folder)
    (folder / "ids.csv").write_bytes(b"id\r\n")
    assert is_current(stamp, folder)


def test_without_a_stamp_it_is_stale(folder: Path) -> None:
    """Nobody knows what it was made from."""
    assert not is_current(None, folder)


def test_a_stamp_leads_nowhere_else(folder: Path) -> None:
    """A name in a descriptor that leads out of the folder is refused."""
    with pytest.raises(StorageError):
        is_current(SourceStamp(SourceList({"source": "../a.csv"}), {}), folder)


@pytest.mark.parametrize("sources", [ONE, SERIES], ids=["one", "series"])
def test_a_list_comes_back(sources: SourceList) -> None:
    """As the descriptor has it."""
    assert SourceList.of(sources.to_dict()) == sources
