"""The register of IDs: minted once, kept whatever happens to the rows, never used twice."""

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from locations import DATA

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError, StorageError
from meguro_opendata.files.tables import read_csv_rows
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.recipe.identifiers import Minting, Register, assign, read_register, register_bytes
from meguro_opendata.workspace.city import Workspace

# An example city profile and example data, not the ward's own.
PROFILE = (DATA / "example_city.toml").read_text(encoding="utf-8")
IDS = {"field": "ID", "match": ["名称", "所在地_連結表記"], "form": "131105{number:06}"}
RECIPE: dict[str, Any] = {
    "title": "AED設置箇所一覧（見本）",
    "standard": "aed@2026",
    "source": {"file": "見本.csv"},
    "ids": IDS,
    "mapping": {
        "名称": "名称",
        "所在地_連結表記": "住所",
        "全国地方公共団体コード": {"city": "code"},
        "地方公共団体名": {"city": "full_name"},
        "設置位置": "位置",
    },
    "formats": ["csv"],
    "metadata": {"description": "見本。", "department": "見本部見本課", "frequency": "随時"},
}
MINTING = Minting("ID", ("名称", "所在地_連結表記"), "131105{number:06}")
FORM = "A{number:03}"
Rows = list[tuple[str, str]]


def make(folder: Path, rows: Rows, **changes: Any) -> Workspace:
    """An example workspace with a list of facilities."""
    home = folder / "datasets" / "aed"
    home.mkdir(parents=True, exist_ok=True)
    (home.parent / "opendata.toml").write_text(PROFILE, encoding="utf-8")
    recipe = yaml.safe_dump({**RECIPE, **changes}, allow_unicode=True, sort_keys=False)
    (home / "dataset.yaml").write_text(recipe, encoding="utf-8")
    lines = ["名称,住所,位置", *(f"{name},{address},見本" for name, address in rows)]
    (home / "見本.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return mo.open_workspace(home.parent)


def published(release: Release) -> dict[str, str]:
    """The ID of each published facility by name."""
    text = (release.folder / "131105_aed.csv").read_text(encoding="utf-8-sig")
    return {row["名称"]: row["ID"] for row in csv.DictReader(io.StringIO(text))}


def told(release: Release) -> list[str]:
    """The codes of findings on IDs."""
    return [finding.code for finding in release.report.findings if finding.code.startswith("id-")]


PARK, SQUARE, HALL = ("見本公園", "見本1-1"), ("見本広場", "見本2-2"), ("見本会館", "見本3-3")


def test_ids_are_minted_once_and_kept(tmp_path: Path) -> None:
    """Re-ordered, renamed, moved and new rows: the old ones keep their IDs, a vanished one is never given again."""
    first = mo.build_release("aed", make(tmp_path, [PARK, SQUARE, HALL]))
    assert published(first) == {"見本公園": "131105000001", "見本広場": "131105000002", "見本会館": "131105000003"}
    assert first.to_dict()["ids"] == {"minted": 3}
    again = mo.build_release(
        "aed", make(tmp_path, [("新しい会館", "見本3-3"), ("見本公園", "見本9-9"), ("見本校", "見本4")])
    )
    assert published(again) == {"新しい会館": "131105000003", "見本公園": "131105000001", "見本校": "131105000004"}
    assert told(again) == ["id-renamed", "id-renamed"]
    assert {f.severity for f in again.report.findings if f.code == "id-renamed"} == {"info"}
    back = mo.build_release("aed", make(tmp_path, [SQUARE, PARK]))
    assert published(back) == {"見本広場": "131105000002", "見本公園": "131105000001"}
    assert (told(back), back.minted) == ([], 0)


def test_the_register_is_a_file_for_excel_and_git(tmp_path: Path) -> None:
    """It has a byte order mark and CRLF, a line an ID, and the same bytes as long as nothing changes."""
    workspace = make(tmp_path, [PARK, SQUARE])
    mo.build_release("aed", workspace)
    path = workspace.root / "aed" / "ids.csv"
    before = path.read_bytes()
    assert before.decode("utf-8") == (
        "\ufeffID,名称,所在地_連結表記\r\n131105000001,見本公園,見本1-1\r\n131105000002,見本広場,見本2-2\r\n"
    )
    stamp = path.stat().st_mtime_ns
    mo.build_release("aed", make(tmp_path, [SQUARE, PARK]))
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before, stamp)


def test_width_and_spaces_do_not_make_another_facility(tmp_path: Path) -> None:
    """The same name in full-width letters, or with a space more, is the same facility."""
    mo.build_release("aed", make(tmp_path, [("見本ABC会館", "見本1-1")]))
    release = mo.build_release("aed", make(tmp_path, [("見本ＡＢＣ 会館", "見本１－１")]))
    assert (release.minted, list(published(release).values())) == (0, ["131105000001"])


def test_nothing_is_minted_when_the_build_fails(tmp_path: Path) -> None:
    """With an error in the data neither release nor register is written; the JSON says what would be new."""
    workspace = make(tmp_path, [PARK, PARK])
    release = mo.build_release("aed", workspace)
    assert told(release) == ["id-row-double", "id-row-double"]
    assert not release.published
    assert not (workspace.root / "aed" / "ids.csv").exists()
    assert not workspace.releases.joinpath("aed").exists()


def test_an_edited_register_makes_the_release_stale(tmp_path: Path) -> None:
    """What is published was made from the register, too; the build's own writing leaves it up to date."""
    workspace = make(tmp_path, [PARK])
    mo.build_release("aed", workspace)
    plan = mo.plan_publication(workspace)
    assert plan.pending
    path = workspace.root / "aed" / "ids.csv"
    path.write_bytes(path.read_bytes() + "131105000009,見本校,見本4\r\n".encode())
    with pytest.raises(mo.errors.MeguroOpendataError) as error:
        mo.plan_publication(workspace)
    assert error.value.code == "release-stale"


def test_a_line_of_ones_own_decides(tmp_path: Path) -> None:
    """A facility that a person entered by hand has that ID; new numbers go on above it, also in Excel's CP932."""
    workspace = make(tmp_path, [PARK])
    mo.build_release("aed", workspace)
    path = workspace.root / "aed" / "ids.csv"
    edited = path.read_text(encoding="utf-8-sig") + "131105000040,見本広場,見本2-2\n"
    path.write_bytes(edited.encode("cp932"))
    release = mo.build_release("aed", make(tmp_path, [HALL, SQUARE, PARK]))
    assert published(release) == {"見本会館": "131105000041", "見本広場": "131105000040", "見本公園": "131105000001"}
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")


def test_nothing_is_minted_when_the_release_cannot_be_written(tmp_path: Path) -> None:
    """A folder that cannot be written leaves the register as it was."""
    workspace = make(tmp_path, [PARK])
    workspace.releases.write_text("見本", encoding="utf-8")
    with pytest.raises(StorageError):
        mo.build_release("aed", workspace)
    assert not (workspace.root / "aed" / "ids.csv").exists()


@pytest.mark.parametrize(
    ("register", "expected"),
    [
        ("ID,名称\nA,見本\n", [("1", "ids-columns")]),
        ("ID,名称,所在地_連結表記\n,見本,見本1\n", [("2.ID", "ids-line-without-id")]),
        ("ID,名称,所在地_連結表記\n131105000001,,\n", [("2", "ids-line-without-values")]),
        ("ID,名称,所在地_連結表記\n1.31105E+11,見本,見本1\n", [("2.ID", "ids-destroyed")]),
        ("ID,名称,所在地_連結表記\n1,見本,見本1\n", [("2.ID", "ids-destroyed")]),
        (
            "ID,名称,所在地_連結表記\n131105000001,見本,見本1\n131105000002,見 本,見本１\n,x,y\n",
            [("4.ID", "ids-line-without-id"), ("3", "ids-two-for-one")],
        ),
        (b"\x81\xff\xfe", [("-", "ids-unreadable")]),
    ],
)
def test_a_damaged_register_is_a_clear_fault(
    tmp_path: Path, register: str | bytes, expected: list[tuple[str, str]]
) -> None:
    """Damage by an editor or a spreadsheet is reported by line, in both languages; the file is not changed."""
    workspace = make(tmp_path, [PARK])
    path = workspace.root / "aed" / "ids.csv"
    path.write_bytes(register if isinstance(register, bytes) else register.encode("utf-8"))
    before = path.read_bytes()
    with pytest.raises(ConfigurationError) as error:
        mo.build_release("aed", workspace)
    assert [(fault.path, fault.code) for fault in error.value.faults] == expected
    assert error.value.text("ja") != error.value.text("en")
    assert path.read_bytes() == before
    assert not workspace.releases.exists()


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"ids": {**IDS, "field": "IDD"}}, [("ids.field", "field-unknown-near")]),
        ({"ids": {**IDS, "match": ["名前"]}}, [("ids.match.0", "field-unknown")]),
        ({"ids": {**IDS, "match": []}}, [("ids.match", "ids-match-count")]),
        ({"ids": {**IDS, "match": ["名称", "名称"]}}, [("ids.match", "ids-match-twice")]),
        ({"ids": {**IDS, "match": ["ID", "名称"]}}, [("ids.match", "ids-match-field")]),
        ({"ids": {**IDS, "form": "131105"}}, [("ids.form", "ids-form-number")]),
        ({"ids": {**IDS, "form": "{code}{number}"}}, [("ids.form", "ids-form-number")]),
        ({"ids": {**IDS, "from": "x"}}, [("ids.from", "key-unknown-near")]),
        (
            {"mapping": {**RECIPE["mapping"], "ID": "番号"}},
            [("mapping.ID", "ids-field-mapped")],
        ),
    ],
)
def test_wrong_words_are_refused(tmp_path: Path, changes: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Each fault has its place and is reported in both languages."""
    with pytest.raises(ConfigurationError) as error:
        mo.build_release("aed", make(tmp_path, [PARK], **changes))
    assert [(fault.path, fault.code) for fault in error.value.faults] == expected
    assert error.value.text("ja") != error.value.text("en")


def test_a_column_of_ids_and_a_register_do_not_go_together(tmp_path: Path) -> None:
    """Without a mapping, a column that is named like the field would fill it; that is reported, not overwritten."""
    workspace = make(tmp_path, [])
    (workspace.root / "aed" / "見本.csv").write_text("ID,名称\n1,見本公園\n", encoding="utf-8")
    recipe = {name: part for name, part in RECIPE.items() if name != "mapping"}
    path = workspace.root / "aed" / "dataset.yaml"
    path.write_text(yaml.safe_dump(recipe, allow_unicode=True, sort_keys=False), encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        mo.build_release("aed", workspace)
    assert [(fault.path, fault.code) for fault in error.value.faults] == [("ids.field", "ids-field-mapped")]


def test_excel_opens_the_register_with_whole_ids(tmp_path: Path) -> None:
    """The bytes that a spreadsheet program reads have every line, with quotes where a name needs them."""
    register = Register((("A001", ("見本,公園", 'の"角"')), ("A002", ("見本 広場", ""))))
    path = tmp_path / "ids.csv"
    path.write_bytes(register_bytes(register, MINTING))
    assert read_register(path, MINTING) == register
    book = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")):
        book.active.append(row)  # type: ignore[union-attr]
    assert book.active.max_row == 3  # type: ignore[union-attr]


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=8)


@given(st.lists(st.tuples(CELLS, st.sampled_from(["=", "+", "-", "@", "'=", ""]), CELLS), max_size=6))
def test_the_register_comes_back_as_it_was_written(cells: list[tuple[str, str, str]]) -> None:
    """Whatever is in a name, formulas included, is read back to the letter."""
    register = Register(tuple((f"A{at:03}", (sign + name, address)) for at, (name, sign, address) in enumerate(cells)))
    header, rows = read_csv_rows(register_bytes(register, MINTING))
    assert header == ["ID", "名称", "所在地_連結表記"]
    assert [(identifier, tuple(values)) for identifier, *values in rows] == list(register.lines)


FACILITIES = st.lists(
    st.tuples(st.integers(0, 30).map("見本{}館".format), st.integers(0, 30).map("見本{}番".format)),
    min_size=1,
    max_size=12,
    unique_by=(lambda row: row[0], lambda row: row[1]),
)


@given(FACILITIES, st.randoms(use_true_random=False))
def test_order_does_not_matter(rows: Rows, random: Any) -> None:
    """Rows in another order have the IDs that they had."""
    made = assign(rows, Register(), FORM)
    mixed = random.sample(rows, len(rows))
    again = assign(mixed, made.register, FORM)
    assert dict(zip(mixed, again.ids, strict=True)) == dict(zip(rows, made.ids, strict=True))
    assert (again.register, again.minted, again.doubtful) == (made.register, 0, ())


@given(FACILITIES, FACILITIES)
def test_adding_and_removing_rows_keeps_ids(rows: Rows, others: Rows) -> None:
    """Rows that stay keep their IDs; a new one never has the ID of another, present or past."""
    made = assign(rows, Register(), FORM)
    before = dict(zip(rows, made.ids, strict=True))
    kept = rows[::2]
    new = [(f"新{name}", f"新{address}") for name, address in others]
    again = assign([*new, *kept], made.register, FORM)
    after = dict(zip([*new, *kept], again.ids, strict=True))
    assert all(after[row] == before[row] for row in kept)
    assert not {after[row] for row in new} & set(made.ids)
    assert set(before.values()) <= again.register.ids
    assert len(set(again.ids)) == len(again.ids)


@given(FACILITIES, st.data())
def test_renaming_keeps_ids(rows: Rows, data: Any) -> None:
    """A facility whose name or address alone changes keeps its ID, whichever it is, and is reported."""
    made = assign(rows, Register(), FORM)
    at = data.draw(st.integers(0, len(rows) - 1))
    name, address = rows[at]
    changed = data.draw(st.sampled_from([(f"新{name}", address), (name, f"新{address}")]))
    after = [changed if number == at else row for number, row in enumerate(rows)]
    again = assign(after, made.register, FORM)
    assert again.ids == made.ids
    assert [doubt.code for doubt in again.doubtful] == ["id-renamed"]
    third = assign(after, again.register, FORM)
    assert (third.ids, third.doubtful) == (made.ids, ())


@given(
    st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from(["1", "2", "３", ""])), max_size=8),
    st.lists(st.tuples(st.sampled_from("甲乙丙"), st.sampled_from(["1", "2", "３", ""])), max_size=8),
)
def test_no_id_is_ever_given_to_two_rows(rows: Rows, later: Rows) -> None:
    """However alike the rows are: an ID stands once in a table, and a row without one is reported."""
    made = assign(rows, Register(), FORM)
    for result in (made, assign(later, made.register, FORM)):
        given_ids = [identifier for identifier in result.ids if identifier]
        assert len(set(given_ids)) == len(given_ids)
        unsure = {doubt.position for doubt in result.doubtful if doubt.code != "id-renamed"}
        assert {at for at, identifier in enumerate(result.ids) if not identifier} == unsure
        assert result.register.ids >= made.register.ids


def test_swapped_names_are_ambiguous() -> None:
    """Two facilities that exchange their names could be either; neither gets an ID in silence."""
    made = assign([PARK, SQUARE], Register(), FORM)
    swapped = assign([(PARK[0], SQUARE[1]), (SQUARE[0], PARK[1])], made.register, FORM)
    assert (swapped.ids, [doubt.code for doubt in swapped.doubtful]) == (("", ""), ["id-ambiguous", "id-ambiguous"])


def test_a_new_facility_at_an_old_address_is_new_while_the_old_one_stands() -> None:
    """Several facilities in one building are several facilities."""
    made = assign([PARK], Register(), FORM)
    both = assign([("見本図書館", PARK[1]), PARK], made.register, FORM)
    assert (both.ids, both.minted, both.doubtful) == (("A002", "A001"), 1, ())


def test_a_stray_quotation_mark_is_a_fault(tmp_path: Path) -> None:
    """A quotation that swallows the lines below would give their IDs away; it is reported with its line instead."""
    path = tmp_path / "ids.csv"
    raw = register_bytes(Register((("131105000001", PARK), ("131105000002", SQUARE))), MINTING).decode("utf-8-sig")
    path.write_text(raw.replace("見本公園", '"見本公園'), encoding="utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_register(path, MINTING)
    assert [(fault.code, fault.params["line"]) for fault in caught.value.faults] == [("ids-line-break", 2)]
