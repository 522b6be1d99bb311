"""What a table is called is evidence for a proposal, never a decision; a list of unknown items is no other list."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locations import ROOT

import meguro_opendata as mo
from meguro_opendata.inspection.profiler import inspect_file
from meguro_opendata.standard.recognition import SURE, recognise
from meguro_opendata.standard.recognition.evidence import evidence_words, list_words, named_lists, names_of, unlisted
from meguro_opendata.standard.recognition.proposal import recognise_table

sys.path.insert(0, str(ROOT / "tests" / "benchmarks"))

LISTS = [standard.id for standard in mo.standards()]
VERSIONS = [(standard.id, version) for standard in mo.standards() for version in standard.versions]
PLACES = ("title", "sheet", "file", "slug")


def labels_of(standard_id: str, version: str) -> list[str]:
    """The header of a version of a standard."""
    return [field.name for field in mo.load_standard(standard_id, version).fields]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("公衆トイレの一覧（令和7年4月1日現在）", ["public_toilet"]),
        ("公 衆 ト イ レ", ["public_toilet"]),
        ("公衆無線ＬＡＮアクセスポイント一覧", ["public_wireless_lan"]),
        ("352152_car_park", ["car_park"]),
        ("市営駐車場一覧", ["car_park"]),
        ("自転車駐車場", ["bicycle_parking"]),
        ("131105_aed_20250401", ["aed"]),
        ("ＡＥＤ設置箇所", ["aed"]),
        ("AED list", ["aed"]),
        ("赤ちゃんの駅", ["baby_station"]),
        ("イベント一覧と公衆便所", ["event", "public_toilet"]),
        ("Guaedx", []),
        ("避難所一覧", []),
        ("Sheet1", []),
        ("入力", []),
        ("", []),
    ],
)
def test_a_name_speaks_of_its_list(name: str, found: list[str]) -> None:
    """Titles and file names in any width, with spaces or a code before them, are understood; parts of words are not."""
    assert sorted(one.id for one in named_lists({"file": name})) == found


@pytest.mark.parametrize("standard_id", LISTS)
def test_every_list_is_known_by_its_title_and_id(standard_id: str) -> None:
    """The title of each list of the national standard speaks of that list and of no other one."""
    if standard_id in ("gtfs_jp", "facility"):
        assert not list_words(standard_id), "a set of files and a companion file are no lists that a title speaks of"
        return
    title = next(standard.title for standard in mo.standards() if standard.id == standard_id)
    assert {one.id for one in named_lists({"title": title})} == {standard_id}
    if standard_id != "event":
        assert [one.id for one in named_lists({"slug": standard_id.replace("_", "-")})] == [standard_id]


def test_the_unlisted_are_those_without_items() -> None:
    """The lists that are called unknown are just those whose items the catalogue does not know."""
    listed = {standard.id for standard in mo.standards() if not standard.versions and standard.status != "files"}
    assert unlisted() == listed


@pytest.mark.parametrize("place", PLACES)
def test_a_name_proposes_and_never_decides(place: str) -> None:
    """Wherever the name stands, the list is proposed below the mark of what is sure."""
    found = recognise_table(["名称", "所在地", "男子便器数", "女子便器数", "備考"], {place: "公衆トイレ"})
    assert found.sure is None
    assert found.proposed is not None
    assert (found.proposed.id, found.proposed.named[0].source) == ("public_toilet", place)
    assert found.proposed.score < SURE


@pytest.mark.parametrize("labels", [["甲", "乙", "丙"], ["名称", "死者数", "負傷者数"], ["年度", "台数"]])
def test_a_name_alone_proposes_nothing(labels: list[str]) -> None:
    """A table that shares no columns with the list of its title is not proposed for it."""
    assert recognise_table(labels, {"title": "AED設置台数の推移"}).proposed is None


@given(st.sampled_from(VERSIONS), st.sampled_from(LISTS), st.sampled_from(PLACES), st.floats(0, 1))
def test_no_name_makes_anything_sure(key: tuple[str, str], called: str, place: str, kept: float) -> None:
    """Whatever the table is called and however much of a header it has, only the header makes a standard sure."""
    header = labels_of(*key)
    header = header[: round(len(header) * kept)]
    title = next(standard.title for standard in mo.standards() if standard.id == called)
    sure = recognise_table(header, {place: title}).sure
    alone = recognise(header)
    assert sure is None or (alone[0].sure and (sure.id, sure.version) == (alone[0].id, alone[0].version) == key)
    assert sure is None or called not in unlisted()


@pytest.mark.parametrize("called", sorted(unlisted()))
@pytest.mark.parametrize(("standard_id", "version"), VERSIONS)
def test_a_list_of_unknown_items_is_none_of_the_others(standard_id: str, version: str, called: str) -> None:
    """By its name, or by the word before its columns, such a list is never surely another one, whatever else it has."""
    header = labels_of(standard_id, version)
    title = next(standard.title for standard in mo.standards() if standard.id == called)
    assert recognise_table(header, {"file": title}).sure is None
    word = list_words(called)[0]
    joined = [*header, f"{word}_ID", f"{word}_名称", f"{word}_最大駐車台数"]
    assert [match for match in recognise(joined) if match.sure] == []
    found = recognise_table(joined, {})
    assert (found.proposed, found.unlisted.id if found.unlisted else None) == (None, called)


@pytest.mark.parametrize("more", [3, 5, 8, 11, 20])
@pytest.mark.parametrize("missing", [0, 1, 3])
def test_the_companion_file_is_no_list(more: int, missing: int) -> None:
    """A list with the columns of 施設 beside its own is not the companion file 施設; that file alone is."""
    own = labels_of("facility", "2025")
    header = [*own[: len(own) - missing], *(f"駐車場_項目{number}" for number in range(more))]
    best = recognise(header)[0]
    assert (best.id, best.sure) == ("facility", False)
    assert recognise(own)[0].sure


def test_what_a_file_is_called(tmp_path: Path) -> None:
    """Title, sheet and file are looked at; the lines of the table itself are not."""
    path = tmp_path / "一覧.csv"
    path.write_text("公衆便所の一覧,,\n名称,所在地,備考\nAED前トイレ,見本1-1,\n見本トイレ,見本1-2,\n", encoding="utf-8")
    table = mo.read_source(path, header_row=2)
    assert names_of(table, "toilets") == {"title": "公衆便所の一覧", "sheet": "", "file": "一覧", "slug": "toilets"}
    seen = inspect_file(path).to_dict()
    assert (seen["standard"]["id"], seen["named"]) == (
        "public_toilet",
        [{"id": "public_toilet", "source": "title", "word": "公衆便所"}],
    )


def test_a_list_of_unknown_items_is_named_and_not_proposed(tmp_path: Path) -> None:
    """A car-park list in the form of another standard is called what it is, in JSON and in words."""
    path = tmp_path / "公営駐車場一覧.csv"
    path.write_text(",".join(labels_of("public_facility", "2020")) + "\n" + "," * 23 + "見本\n", encoding="utf-8")
    seen = inspect_file(path)
    assert (seen.standard, seen.to_dict()["standard"]) == (None, None)
    assert seen.to_dict()["named"][0]["id"] == "car_park"
    assert evidence_words(seen.recognition.named[0], "ja")["list"] == "公営駐車場一覧"


def test_no_sure_standard_is_wrong_on_sixty_more_files(shared: Path) -> None:
    """On the second collection every file of a standard is recognised, id and version, and no other one is."""
    import recognition

    corpus = shared / "corpus2"
    if not (corpus / "TRUTH.csv").is_file():
        pytest.skip(f"NOT TESTED on real files: {corpus} is absent")
    truths = recognition.truths_of(corpus)
    seen = recognition.inspected(corpus)
    taken = {path: recognition.answer(inspection) for path, inspection in seen.items()}
    assert {path: name for path, name in taken.items() if name not in ("none", truths[path])} == {}
    assert sum(name != "none" for name in taken.values()) == sum(map(bool, truths.values())) == 14
