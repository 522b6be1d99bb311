"""``new``: from a department's file to a recipe that needs a few confirmations, and that ``build`` then obeys."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import yaml

import meguro_opendata as mo
from meguro_opendata.authoring import Draft, draft_dataset
from meguro_opendata.authoring.recipe_text import comment_of
from meguro_opendata.errors import ConfigurationError, MeguroOpendataError, SourceError, UnknownStandardError
from meguro_opendata.files.declarations import scalar
from meguro_opendata.messages import form, message
from meguro_opendata.workspace.city import Workspace

# An example of a department's table; names are marked as examples.
TABLE = """\
施設名,施設名カナ,公園名,住所,緯度経度,TEL,№,窓口の係
見本館,ミホンカン,,東京都目黒区上目黒二丁目19番15号,"35.6415, 139.6982",03-5722-1111,1,見本係
見本の家,ミホンノイエ,見本公園,東京都目黒区目黒一丁目2番3号,"35.6333, 139.7083",03-5722-9000,2,見本係
"""
DEPARTMENT = "企画経営部政策企画課"


@pytest.fixture
def home(workspace_dir: Path) -> Workspace:
    """A copy of the shipped workspace."""
    return mo.open_workspace(workspace_dir)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """The example's file, as Excel saves it."""
    path = tmp_path / "施設①覧.csv"
    path.write_bytes(TABLE.encode("cp932"))
    return path


def decided(draft: Draft) -> str:
    """The recipe's text after the department has been chosen, and what was to be confirmed has been."""
    text = draft.recipe.read_text(encoding="utf-8").replace('department: ""', f"department: {DEPARTMENT}")
    text = re.sub("(?m)^  confirm: .*\n", "", text)
    draft.recipe.write_text(text, encoding="utf-8")
    return text


def test_a_draft_says_what_it_found(home: Workspace, source: Path) -> None:
    """The recipe holds how to read the source, the sure lines, the others as comments, and the columns left over."""
    draft = draft_dataset("sample", source, home, "public_facility")
    recipe = yaml.safe_load(draft.recipe.read_text(encoding="utf-8"))
    assert recipe["source"] == {"file": "施設①覧.csv", "header_row": 1, "encoding": "cp932"}
    assert recipe["standard"] == "public_facility@2026"
    pattern = {"pattern": r"^[(（]?([0-9.]+)[,、，/／\s]+([0-9.]+)"}
    assert recipe["mapping"] == {
        "全国地方公共団体コード": {"city": "code"},
        "地方公共団体名": {"city": "full_name"},
        "名称": "施設名",
        "名称_カナ": "施設名カナ",
        "所在地_連結表記": "住所",
        "緯度": {"column": "緯度経度", "split": {**pattern, "part": 1}},
        "経度": {"column": "緯度経度", "split": {**pattern, "part": 2}},
        "電話番号": "TEL",
    }
    assert {proposal.field for proposal in draft.unsure} >= {"ID", "所在地_町字"}
    assert draft.left == ("公園名", "№", "窓口の係")
    assert (draft.folder / "施設①覧.csv").read_bytes() == source.read_bytes()


def test_a_draft_builds_after_the_department_is_chosen(home: Workspace, source: Path) -> None:
    """Until then ``build`` says what is missing; then the standard file is there, every change explained."""
    draft = draft_dataset("sample", source, home, "public_facility")
    with pytest.raises(ConfigurationError) as error:
        mo.build_release("sample", home)
    assert [(fault.path, fault.code) for fault in error.value.faults] == [("metadata.department", "department-missing")]
    decided(draft)
    release = mo.build_release("sample", home)
    assert release.published
    assert release.mapped.frame["経度"].to_list() == ["139.6982", "139.7083"]
    assert (release.rows_in, release.rows_out) == (2, 2)


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_confirming_is_deleting_a_mark(home: Workspace, source: Path, lang: str) -> None:
    """Each commented line is a line of the recipe once its mark is deleted."""
    draft = draft_dataset("sample", source, home, "public_facility", lang=lang)
    mark = re.escape({"ja": "確認:", "en": "check:"}[lang])
    text = re.sub(rf"^  # {mark} ", "  ", decided(draft), flags=re.MULTILINE)
    draft.recipe.write_text(text, encoding="utf-8")
    release = mo.build_release("sample", home)
    assert release.mapped.origins["ID"] == "№"
    assert release.mapped.frame["所在地_町字"].to_list() == ["上目黒二丁目", "目黒一丁目"]


def test_the_standard_is_found_by_the_header(home: Workspace, tmp_path: Path) -> None:
    """Without ``--standard`` the header decides, if it surely follows one; the recipe says how sure."""
    release = mo.build_release("preschool", home)
    draft = draft_dataset("nurseries", release.folder / "131105_preschool.csv", home)
    assert draft.standard == mo.load_standard("preschool")
    assert draft.match is not None
    assert all(proposal.sure for proposal in draft.proposals if proposal.reason == "name")


def test_without_a_standard_a_schema_is_written(home: Workspace, tmp_path: Path) -> None:
    """A table that no standard fits gets a schema of its own, and builds."""
    path = tmp_path / "議会.csv"
    path.write_text("会議名,開催日,議案 件数\n見本会議,2025-04-01,3\n", encoding="utf-8")
    draft = draft_dataset("council", path, home)
    assert draft.standard is None
    assert message("new-kind-guess", "ja", kind=form("date", "ja")) in draft.recipe.read_text(encoding="utf-8")
    decided(draft)
    release = mo.build_release("council", home)
    assert release.mapped.frame.row(0) == ("見本会議", "2025-04-01", "3")


def test_sheet_and_header_are_written_down(home: Workspace, tmp_path: Path) -> None:
    """Of a workbook with a cover, the sheet and the header's row are in the recipe."""
    draft = draft_dataset("radio", home.root / "emergency_radio" / "防災行政無線設置一覧.xlsx", home, "emergency_radio")
    recipe = yaml.safe_load(draft.recipe.read_text(encoding="utf-8"))
    read = {"file": "防災行政無線設置一覧.xlsx", "sheet": "設置一覧", "header_row": 5}
    assert read.items() <= recipe["source"].items()


def test_the_mapping_may_be_a_sheet(home: Workspace, source: Path) -> None:
    """With a mapping sheet the recipe names it, and it builds."""
    draft = draft_dataset("sample", source, home, "public_facility", as_sheet=True)
    assert yaml.safe_load(draft.recipe.read_text(encoding="utf-8"))["mapping"] == "mapping.xlsx"
    decided(draft)
    release = mo.build_release("sample", home)
    assert release.mapped.origins["名称"] == "施設名"


def test_an_old_form_becomes_a_recipe(home: Workspace, tmp_path: Path) -> None:
    """A file of the older version is mapped in a recipe's words: joined names, an address with what stood before it."""
    path = tmp_path / "old.csv"
    path.write_text(
        "都道府県コード又は市区町村コード,NO,都道府県名,市区町村名,名称,名称_カナ,住所,方書,緯度,経度\n"
        "131105,1,東京都,目黒区,見本館,ミホンカン,上目黒2-19-15,,35.6415,139.6982\n",
        encoding="utf-8",
    )
    draft = draft_dataset("old", path, home, "public_facility")
    mapping = yaml.safe_load(draft.recipe.read_text(encoding="utf-8"))["mapping"]
    assert mapping["所在地_連結表記"] == {"join": ["都道府県名", "市区町村名", "住所"]}
    assert mapping["地方公共団体名"] == {"join": ["都道府県名", "市区町村名"]}


@pytest.mark.parametrize("slug", ["", "Sample", "1a", "a b", "../x", "a/b", "con", "strategy", "見本", "a" * 51])
def test_a_name_that_cannot_be_a_folder_is_refused(slug: str, home: Workspace, source: Path) -> None:
    """Capitals, folders, words of the system and of the workspace are no names of datasets."""
    with pytest.raises(MeguroOpendataError) as error:
        draft_dataset(slug, source, home)
    assert (error.value.code, error.value.exit_code) == ("new-slug", 2)


def test_nothing_is_overwritten(home: Workspace, source: Path) -> None:
    """A dataset that is there, or a file of the source's name, stays as it is."""
    with pytest.raises(MeguroOpendataError) as error:
        draft_dataset("preschool", source, home)
    assert error.value.code == "new-exists"
    (home.root / "sample").mkdir()
    (home.root / "sample" / source.name).write_text("別のもの", encoding="utf-8")
    with pytest.raises(MeguroOpendataError) as error:
        draft_dataset("sample", source, home)
    assert error.value.code == "new-in-the-way"
    assert [path.name for path in (home.root / "sample").iterdir()] == [source.name]


def test_a_source_that_lies_there_already_is_used(home: Workspace, source: Path) -> None:
    """Whoever put the file into the dataset's folder first need not move it away."""
    folder = home.root / "sample"
    folder.mkdir()
    inside = source.rename(folder / source.name)
    assert draft_dataset("sample", inside, home, "public_facility").files[0] == inside


@pytest.mark.parametrize(
    ("name", "content", "standard", "error"),
    [
        ("ない.csv", None, None, SourceError),
        ("x.csv", b"%PDF-1.7", None, SourceError),
        ("x.csv", b"", None, SourceError),
        ("x.csv", TABLE.encode(), "aad", UnknownStandardError),
        ("x.csv", TABLE.encode(), "car_park", UnknownStandardError),
    ],
)
def test_what_cannot_be_read_leaves_nothing(
    name: str, content: bytes | None, standard: str | None, error: type[Exception], home: Workspace, tmp_path: Path
) -> None:
    """An unreadable source or an unknown standard is reported, and no folder is left behind."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(error):
        draft_dataset("sample", tmp_path / name, home, standard)
    assert not (home.root / "sample").exists()


HOSTILE = [
    "a: b",
    "# x",
    "- x",
    "{a}",
    "[a]",
    "&a",
    "*a",
    "!!x",
    "改\n行",
    "タブ\t",
    "'",
    '"',
    "%",
    "0123",
    "はい",
    "null",
    "~",
    "=1+1",
    "@x",
    "\x0b",
]


def test_hostile_headers_make_a_sound_recipe(home: Workspace, tmp_path: Path) -> None:
    """Whatever a header holds, the recipe is YAML that says what was there, also in its comments."""
    book = openpyxl.Workbook()
    book.active.append(["名称", "住所", *[name for name in HOSTILE if name != "\x0b"]])  # type: ignore[union-attr]
    book.active.append(["見本館", "上目黒", *["# 値\n- x"] * (len(HOSTILE) - 1)])  # type: ignore[union-attr]
    book.save(tmp_path / "x.xlsx")
    draft = draft_dataset("sample", tmp_path / "x.xlsx", home, "public_facility")
    text = decided(draft)
    assert yaml.safe_load(text)["mapping"]["名称"] == "名称"
    own = draft_dataset("own", tmp_path / "x.xlsx", home)
    assert len(yaml.safe_load(decided(own))["mapping"]) == len(HOSTILE) + 1
    mo.build_release("own", home)


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_survives_yaml(value: str) -> None:
    """Each value comes back from YAML as it was, and from a comment in one line."""
    assert yaml.safe_load(f"[{scalar(value)}]") == [value]
    assert len(comment_of(value).splitlines()) <= 1


def test_the_command_says_what_to_do_next(workspace_dir: Path, source: Path, command: Callable[..., object]) -> None:
    """A few lines: what was read, the standard, sure and unsure items, columns left, the next command."""
    ran = command("new", "sample", "--source", source, "--standard", "public_facility")
    assert ran.code == 0  # type: ignore[attr-defined]
    lines = ran.out.strip().splitlines()  # type: ignore[attr-defined]
    assert len(lines) <= 8
    assert "cp932" in lines[1]
    assert "窓口の係" in ran.out  # type: ignore[attr-defined]
    assert lines[-1].endswith("meguro-opendata build sample")
    again = command("new", "sample", "--source", source)
    assert (again.code, "すでにあります" in again.err) == (2, True)  # type: ignore[attr-defined]


def test_the_command_speaks_json(workspace_dir: Path, source: Path, command: Callable[..., object]) -> None:
    """Each item says whether it was applied."""
    ran = command("new", "sample", "--source", source, "--standard", "public_facility", "--format", "json")
    told = json.loads(ran.out)  # type: ignore[attr-defined]
    applied = {line["field"]: line["applied"] for line in told["mapping"]}
    assert (applied["名称"], applied["ID"]) == (True, False)
    assert told["format"] == "meguro-opendata/new@1"


TEN = {
    "aed": "takamatsu/aed_location__data.xlsx",
    "nursery": "tokyo/ninsyouichiran171201.xlsx",
    "childcare": "hachioji/kosodateshisetuitiran.xlsx",
    "heritage": "tama/130001_cultural_property.csv",
    "facilities": "ichikawa/122033_101_public_facility.csv",
    "population": "sabae/R5jinko1.xlsx",
    "festival": "yaizu/ビーチクリーン大作戦会場.csv",
    "parks": "yaizu/222127_park_info.csv",
    "iida": "iida/67211.csv",
    "vacancies": "meguro/20250601_hoikuen_utf8.csv",
}


@pytest.mark.parametrize("slug", TEN)
def test_files_of_ten_offices_become_recipes_that_open(slug: str, home: Workspace, shared: Path) -> None:
    """Once the department is chosen, ``build`` reads the first sheet of each as the draft did, and no row is lost."""
    draft = draft_dataset(slug, shared / "corpus" / TEN[slug], home)
    decided(draft)
    release = mo.build_release(slug, home)
    assert release.rows_in == release.rows_out + len(release.rejected)
    assert release.parts[0].frame.height == draft.table.frame.height
    assert all(release.mapped.origins[one.field] == one.columns[0] for one in draft.sure if one.columns)
