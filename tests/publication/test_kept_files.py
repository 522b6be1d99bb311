"""Published files are kept by checksum; any other text names no kept file."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

import meguro_opendata as mo
from meguro_opendata.publication.history import History

FILE = "名称\n本庁舎\n".encode()


@pytest.fixture
def history(workspace_dir: Path) -> History:
    """A history in which one file is kept."""
    history = History(mo.open_workspace(workspace_dir))
    history.keep_file(FILE)
    return history


def test_a_kept_file_is_found_by_its_checksum(history: History) -> None:
    """The checksum is the SHA-256 of the file's bytes."""
    checksum = hashlib.sha256(FILE).hexdigest()
    assert history.has(checksum)
    assert history.file(checksum) == FILE
    assert not history.has(checksum[:-1] + ("0" if checksum[-1] != "0" else "1"))


@pytest.mark.parametrize(
    "text",
    ["", "none", "../dataset.yaml", "9999-12-31T23:59:59.999Z", "a" * 63, "A" * 64, "a" * 65, "a" * 64 + "\n", "\0"],
)
def test_a_text_of_a_portal_that_is_no_checksum_names_no_file(history: History, text: str) -> None:
    """CKAN keeps any text as the ``hash`` of a resource; looking for such a file is neither a way out nor an error."""
    assert history.file(text) is None
    assert not history.has(text)
