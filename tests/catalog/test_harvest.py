"""Other catalogues come into our form, whole, and back from it the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from meguro_opendata.catalog import CatalogEntry, Distribution, read_entries, write_entries
from meguro_opendata.catalog.harvest import read_dump
from meguro_opendata.errors import SourceError

PACKAGE: dict[str, Any] = {
    "name": "sample",
    "title": "見本データ",
    "notes": None,
    "maintainer": "見本課",
    "license_id": "CC-BY-4.0",
    "extras": [{"key": "更新頻度", "value": "1年"}],
    "tags": [{"name": "見本"}],
    "groups": [{"name": "c003", "title": "まちづくり"}],
    "resources": [{"name": "見本.csv", "format": "CSV", "url": "https://example.com/sample.csv", "size": 12}],
}


def written(folder: Path, content: str | bytes) -> Path:
    """A file of that content."""
    path = folder / "dump.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize("wrap", [lambda package: package, lambda package: {"success": True, "result": package}])
def test_a_package_becomes_an_entry(tmp_path: Path, wrap: Any) -> None:
    """A line is a package or CKAN's whole answer; blank lines and a byte order mark do no harm."""
    path = written(tmp_path, "\ufeff" + json.dumps(wrap(PACKAGE), ensure_ascii=False) + "\n\n")
    (entry,) = read_dump(path)
    assert (entry.name, entry.title, entry.description, entry.department) == ("sample", "見本データ", "", "見本課")
    assert (entry.frequency, entry.keywords, entry.groups) == ("1年", ("見本",), ("まちづくり",))
    assert [(part.name, part.url, part.size) for part in entry.distributions] == [
        ("見本.csv", "https://example.com/sample.csv", 12)
    ]


@pytest.mark.parametrize("read", [read_dump, read_entries])
@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        ("", "file-empty", None),
        (" \n\n", "file-empty", None),
        (b"\xff\xfe\x81", "file-unreadable", None),
        ('\n{"name"', "catalog-line-broken", 2),
        ("[]", "catalog-line-broken", 1),
        ("3", "catalog-line-broken", 1),
        ("{}", "catalog-line-broken", 1),
        ('{"name": "a", "title": "b", "resources": [3], "distributions": [3]}', "catalog-line-broken", 1),
        ("[" * 100_000, "catalog-line-broken", 1),
    ],
)
def test_what_is_no_catalogue_is_refused(
    tmp_path: Path, read: Any, content: str | bytes, code: str, line: int | None
) -> None:
    """A file that holds no datasets is told with the line that is none."""
    with pytest.raises(SourceError) as refused:
        read(written(tmp_path, content))
    assert (refused.value.code, refused.value.params.get("line")) == (code, line)


@pytest.mark.parametrize("read", [read_dump, read_entries])
def test_a_file_that_is_not_there_is_refused(tmp_path: Path, read: Any) -> None:
    """A missing file and a folder are told as what they are."""
    with pytest.raises(SourceError) as missing:
        read(tmp_path / "none.jsonl")
    with pytest.raises(SourceError) as folder:
        read(tmp_path)
    assert (missing.value.code, folder.value.code) == ("file-missing", "file-unreadable")


def test_entries_are_read_back_as_they_were(tmp_path: Path) -> None:
    """Our own form loses nothing."""
    part = Distribution("見本.csv", "CSV", "https://example.com/sample.csv", rows=3)
    full = CatalogEntry("a", "見本", "説明", "見本課", "毎年", "CC-BY-4.0", keywords=("x", "y"), distributions=(part,))
    plain = CatalogEntry("b", "見本2", "", "", "", "")
    assert read_entries(written(tmp_path, write_entries([full, plain]))) == [full, plain]


def test_the_saved_catalogue_of_the_ward_comes_in_whole(shared: Path, tmp_path: Path) -> None:
    """Every dataset and every file of a real dump is there, and our own form gives all of it back."""
    entries = read_dump(shared / "catalog" / "meguro_package_show.jsonl")
    assert (len(entries), sum(len(entry.distributions) for entry in entries)) == (56, 282)
    assert read_entries(written(tmp_path, write_entries(entries))) == entries
