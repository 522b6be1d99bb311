"""Entry workbooks: what a department gets, and the whole way from a filled one to a release without any mapping."""

import csv
import io
from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from openpyxl.worksheet.worksheet import Worksheet

import meguro_opendata as mo
from meguro_opendata.authoring.entry_workbook import city_constants, template_bytes, write_template
from meguro_opendata.errors import ConfigurationError, MeguroOpendataError, StorageError
from meguro_opendata.inspection.profiler import inspect_file
from meguro_opendata.messages import word
from meguro_opendata.onboarding.initialise import init_workspace
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.pipeline.build import build_release
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.privacy.leftovers import leftovers
from meguro_opendata.recipe import open_recipe
from meguro_opendata.sources import read_source
from meguro_opendata.standard.entryparts import entry_parts
from meguro_opendata.standard.model import load_standard, schema_fields, standards
from meguro_opendata.validation import validate_file
from meguro_opendata.workspace.city import Workspace

Command = Callable[..., "Ran"]  # noqa: F821 (the fixture's own type)
VERSIONS = [(entry.id, version) for entry in standards() for version in entry.versions]
RECIPE = {
    "title": "公衆トイレ一覧",
    "standard": "public_toilet",
    "source": {"file": "入力.xlsx"},
    "metadata": {"description": "見本。", "department": "担当課", "frequency": "年1回"},
}
TOILETS = [
    {"名称": "中央公園トイレ", "所在地_連結表記": "東京都目黒区上目黒2-19-15", "設置位置": "園内", "緯度": "35.641463"},
    {"名称": "南公園トイレ", "所在地_連結表記": "東京都目黒区碑文谷1-1", "設置位置": "入口", "緯度": "35.620000"},
]

CHECKED = ("place-checked", "place-unchecked")  # how far the coordinates could be checked, which no value changes
every_version = pytest.mark.parametrize(("name", "version"), VERSIONS, ids=["@".join(pair) for pair in VERSIONS])


@pytest.fixture
def office(tmp_path: Path) -> Workspace:
    """A fresh workspace of Meguro City."""
    return init_workspace(tmp_path / "datasets", "131105")


def opened(data: bytes) -> openpyxl.Workbook:
    """A workbook as openpyxl sees it."""
    return openpyxl.load_workbook(io.BytesIO(data))


def sheet(data: bytes, name: str) -> Worksheet:
    """One sheet of a workbook."""
    found = opened(data)[name]
    assert isinstance(found, Worksheet)
    return found


def texts(row: Any) -> list[str]:
    """The cells of a row as text, empty ones as ``""``."""
    return ["" if cell.value is None else cell.value for cell in row]


def fill(path: Path, rows: list[dict[str, str]]) -> None:
    """Enter rows below the header, from row 2 on, over the constants that are there."""
    book = openpyxl.load_workbook(path)
    entry = book["入力"]
    assert isinstance(entry, Worksheet)
    places = {cell.value: cell.column for cell in entry[1]}
    constants = {name: entry.cell(2, column).value for name, column in places.items() if entry.cell(2, column).value}
    for number, row in enumerate(rows, start=2):
        for name, value in {**constants, **row}.items():
            entry.cell(number, places[name], value)
    book.save(path)


def built(office: Workspace, rows: list[dict[str, str]], **changes: Any) -> Release:
    """A release of a filled template, by a recipe without a mapping."""
    home = office.root / "toilets"
    home.mkdir()
    write_template(load_standard("public_toilet"), home / "入力.xlsx", office.city)
    fill(home / "入力.xlsx", rows)
    recipe = {**RECIPE, **changes}
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    return build_release("toilets", office)


@every_version
def test_the_header_is_the_standards(name: str, version: str) -> None:
    """Every field is in the first row in the exact spelling and order, frozen, in both sheets of the table."""
    standard = load_standard(name, version)
    data = template_bytes(standard)
    assert opened(data).sheetnames == ["入力", "記入例", "項目の説明", "選択肢"]
    for title in ("入力", "記入例"):
        table = sheet(data, title)
        assert texts(table[1]) == [field.name for field in standard.fields]
        assert table.freeze_panes == "A2"


@every_version
def test_every_column_is_text(name: str, version: str) -> None:
    """Excel neither eats a leading zero nor makes a date: every column has the text format, as have its cells."""
    table = sheet(template_bytes(load_standard(name, version)), "入力")
    widths = [(column.min, column.max, column.number_format) for column in table.column_dimensions.values()]
    covered = {index for low, high, form in widths if form == "@" for index in range(low, high + 1)}
    assert covered == set(range(1, len(load_standard(name, version).fields) + 1))


@every_version
def test_the_same_standard_gives_the_same_bytes(name: str, version: str) -> None:
    """No clock and no chance is in the workbook."""
    assert template_bytes(load_standard(name, version)) == template_bytes(load_standard(name, version))


@every_version
def test_words_to_choose_from_drop_down(name: str, version: str) -> None:
    """A binding list stops other words, a list of usual words does not; the list is the standard's, for 1,000 rows."""
    standard = load_standard(name, version)
    data = template_bytes(standard)
    rules = {str(rule.sqref): rule for rule in sheet(data, "入力").data_validations.dataValidation}
    assert len(rules) == len(standard.fields)
    for field, (place, rule) in zip(standard.fields, rules.items(), strict=True):
        letter = place.rstrip("0123456789:").split(":")[0].rstrip("0123456789")
        assert place == f"{letter}2:{letter}1001"
        allowed = field.descriptor.get("constraints", {}).get("enum")
        values = [value for value in allowed or field.descriptor.get("mo:values", ()) if value != ""]
        assert (rule.type == "list") == bool(values)
        if values:
            assert rule.showErrorMessage is bool(allowed)
            assert chosen(data, rule.formula1) == values


def chosen(data: bytes, formula: str) -> list[str]:
    """The words of the range that a drop-down refers to."""
    title, _, area = formula.partition("!")
    lists = sheet(data, title.strip("'"))
    assert lists.sheet_state == "hidden"
    return [cell.value for row in lists[area.replace("$", "")] for cell in (row if isinstance(row, tuple) else (row,))]


@every_version
def test_hints_fit_into_excel(name: str, version: str) -> None:
    """Titles, hints and refusals are within Excel's lengths, else it calls the workbook damaged."""
    for rule in sheet(template_bytes(load_standard(name, version)), "入力").data_validations.dataValidation:
        assert 0 < len(rule.promptTitle) <= 32
        assert 0 < len(rule.prompt) <= 255
        assert len(rule.error or "") <= 255


@every_version
def test_every_header_has_a_note(name: str, version: str) -> None:
    """The note on a header says what the field means, whether it is required, and how it is written."""
    standard = load_standard(name, version)
    for field, cell in zip(standard.fields, sheet(template_bytes(standard), "入力")[1], strict=True):
        assert cell.comment is not None
        assert field.description in cell.comment.text
        assert word("requirement", "ja") in cell.comment.text
        assert str(field.descriptor.get("example", "")) in cell.comment.text


def test_colours_tell_requirements_apart() -> None:
    """Required, recommended, optional and unknown columns have headers of different colours; required cells too."""
    standard = load_standard("public_toilet")
    table = sheet(template_bytes(standard), "入力")
    colours: dict[str, set[str]] = {}
    for field, cell in zip(standard.fields, table[1], strict=True):
        colours.setdefault(field.requirement, set()).add(str(cell.fill.fgColor.rgb))
    assert {requirement: len(found) for requirement, found in colours.items()} == {
        "required": 1,
        "recommended": 1,
        "optional": 1,
    }
    assert len(set.union(*colours.values())) == 3


@every_version
def test_the_example_row_passes(name: str, version: str, office: Workspace, tmp_path: Path) -> None:
    """The row of 記入例 passes the whole check without a finding, with or without a city; examples are kept."""
    standard = load_standard(name, version)
    rows = [
        [texts(cells) for cells in sheet(template_bytes(standard, city), "記入例")[1:2]] for city in (None, office.city)
    ]
    assert rows[0] == rows[1]
    header, row = rows[0]
    path = tmp_path / "example.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, row])
    report = validate_file(path, f"{name}@{version}")
    assert [(found.code, found.field, found.value) for found in report.findings if found.code not in CHECKED] == []
    own = packaged_toml("meguro_opendata.authoring", "template.toml")["row"]
    shown = {field.name: str(field.descriptor.get("example", "")) for field in standard.fields}
    kept = {name: text for name, text in shown.items() if text and not any(fnmatchcase(name, one) for one in own)}
    assert {name: row[header.index(name)] for name in kept} == kept


@every_version
def test_an_entry_workbook_is_known_as_our_own(name: str, version: str, tmp_path: Path) -> None:
    """Its notes and its hidden list of words are its own, saved by another program too; a changed one is not."""
    path = tmp_path / "表.xlsx"
    path.write_bytes(template_bytes(load_standard(name, version)))
    again = tmp_path / "保存.xlsx"
    book = openpyxl.load_workbook(path)
    book.save(again)
    for file in (path, again):
        seen = inspect_file(file)
        assert seen.standard is not None
        assert (seen.standard.id, seen.standard.version) == (name, version)
        assert [found.item for found in seen.judgements if found.ok is False] == []
        table = read_source(file)
        assert entry_parts(table).notes == table.grid.facts.notes
        assert list(leftovers(table, table.frame.columns)) == []
    book["入力"]["A1"].comment.text += "担当の覚え"
    book["選択肢"]["Z3"] = "見本太郎"
    book.save(again)
    found = {one.code: one.params for one in leftovers(read_source(again), [])}
    assert found == {
        "cell-notes": {"count": 1, "places": ["A1"]},
        "hidden-sheets": {"count": 1, "places": ["選択肢"]},
    }


def test_a_filled_entry_workbook_is_drafted_built_and_published(command: Callable[..., Any], tmp_path: Path) -> None:
    """What a department filled in goes the whole way, without an allowance, and no other standard is mixed in."""
    assert command("init", "town", "--municipality", "131105").code == 0
    assert command("standards", "template", "aed", "-o", "AED.xlsx").code == 0
    book = openpyxl.load_workbook(tmp_path / "AED.xlsx")
    example = texts(next(book["記入例"].iter_rows(min_row=2, max_row=2)))
    for column, value in enumerate(example, start=1):
        book["入力"].cell(2, column).value = value or None
    book.save(tmp_path / "AED.xlsx")
    drafted = command("new", "aed", "--source", "AED.xlsx", "--workspace", "town")
    assert (drafted.code, "混ざって" in drafted.text, "public_facility" in drafted.text) == (0, False, False)
    for path in (tmp_path / "town" / "opendata.toml", tmp_path / "town" / "aed" / "dataset.yaml"):
        text = path.read_text("utf-8").replace("www.example.lg.jp", "www.example.com").replace("担当課", "見本課")
        path.write_text(text, encoding="utf-8")
    built = command("build", "aed", "--workspace", "town")
    assert (built.code, "hidden-sheets" in built.text, "cell-notes" in built.text) == (0, False, False)
    assert command("publish", "aed", "--yes", "--workspace", "town").code == 0


@every_version
def test_every_field_is_explained(name: str, version: str) -> None:
    """項目の説明 has a line for each field, in order, with its meaning."""
    standard = load_standard(name, version)
    lines = [texts(row) for row in sheet(template_bytes(standard), "項目の説明").iter_rows()]
    found = [(line[1], line[3]) for line in lines if line[0].isdigit()]
    assert found == [(field.name, field.description) for field in standard.fields]


def test_the_citys_constants_are_in_row_2(office: Workspace) -> None:
    """With a workspace, what is the same in every row of the city is there already; nothing else is."""
    data = template_bytes(load_standard("public_toilet"), office.city)
    table = sheet(data, "入力")
    filled = {header: value for header, value in zip(texts(table[1]), texts(table[2]), strict=True) if value}
    assert filled == {
        "全国地方公共団体コード": "131105",
        "地方公共団体名": "東京都目黒区",
        "所在地_都道府県": "東京都",
        "所在地_市区町村": "目黒区",
    }
    assert table.max_row == 2
    assert sheet(template_bytes(load_standard("public_toilet")), "入力").max_row == 1


@pytest.mark.parametrize(
    ("code", "expected"), [("011002", None), ("013030", "石狩郡当別町"), ("133817", "三宅島三宅村"), ("271403", None)]
)
def test_what_differs_within_a_city_is_no_constant(code: str, expected: str | None, tmp_path: Path) -> None:
    """Addresses of a designated city name the ward, so 所在地_市区町村 is left open; counties are part of it."""
    city = init_workspace(tmp_path / code, code).city
    assert city_constants(load_standard("aed").fields, city).get("所在地_市区町村") == expected


def test_the_old_form_has_its_own_constants(office: Workspace) -> None:
    """推奨データセット has other names for the same facts."""
    assert city_constants(load_standard("aed", "2020").fields, office.city) == {
        "都道府県コード又は市区町村コード": "131105",
        "都道府県名": "東京都",
        "市区町村名": "目黒区",
    }


def test_a_city_outside_the_list_has_fewer_constants(workspace_dir: Path) -> None:
    """A prefecture's code is no municipality's; what the profile itself says is filled in all the same."""
    profile = workspace_dir / "opendata.toml"
    profile.write_text(profile.read_text("utf-8").replace('code = "131105"', 'code = "130001"'), encoding="utf-8")
    constants = city_constants(load_standard("aed").fields, mo.open_workspace(workspace_dir).city)
    assert constants["全国地方公共団体コード"] == "130001"
    assert "所在地_市区町村" not in constants


def test_a_filled_template_builds_without_a_mapping(office: Workspace) -> None:
    """Two rows in, two rows out; each column fills the field of its name, and the report says so."""
    release = built(office, TOILETS)
    assert (release.published, release.rows_in, release.rows_out, release.rejected) == (True, 2, 2, ())
    (path,) = [file.path for file in release.files if file.path.suffix == ".csv" and "public_toilet" in file.path.name]
    rows = list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))
    assert [row["名称"] for row in rows] == ["中央公園トイレ", "南公園トイレ"]
    assert {row["地方公共団体名"] for row in rows} == {"東京都目黒区"}
    told = release.to_dict()
    assert told["unmapped_columns"] == []
    assert {entry["reason"] for entry in told["mapping"]} == {"name"}
    assert [entry["field"] for entry in told["mapping"]] == [
        field.name for field in schema_fields(release.recipe.schema)
    ]
    assert all(entry["field"] == entry["column"] for entry in told["mapping"])


def test_a_column_of_another_name_is_reported(office: Workspace) -> None:
    """Without a mapping nothing is guessed: a column that is not named exactly like a field is reported, not used."""
    home = office.root / "toilets"
    home.mkdir()
    rows = ["名称,所在地_連結表記,設置位置,名 称,メモ,内部", "トイレ,東京都目黒区,園内,x,y,z"]
    (home / "表.csv").write_text("\n".join(rows), encoding="utf-8")
    recipe = {**RECIPE, "source": {"file": "表.csv"}, "drop": {"内部": "公開しない"}}
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    release = build_release("toilets", office)
    assert release.mapped.unmapped == ("名 称", "メモ")
    assert {found.column for found in release.report.findings if found.code == "column-unmapped"} == {"名 称", "メモ"}
    assert release.mapped.reasons == dict.fromkeys(["名称", "所在地_連結表記", "設置位置"], "name")


def test_a_dropped_column_stays_dropped(office: Workspace) -> None:
    """A column that the recipe drops is not mapped, though it is named like a field; extensions work as ever."""
    extension = {"name": "備考2", "column": "備考", "description": "見本の独自の列。"}
    release = built(office, TOILETS, drop={"緯度": "測っていない"}, extensions=[extension])
    assert "緯度" not in release.mapped.reasons
    assert release.mapped.reasons["備考2"] == "column"
    assert release.rows_out == 2


def test_a_table_of_other_names_is_refused(office: Workspace) -> None:
    """Without a mapping and without a column named like a field the build stops; the headers are listed."""
    home = office.root / "toilets"
    home.mkdir()
    (home / "表.csv").write_text("施設名,住所\nトイレ,東京都\n", encoding="utf-8")
    recipe = {**RECIPE, "source": {"file": "表.csv"}}
    (home / "dataset.yaml").write_text(yaml.safe_dump(recipe, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        build_release("toilets", office)
    assert [(fault.path, fault.code) for fault in error.value.faults] == [("mapping", "mapping-none-alike")]
    assert "施設名" in error.value.text("ja") != error.value.text("en")


def test_an_empty_mapping_is_not_an_omitted_one(office: Workspace) -> None:
    """``mapping: {}`` maps nothing and is a fault; only a recipe that says nothing of a mapping maps by name."""
    home = office.root / "toilets"
    home.mkdir()
    (home / "dataset.yaml").write_text(yaml.safe_dump({**RECIPE, "mapping": {}}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        open_recipe("toilets", office)
    assert [(fault.path, fault.code) for fault in caught.value.faults] == [("mapping", "mapping-empty")]


def test_a_row_of_constants_alone_is_reported(office: Workspace) -> None:
    """An empty template has one row, and its required fields are missing: no release."""
    release = built(office, [])
    assert release.published is False
    assert {found.code for found in release.report.findings if found.severity == "error"} == {"constraint-required"}


def test_the_command_writes_the_workbook(command: Command, workspace_dir: Path, tmp_path: Path) -> None:
    """The command says what it wrote; in a workspace the constants are filled in and named."""
    done = command("standards", "template", "aed", "-o", tmp_path / "aed.xlsx", cwd=workspace_dir)
    assert (done.code, done.err) == (0, "")
    assert "東京都目黒区" in done.out
    city = mo.open_workspace(workspace_dir).city
    assert (tmp_path / "aed.xlsx").read_bytes() == template_bytes(load_standard("aed"), city)


def test_the_command_needs_no_workspace(command: Command, tmp_path: Path) -> None:
    """Outside a workspace the workbook has no constants; an old version has its own header."""
    assert command("standards", "template", "aed@2020", "-o", "old.xlsx", "--lang", "en").code == 0
    assert (tmp_path / "old.xlsx").read_bytes() == template_bytes(load_standard("aed", "2020"))


def test_a_faulty_workspace_is_reported(command: Command, workspace_dir: Path) -> None:
    """Constants of a city whose settings cannot be read are not left out in silence."""
    (workspace_dir / "opendata.toml").write_text("broken", encoding="utf-8")
    done = command("standards", "template", "aed", "-o", "aed.xlsx", cwd=workspace_dir)
    assert (done.code, "Traceback" in done.err) == (2, False)


def test_a_filled_workbook_is_not_overwritten(command: Command, tmp_path: Path) -> None:
    """Writing the same template again is fine; a filled-in one stays."""
    path = tmp_path / "aed.xlsx"
    assert command("standards", "template", "aed", "-o", path).code == 0
    assert command("standards", "template", "aed", "-o", path).code == 0
    fill(path, [{"名称": "見本"}])
    before = path.read_bytes()
    done = command("standards", "template", "aed", "-o", path)
    assert (done.code, "Traceback" in done.err) == (3, False)
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["aed.xls", "aed.csv", "aed"])
def test_another_kind_of_file_is_refused(command: Command, tmp_path: Path, name: str) -> None:
    """A name that does not end in .xlsx would give a file that Excel does not open."""
    done = command("standards", "template", "aed", "-o", name)
    assert (done.code, list(tmp_path.iterdir())) == (2, [])
    with pytest.raises(MeguroOpendataError):
        write_template(load_standard("aed"), tmp_path / name)


@pytest.mark.parametrize("inside", ["", "file/"])
def test_a_place_that_cannot_be_written_is_reported(command: Command, tmp_path: Path, inside: str) -> None:
    """A folder of the file's name, or a file where a folder should be, is trouble with storage."""
    (tmp_path / "aed.xlsx").mkdir()
    (tmp_path / "file").write_text("x")
    done = command("standards", "template", "aed", "-o", f"{inside}aed.xlsx")
    assert (done.code, done.out, "Traceback" in done.err) == (3, "", False)
    with pytest.raises(StorageError):
        write_template(load_standard("aed"), tmp_path / inside / "aed.xlsx")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["aed.xlsx", "file"]
