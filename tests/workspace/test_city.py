"""The city profile, where a workspace is found, and the check digit of its code."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import meguro_opendata as mo
from meguro_opendata.errors import ConfigurationError
from meguro_opendata.workspace.city import Workspace, check_digit, has_placeholder, profile_template

# An example, not the ward's own file.
PROFILE = """\
[city]
code = "131105"
name = "目黒区"
name_en = "Meguro City (example)"
prefecture = "東京都"
organization = "見本"
homepage = "https://example.org/"
fiscal_year_start = 4
departments = ["見本課"]

[city.license]
id = "CC-BY-4.0"
title = "CC BY 4.0"
url = "https://example.org/license"

[portals.folder]
kind = "folder"

[guards]
max_row_loss = 0.3
"""
CODES = {
    "131105": "目黒区",
    "131016": "千代田区",
    "131032": "港区",
    "134210": "小笠原村",
    "132080": "調布市",
    "011002": "札幌市",
    "172014": "金沢市",
    "352071": "下松市",
}


def make(folder: Path, *datasets: str, profile: str = PROFILE) -> Path:
    """A workspace with empty recipes of those names."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "opendata.toml").write_text(profile, encoding="utf-8")
    for name in datasets:
        (folder / name).mkdir()
        (folder / name / "dataset.yaml").write_text("", encoding="utf-8")
    return folder


@pytest.fixture
def opened(tmp_path: Path) -> Workspace:
    """A workspace of three datasets, and a folder that is none."""
    root = make(tmp_path / "datasets", "preschool", "aed", "fire_hydrant")
    (root / "notes").mkdir()
    return mo.open_workspace(root)


def faults(error: pytest.ExceptionInfo[ConfigurationError]) -> list[tuple[str, str]]:
    """Path and code of each fault; the error can be said in both languages."""
    assert error.value.text("ja") != error.value.text("en")
    return [(fault.path, fault.code) for fault in error.value.faults]


def test_an_opened_workspace_is_what_its_profile_says(opened: Workspace, tmp_path: Path) -> None:
    """City, portals, guards and places are those of the file and its folder."""
    assert (opened.city.code, opened.city.full_name) == ("131105", "東京都目黒区")
    assert (opened.city.terms, opened.city.planned_standards) == (None, ())
    assert {name: portal.kind for name, portal in opened.portals.items()} == {"folder": "folder"}
    assert opened.guards.max_row_loss == 0.3
    assert opened.root == (tmp_path / "datasets").resolve()
    assert opened.releases == opened.root.parent / "releases"
    assert opened.ledger == opened.root / "ledger.jsonl"


def test_guards_have_a_default(tmp_path: Path) -> None:
    """A profile that says nothing of guards still has one."""
    profile = PROFILE.partition("[guards]")[0]
    assert mo.open_workspace(make(tmp_path, profile=profile)).guards.max_row_loss == 0.3


def test_a_workspace_may_be_named_by_text_and_relatively(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder may be named as text, also relative to the current one; the root is absolute."""
    make(tmp_path / "datasets")
    monkeypatch.chdir(tmp_path)
    assert mo.open_workspace("datasets").root == (tmp_path / "datasets").resolve()


def test_the_shipped_workspace_opens(workspace_dir: Path) -> None:
    """The ward's own profile has no fault, and every planned standard is one of the national ones."""
    workspace = mo.open_workspace(workspace_dir)
    assert set(workspace.city.planned_standards) <= {standard.id for standard in mo.standards()}
    assert len(set(workspace.city.departments)) == len(workspace.city.departments)


@pytest.mark.parametrize(
    ("before", "after", "path", "code"),
    [
        ('code = "131105"', 'code = "131106"', "city.code", "code-check-digit"),
        ('code = "131105"', 'code = "13110"', "city.code", "code-six-digits"),
        ('code = "131105"', 'code = "13110A"', "city.code", "code-six-digits"),
        ('code = "131105"', 'code = "1311050"', "city.code", "code-six-digits"),
        ('code = "131105"', "code = 131105", "city.code", "wrong-string_type"),
        ('code = "131105"\n', "", "city.code", "key-missing"),
        ("name_en =", "nme_en =", "city.name_en", "key-missing"),
        ("fiscal_year_start = 4", "fiscal_year_start = 13", "city.fiscal_year_start", "wrong-less_than_equal"),
        ("fiscal_year_start = 4", "fiscal_year_start = 0", "city.fiscal_year_start", "wrong-greater_than_equal"),
        ("fiscal_year_start = 4", 'fiscal_year_start = "4"', "city.fiscal_year_start", "wrong-int_type"),
        ('["見本課"]', '"見本課"', "city.departments", "wrong-tuple_type"),
        ('["見本課"]', "[1]", "city.departments.0", "wrong-string_type"),
        ('kind = "folder"', 'kind = "ftp"', "portals.folder.kind", "not-one-of"),
        ('kind = "folder"', 'kind = "folder"\ntoken = "x"', "portals.folder.token", "key-unknown"),
        ("[portals.folder]", "[portal.folder]", "portals", "key-missing"),
        ("[portals.folder]\nkind =", "[portals]\nfolder =", "portals.folder", "wrong-model_type"),
        ("max_row_loss = 0.3", "max_row_loss = 1.1", "guards.max_row_loss", "wrong-less_than_equal"),
        ("max_row_loss = 0.3", "max_row_loss = -0.1", "guards.max_row_loss", "wrong-greater_than_equal"),
        ("max_row_loss = 0.3", "max_row_loss = nan", "guards.max_row_loss", "wrong-less_than_equal"),
        ("max_row_loss = 0.3", 'max_row_loss = "0.3"', "guards.max_row_loss", "wrong-float_type"),
        ("max_row_loss = 0.3", "max_row_loss = true", "guards.max_row_loss", "wrong-float_type"),
        ("max_row_loss = 0.3", "max_rowloss = 0.3", "guards.max_rowloss", "key-unknown-near"),
        ("url = ", "ulr = ", "city.license.ulr", "key-unknown-near"),
        ("[city]", "[city", "-", "toml-broken"),
    ],
)
def test_a_faulty_profile_is_refused(tmp_path: Path, before: str, after: str, path: str, code: str) -> None:
    """Each fault of the profile is reported with its path."""
    assert PROFILE.count(before) == 1
    make(tmp_path, profile=PROFILE.replace(before, after))
    with pytest.raises(ConfigurationError) as error:
        mo.open_workspace(tmp_path)
    assert (path, code) in faults(error)
    for fault in error.value.faults:
        assert all(str(bound) in error.value.text("ja") for name, bound in fault.params.items() if name in ("ge", "le"))
    assert str(tmp_path / "opendata.toml") in str(error.value)


def test_a_folder_without_profile_is_refused(tmp_path: Path) -> None:
    """A folder that is no workspace is told with the file that it lacks."""
    with pytest.raises(ConfigurationError) as error:
        mo.open_workspace(tmp_path)
    assert faults(error) == [("-", "file-missing")]


def test_a_workspace_is_found_upward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From any folder inside a workspace, that workspace is found; of two, the nearer."""
    outer = make(tmp_path / "outer", "aed")
    inner = make(outer / "aed" / "deep" / "inner")
    assert mo.find_workspace(outer).root == outer.resolve()
    assert mo.find_workspace(outer / "aed").root == outer.resolve()
    assert mo.find_workspace(outer / "aed" / "deep").root == outer.resolve()
    assert mo.find_workspace(inner).root == inner.resolve()
    monkeypatch.chdir(outer / "aed")
    assert mo.find_workspace().root == outer.resolve()


def test_a_workspace_is_found_in_datasets(tmp_path: Path) -> None:
    """Beside a folder ``datasets`` that is a workspace, it is found; one upward goes before it."""
    make(tmp_path / "project" / "datasets")
    assert mo.find_workspace(tmp_path / "project").root == (tmp_path / "project" / "datasets").resolve()
    make(tmp_path)
    assert mo.find_workspace(tmp_path / "project").root == tmp_path.resolve()


def test_a_folder_named_like_the_profile_is_no_workspace(tmp_path: Path) -> None:
    """Only a file is a profile."""
    (tmp_path / "opendata.toml").mkdir()
    make(tmp_path / "datasets")
    assert mo.find_workspace(tmp_path).root == (tmp_path / "datasets").resolve()


def test_no_workspace_anywhere_is_reported(tmp_path: Path) -> None:
    """Where there is none, neither upward nor in ``datasets``, the error says what to do."""
    (tmp_path / "other").mkdir()
    make(tmp_path / "other" / "workspace")
    with pytest.raises(ConfigurationError) as error:
        mo.find_workspace(tmp_path / "other")
    assert faults(error) == [("opendata.toml", "no-workspace")]
    assert "--workspace" in error.value.text("ja")


def test_datasets_are_the_folders_with_a_recipe(opened: Workspace) -> None:
    """Sorted by name; a folder without a recipe is no dataset."""
    assert opened.slugs() == ["aed", "fire_hydrant", "preschool"]
    assert opened.recipe_path("aed") == opened.root / "aed" / "dataset.yaml"


@pytest.mark.parametrize(
    ("slug", "code", "near"),
    [
        ("preschol", "dataset-unknown-near", ["preschool"]),
        ("fire-hydrant", "dataset-unknown-near", ["fire_hydrant"]),
        ("notes", "dataset-unknown", []),
        ("zzz", "dataset-unknown", []),
        ("", "dataset-unknown", []),
        (".", "dataset-unknown", []),
        ("../datasets/aed", "dataset-unknown", []),
    ],
)
def test_an_unknown_dataset_is_reported_with_a_suggestion(
    opened: Workspace, slug: str, code: str, near: list[str]
) -> None:
    """A slug that has no recipe is refused, with the nearest that has one, or all that there are."""
    with pytest.raises(ConfigurationError) as error:
        opened.recipe_path(slug)
    (fault,) = error.value.faults
    assert (fault.code, fault.params["near"]) == (code, near)
    assert all(name in error.value.text("ja") for name in near or opened.slugs())


@pytest.mark.parametrize(
    ("asked", "chosen"),
    [
        ((), ["aed", "fire_hydrant", "preschool"]),
        (("preschool",), ["preschool"]),
        (("preschool", "aed", "preschool", "aed"), ["preschool", "aed"]),
    ],
)
def test_choosing_names_each_dataset_once(opened: Workspace, asked: tuple[str, ...], chosen: list[str]) -> None:
    """What is asked for, in that order and without doubles; without a wish, everything."""
    assert opened.choose(asked) == chosen


def test_choosing_an_unknown_dataset_is_refused(opened: Workspace) -> None:
    """One wrong name among right ones stops the choice."""
    with pytest.raises(ConfigurationError) as error:
        opened.choose(("aed", "preschol"))
    assert faults(error) == [("preschol", "dataset-unknown-near")]


@pytest.mark.parametrize("code", CODES, ids=CODES.get)
def test_known_codes_have_their_check_digit(code: str) -> None:
    """The check digit of real municipalities is computed."""
    assert check_digit(code[:5]) == code[5]


@given(st.text("0123456789", min_size=5, max_size=5))
def test_the_check_digit_closes_the_weighted_sum(code5: str) -> None:
    """Weighted sum plus check digit is a multiple of 11, but for remainders 0 and 1, which the rule cuts to one digit.

    地方公共団体コード: 11 minus the remainder of the sum (weights 6, 5, 4, 3, 2) by 11, of which the last digit.
    """
    total = sum(weight * int(digit) for weight, digit in zip(range(6, 1, -1), code5, strict=True))
    digit = check_digit(code5)
    assert digit in set("0123456789")
    assert (total + int(digit)) % 11 == (1 if total % 11 <= 1 else 0)


@pytest.mark.parametrize("text", ["", "1311", "131105", "1311A"])
def test_only_five_digits_have_a_check_digit(text: str) -> None:
    """Anything but five digits is a mistake of the caller."""
    with pytest.raises(ValueError, match=r"zip|invalid literal"):
        check_digit(text)


@pytest.mark.parametrize("last", "0123456789")
def test_a_workspace_opens_with_the_right_check_digit_only(tmp_path: Path, last: str) -> None:
    """Of the ten possible last digits of a city's code, one opens the workspace."""
    make(tmp_path, profile=PROFILE.replace("131105", f"13110{last}"))
    if last == "5":
        assert mo.open_workspace(tmp_path).city.code == "131105"
        return
    with pytest.raises(ConfigurationError) as error:
        mo.open_workspace(tmp_path)
    assert faults(error) == [("city.code", "code-check-digit")]


@pytest.mark.parametrize("url", ["https://clerk:geheim@example.org/", "https://geheim@example.org"])
def test_an_address_of_a_portal_holds_no_login(tmp_path: Path, url: str) -> None:
    """A login in a portal's address would stand in plans and messages: it is refused, and not repeated."""
    profile = PROFILE + f'\n[portals.ward]\nkind = "ckan"\nurl = "{url}"\n'
    with pytest.raises(ConfigurationError) as error:
        mo.open_workspace(make(tmp_path / "w", profile=profile))
    assert [fault.code for fault in error.value.faults] == ["portal-url-login"]
    assert "geheim" not in str(error.value)


def test_a_dataset_has_one_spelling(opened: Workspace) -> None:
    """A name that only the system would take for a dataset's folder, or that leads elsewhere, is no dataset's."""
    (opened.root / "empty").mkdir()
    for name in ("AED", "aed/", "./aed", "../w/aed", "empty", "", "."):
        with pytest.raises(ConfigurationError):
            opened.recipe_path(name)


@pytest.mark.parametrize(
    ("homepage", "department", "placeholder"),
    [
        ("https://example.org/", "見本課", False),
        ("https://www.example.lg.jp/", "見本課", True),
        ("https://example.org/", "担当課", True),
    ],
)
def test_an_unchanged_sample_line_of_the_template_is_a_placeholder(
    tmp_path: Path, homepage: str, department: str, placeholder: bool
) -> None:
    """The homepage of the profile and the department of a dataset are compared with the template's."""
    profile = PROFILE.replace("https://example.org/", homepage, 1)
    city = mo.open_workspace(make(tmp_path, profile=profile)).city
    assert f'homepage = "{homepage}"' in profile
    assert has_placeholder(city, department) is placeholder


def test_the_template_marks_its_placeholders() -> None:
    """The two lines that are compared with a profile's are in the template, each below a mark for the reader."""
    lines = profile_template().splitlines()
    for placeholder in ('homepage = "https://www.example.lg.jp/"', 'departments = ["担当課"]'):
        assert "★" in lines[lines.index(placeholder) - 1]
