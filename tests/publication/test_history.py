"""The history of earlier releases: its log, its files by checksum, and what damage leads to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from planned_datasets import release_of_rows, small_workspace

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.files.whole import sha256
from meguro_opendata.publication.history import EarlierRelease, History, KeptRelease
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace

TIMES = [f"2026-04-0{day}T09:00:00+09:00" for day in range(1, 10)]


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace whose releases lie beside it."""
    return small_workspace(tmp_path / "w")


@pytest.fixture
def history(workspace: Workspace) -> History:
    """An empty history."""
    return History(workspace)


def note(history: History, made: PublishedDataset, day: int, portal: str = "ward", after: int = 0) -> EarlierRelease:
    """Keep a release and note its publication."""
    entry = EarlierRelease(history.keep(made), portal, TIMES[day], made.rows)
    history.note(made.slug, entry, {"title": "AED"}, after)
    return entry


def test_a_kept_release_comes_back_whole(history: History, tmp_path: Path) -> None:
    """With its files, rows, key and schemas, by its id or the beginning of it."""
    made = release_of_rows(tmp_path, "1", "2")
    entry = note(history, made, 0)
    made.files[0].path.unlink()
    for name in (entry.release, entry.release[:4]):
        loaded = history.load("aed", name)
        assert (loaded.slug, loaded.entry, loaded.rows, loaded.key) == ("aed", made.entry, 2, ("ID",))
        assert (loaded.rows_of, loaded.schemas) == (made.rows_of, made.schemas)
        assert loaded.files[0].path.read_bytes() == b"ID\r\n1\r\n2\r\n"
    assert history.published_fields("aed", "ward") == {"title": "AED"}


def test_the_id_follows_from_the_content(tmp_path: Path) -> None:
    """Equal releases have one id on every computer; another row or another word makes another."""
    made = release_of_rows(tmp_path, "1")
    same, rows = KeptRelease.of(release_of_rows(tmp_path, "1")), KeptRelease.of(release_of_rows(tmp_path, "2"))
    title = KeptRelease.of(replace(made, entry=replace(made.entry, title="B")))
    assert KeptRelease.of(made) == same
    assert len({same.id, rows.id, title.id}) == 3
    assert len(same.id) == 12


@pytest.mark.parametrize("name", ["", "zzz", "0" * 12])
def test_a_release_that_does_not_fit_is_refused_with_the_known_ones(
    name: str, history: History, tmp_path: Path
) -> None:
    """Also the empty beginning, which fits all."""
    known = [note(history, release_of_rows(tmp_path, row), day).release for day, row in enumerate("12")]
    with pytest.raises(MeguroOpendataError) as refused:
        history.load("aed", name)
    assert (refused.value.code, refused.value.params["known"]) == ("release-unknown", known)


def test_a_publication_is_logged_once_and_a_repetition_counts(history: History, tmp_path: Path) -> None:
    """A recovery repeats the call with the number of lines from before; an equal line before that is another one."""
    made = release_of_rows(tmp_path, "1")
    entry = note(history, made, 0)
    note(history, made, 0)
    assert history.releases("aed") == [entry]
    note(history, made, 0, after=1)
    assert history.releases("aed") == [entry, entry]
    note(history, made, 0, after=9)
    assert history.noted("aed") == 3


def test_a_portal_lacks_a_release_until_it_is_its_latest(history: History, tmp_path: Path) -> None:
    """Another portal's publication does not count, and an earlier one neither."""
    first, second = release_of_rows(tmp_path, "1"), release_of_rows(tmp_path, "2")
    assert history.lacks(first, "ward")
    note(history, first, 0)
    assert (history.lacks(first, "ward"), history.lacks(first, "tokyo")) == (False, True)
    note(history, second, 1)
    assert (history.lacks(first, "ward"), history.lacks(second, "ward")) == (True, False)


@pytest.mark.parametrize("pattern", ["aed/*.json", "aed/*.jsonl", "aed/ward.fields.json", "files/*"])
def test_a_release_with_an_absent_part_is_lacking(
    pattern: str, history: History, workspace: Workspace, tmp_path: Path
) -> None:
    """The next publication writes it again."""
    made = release_of_rows(tmp_path, "1")
    note(history, made, 0)
    for path in (workspace.releases / ".history").glob(pattern):
        if path.name != "published.jsonl":
            path.unlink()
    assert history.lacks(made, "ward")


@pytest.mark.parametrize(
    "line",
    [
        "x",
        "[]",
        "{}",
        '{"release": "a", "portal": "b", "time": "yesterday", "rows": 1}',
        '{"release": "a", "portal": "b", "time": "2026-04-01", "rows": true}',
        '{"release": "a", "portal": "b", "time": "2026-04-01", "rows": "1"}',
        '{"release": 1, "portal": "b", "time": "2026-04-01", "rows": 1}',
        '{"release": "\\ud800", "portal": "b", "time": "2026-04-01", "rows": 1}',
    ],
)
def test_a_damaged_line_of_the_log_is_named_and_not_written_over(
    line: str, history: History, workspace: Workspace, tmp_path: Path
) -> None:
    """By the number of the line; the release counts as kept, so that nothing is overwritten."""
    made = release_of_rows(tmp_path, "1")
    note(history, made, 0)
    log = workspace.releases / ".history" / "aed" / "published.jsonl"
    log.write_text(log.read_text("utf-8") + line + "\n", "utf-8")
    with pytest.raises(MeguroOpendataError) as refused:
        history.releases("aed")
    assert (refused.value.code, refused.value.params["line"]) == ("history-line-damaged", 2)
    assert not history.lacks(made, "ward")


@pytest.mark.parametrize(
    ("pattern", "content"),
    [("aed/*.json", b"{}"), ("aed/*.jsonl", b""), ("aed/*.json", None), ("files/*", b"x"), ("aed/*.json", b"[" * 9999)],
)
def test_an_edited_release_is_refused(
    pattern: str, content: bytes | None, history: History, workspace: Workspace, tmp_path: Path
) -> None:
    """It would otherwise be published as if it had been before."""
    entry = note(history, release_of_rows(tmp_path, "1"), 0)
    for path in (workspace.releases / ".history").glob(pattern):
        if path.stem in (entry.release, sha256(b"ID\r\n1\r\n")):
            path.unlink() if content is None else path.write_bytes(content)
    with pytest.raises(MeguroOpendataError) as refused:
        history.load("aed", entry.release)
    assert refused.value.code == "history-damaged"


def test_a_word_that_was_edited_in_a_kept_release_is_found(
    history: History, workspace: Workspace, tmp_path: Path
) -> None:
    """The id is the checksum of both texts."""
    entry = note(history, release_of_rows(tmp_path, "1"), 0)
    path = workspace.releases / ".history" / "aed" / f"{entry.release}.jsonl"
    path.write_text(path.read_text("utf-8").replace("AED", "BED"), "utf-8")
    with pytest.raises(MeguroOpendataError) as refused:
        history.load("aed", entry.release)
    assert refused.value.code == "history-damaged"


def test_a_kept_file_with_other_bytes_counts_as_absent(history: History, workspace: Workspace) -> None:
    """It is never taken for the published one."""
    history.keep_file(b"a")
    checksum = sha256(b"a")
    assert (history.has(checksum), history.file(checksum), history.file("none")) == (True, b"a", None)
    (workspace.releases / ".history" / "files" / checksum).write_bytes(b"b")
    assert history.file(checksum) is None


@pytest.mark.parametrize("text", ["", "[]", "x", '{"a": "\\ud800"}', "[" * 9999])
def test_fields_that_cannot_be_read_are_unknown(
    text: str, history: History, workspace: Workspace, tmp_path: Path
) -> None:
    """They are only shown, so that nothing depends on them."""
    note(history, release_of_rows(tmp_path, "1"), 0)
    (workspace.releases / ".history" / "aed" / "ward.fields.json").write_text(text, "utf-8")
    assert history.published_fields("aed", "ward") == {}


def test_the_json_of_a_publication_has_its_four_fields() -> None:
    """As `releases@1` lists them."""
    entry = EarlierRelease("abc", "ward", TIMES[0], 3)
    assert json.loads(json.dumps(entry.to_dict())) == {"release": "abc", "portal": "ward", "time": TIMES[0], "rows": 3}
