"""Whatever a catalogue announces and does not give is said, and what came in before a break is not asked for again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from catalogue_site import Reply, Site, package
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from locations import ROOT
from meguro_opendata.cli.main import _outcome

from meguro_opendata.catalog import read_any
from meguro_opendata.catalog.harvest import PartFile, harvest_ckan, settings
from meguro_opendata.catalog.harvest.partfile import Question, Reading
from meguro_opendata.errors import MeguroOpendataError, PortalError, SourceError

SCHEMA = json.loads((ROOT / "docs" / "schemas" / "harvest.schema.json").read_text(encoding="utf-8"))
Captured = pytest.CaptureFixture[str]


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A running site of five datasets in pages of two, which is read without waiting."""
    smaller = replace(settings.limits(), page=2, pause=0.0, waits=[])
    for module in ("fetching", "remote", "robots"):
        monkeypatch.setattr(f"meguro_opendata.catalog.harvest.{module}.limits", lambda: smaller)
    running = Site()
    yield running
    running.server.shutdown()
    running.server.server_close()


def harvested(site: Site, out: Path, *more: str) -> int:
    """The exit code of the command that reads the site."""
    try:
        return _outcome(["harvest", site.url, "-o", str(out), "--allow-private", *more])
    except SystemExit as ended:
        return int(ended.code or 0)


def starts(site: Site) -> list[int]:
    """From which dataset on each page was asked."""
    return [int(parse_qs(urlsplit(path).query)["start"][0]) for path in site.searches if "package_search" in path]


def names(out: Path) -> list[str]:
    """The datasets that were written."""
    return [entry.name for entry in read_any(out)]


ALL = [f"sample-{number}" for number in range(5)]


def test_a_whole_catalogue_leaves_no_part(site: Site, tmp_path: Path, capsys: Captured) -> None:
    """Everything came in: exit code 0, one file, nothing beside it."""
    out = tmp_path / "all.jsonl"
    assert harvested(site, out) == 0
    assert (names(out), [path.name for path in tmp_path.iterdir()]) == (ALL, ["all.jsonl"])
    assert capsys.readouterr().err == ""


def test_what_came_in_before_an_error_is_kept(site: Site, tmp_path: Path, capsys: Captured) -> None:
    """An error on the third page keeps the first two; the next run asks for the third alone."""
    out = tmp_path / "all.jsonl"
    out.write_text("earlier", encoding="utf-8")
    site.broken_from = 4
    assert harvested(site, out) == 3
    said = capsys.readouterr().err
    assert ("500" in said, "all.jsonl.part" in said) == (True, True)
    assert out.read_text(encoding="utf-8") == "earlier"
    site.broken_from = None
    site.asked.clear()
    assert harvested(site, out) == 0
    assert (starts(site), names(out), (tmp_path / "all.jsonl.part").exists()) == ([4], ALL, False)
    assert "読み終えたもの 4件" in capsys.readouterr().err


@pytest.mark.parametrize("form", ["text", "json"])
def test_fewer_than_announced(site: Site, tmp_path: Path, capsys: Captured, form: str) -> None:
    """A catalogue that gives five of nine datasets: exit code 3, the file is as before unless that is allowed."""
    out = tmp_path / "all.jsonl"
    site.count = 9
    assert (harvested(site, out, "--format", form), out.exists()) == (3, False)
    said = capsys.readouterr().out
    if form == "json":
        told = json.loads(said)
        assert (told["told"], told["datasets"], told["missing"], told["written"]) == (9, 5, 4, False)
        Draft202012Validator(SCHEMA).validate(told)
    else:
        assert ("9件" in said, "5件" in said, "不足 4件" in said) == (True, True, True)
    assert (harvested(site, out, "--allow-shortfall"), names(out)) == (3, ALL)
    assert starts(site) == [0, 2, 4, 5, 5]


def test_the_missing_come_with_the_next_run(site: Site, tmp_path: Path) -> None:
    """A catalogue that gives the rest later is completed, without its first pages being asked again."""
    out = tmp_path / "all.jsonl"
    rest, site.packages, site.count = site.packages[2:], site.packages[:2], 5
    assert harvested(site, out) == 3
    site.packages += rest
    site.asked.clear()
    assert (harvested(site, out), names(out), starts(site)) == (0, ALL, [2, 4])


def test_another_number_starts_anew(site: Site, tmp_path: Path, capsys: Captured) -> None:
    """Datasets that were added since have moved others between the pages: all are asked for again, which is said."""
    out = tmp_path / "all.jsonl"
    site.broken_from = 4
    harvested(site, out)
    site.broken_from = None
    site.packages.insert(0, package(9))
    site.asked.clear()
    capsys.readouterr()
    assert harvested(site, out) == 0
    assert (starts(site), names(out)) == ([4, 0, 2, 4], [*ALL, "sample-9"])
    assert "5件から 6件に変わった" in capsys.readouterr().err


def test_a_number_that_never_rests_is_an_error(site: Site, tmp_path: Path) -> None:
    """A catalogue that changes with every page cannot be read; it is not read for ever."""

    def grown(path: str) -> Reply:
        site.packages.append(package(100 + len(site.packages)))
        return site.page(path)

    site.script = [grown] * 99
    assert harvested(site, tmp_path / "all.jsonl") == 3
    assert (len(starts(site)), (tmp_path / "all.jsonl").exists()) == (6, False)


def test_another_question_starts_anew(site: Site, tmp_path: Path, capsys: Captured) -> None:
    """Pages of another organisation, or of another catalogue, are not mixed in; nor are those of long ago."""
    out = tmp_path / "all.jsonl"
    site.broken_from = 2
    harvested(site, out)
    site.broken_from = None
    site.asked.clear()
    assert (harvested(site, out, "--organization", "131105"), starts(site)) == (0, [0, 2, 4])
    assert "別の読み方" in capsys.readouterr().err
    site.broken_from = 2
    harvested(site, out)
    site.broken_from = None
    site.asked.clear()
    part = tmp_path / "all.jsonl.part"
    part.write_text(re.sub('"begun": "[0-9]+-', '"begun": "2020-', part.read_text(encoding="utf-8")), encoding="utf-8")
    assert (harvested(site, out), starts(site)) == (0, [0, 2, 4])
    assert "古いか途中で切れている" in capsys.readouterr().err


def test_another_file_of_that_name_is_not_touched(site: Site, tmp_path: Path, capsys: Captured) -> None:
    """A browser keeps downloads under such a name, too: it is refused before anything is asked."""
    part = tmp_path / "all.jsonl.part"
    part.write_bytes(b"PK\x03\x04\xff")
    assert (harvested(site, tmp_path / "all.jsonl"), part.read_bytes(), site.asked) == (2, b"PK\x03\x04\xff", [])
    said = capsys.readouterr().err
    assert ("読みかけのカタログではありません" in said, "残しました" in said) == (True, False)


def test_an_unknown_organisation(site: Site, tmp_path: Path, capsys: Captured) -> None:
    """A misspelt organisation is an error; one without datasets is said, too; nothing is written."""
    site.packages = []
    out = tmp_path / "all.jsonl"
    assert harvested(site, out, "--organization", "13110") == 2
    assert "組織「13110」はありません" in capsys.readouterr().err
    assert harvested(site, out, "--organization", "131105") == 3
    assert "0件だと答えました（組織: 131105）" in capsys.readouterr().err
    assert (harvested(site, out), list(tmp_path.iterdir())) == (3, [])


def test_doubled_names_and_odd_dates_are_named(site: Site, tmp_path: Path, capsys: Captured) -> None:
    """Both datasets of a name come in, exit code 1; dates that cannot be right are named, and the rest is taken."""
    site.packages[1]["name"] = "sample-0"
    for number, created in ((2, "1965-12-31T15:00:00"), (3, "2999-01-01"), (4, "昭和40年")):
        site.packages[number]["resources"][0]["created"] = created
    out = tmp_path / "all.jsonl"
    assert (harvested(site, out), names(out)) == (1, ["sample-0", *ALL[:1], *ALL[2:]])
    said = capsys.readouterr().err
    for text in ("sample-0 ×2", "1990年より前", "2999-01-01", "昭和40年", "日付として読めません"):
        assert text in said
    assert harvested(site, out, "--format", "json") == 1
    told = json.loads(capsys.readouterr().out)
    Draft202012Validator(SCHEMA).validate(told)
    assert told["doubled"] == [{"name": "sample-0", "count": 2}]
    assert {(odd["dataset"], odd["kind"]) for odd in told["odd_dates"]} == {
        ("sample-2", "early"),
        ("sample-3", "future"),
        ("sample-4", "unreadable"),
    }


def test_half_of_a_sign_breaks_one_dataset_only(site: Site, tmp_path: Path, capsys: Captured) -> None:
    """The dataset is named with the place, also when it came in before a break; the others are written."""
    site.packages[0]["title"] = "見本\ud83d"
    site.packages[3]["title"] = "見本😀"
    site.broken_from = 4
    out = tmp_path / "all.jsonl"
    harvested(site, out)
    site.broken_from = None
    assert (harvested(site, out), names(out)) == (1, ALL[1:])
    assert "sample-0 (title: U+D83D)" in capsys.readouterr().out


@given(st.integers(0, 5), st.integers(0, 60))
def test_a_torn_part_goes_on_after_its_last_whole_page(
    tmp_path_factory: pytest.TempPathFactory, pages: int, cut: int
) -> None:
    """Wherever a killed process left off, each page is there once and in its order when all have come in."""
    question = Question("https://example.com", "", "name asc", 2)
    part = PartFile(tmp_path_factory.mktemp("part") / "all.jsonl")
    part.begin(question, Reading(count=10))
    head = part.path.read_bytes()
    for number in range(pages):
        part.add(2 * number, [{"name": str(2 * number)}, {"name": "\ud83d"}])
    torn = part.path.read_bytes()
    part.path.write_bytes(torn[: max(len(head), len(torn) - cut)])
    found = part.resume(question)
    kept = len(found.results) // 2 if found else 0
    part.unused = ""
    assert (found is None or found.halves, pages - 2 <= kept <= pages) == (True, True)
    for number in range(kept, 5):
        part.add(2 * number, [{"name": str(2 * number)}, {"name": "\ud83d"}])
    whole = part.resume(question)
    assert whole is not None
    assert whole.results[::2] == [{"name": name} for name in ("0", "2", "4", "6", "8")]


def test_the_library_says_it_too(site: Site, tmp_path: Path) -> None:
    """Without a file for the pages a catalogue is read as before; errors have codes."""
    site.count = 9
    found = harvest_ckan(site.url, manners=site.manners())
    assert (found.missing, found.told, len(found.entries), len(found.packages)) == (4, 9, 5, 5)
    site.packages, site.count = [], None
    with pytest.raises(PortalError) as nothing:
        harvest_ckan(site.url, manners=site.manners())
    with pytest.raises(MeguroOpendataError) as unknown:
        harvest_ckan(site.url, "x", site.manners())
    (tmp_path / "a.part").write_text("[]", encoding="utf-8")
    with pytest.raises(SourceError) as foreign:
        harvest_ckan(site.url, part=PartFile(tmp_path / "a"))
    codes = [error.value.code for error in (nothing, unknown, foreign)]
    assert codes == ["harvest-nothing", "harvest-organization", "harvest-part-foreign"]
