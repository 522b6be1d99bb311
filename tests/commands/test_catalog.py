"""``harvest``, ``catalog export`` and ``catalog check`` as a clerk types them, right and wrong."""

import csv
import io
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from locations import ROOT
from stub_server import serving

import meguro_opendata as mo
from meguro_opendata.catalog import from_dcat, list_csv, read_any, to_dcat

Command = Callable[..., Any]
# Two packages as another CKAN would give them; an example.
DUMP = "".join(
    json.dumps({"name": name, "title": title, "license_id": "CC-BY-4.0", "resources": []}, ensure_ascii=False) + "\n"
    for name, title in (("farm", "区民農園"), ("care", "介護保険介護サービス給付費"))
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped workspace, built and published, and a saved dump of another catalogue."""
    folder = tmp_path_factory.mktemp("office")
    shutil.copytree(ROOT / "datasets", folder / "datasets", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    home = mo.open_workspace(folder / "datasets")
    for slug in home.slugs():
        mo.build_release(slug, home)
    plan = mo.plan_publication(home, "folder")
    from meguro_opendata.portals import open_portal

    mo.apply_plan(plan, open_portal(home, "folder"))
    (folder / "dump.jsonl").write_text(DUMP, encoding="utf-8")
    return folder


def test_the_workspaces_own_list(command: Command, office: Path, tmp_path: Path) -> None:
    """Every file of every dataset is a row under the national form's 42 items, and the list is valid."""
    ran = command("catalog", "export", "--as", "open_data_list", "-o", tmp_path / "list.csv", cwd=office)
    assert (ran.code, ran.err) == (0, "")
    assert "誤りはありません" in ran.out
    text = (tmp_path / "list.csv").read_bytes().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert (len(rows), len(rows[0])) == (10, 42)
    assert {row["地方公共団体名"] for row in rows} == {"東京都目黒区"}
    assert {row["ファイル_ライセンス"] for row in rows} == {"CC BY 4.0"}
    preschool = next(row for row in rows if row["データセット_タイトル"] == "子育て施設一覧")
    assert preschool["データセット_準拠する標準"] == "自治体標準オープンデータセット（子育て施設一覧）"
    assert preschool["データセット_言語"] == "日本語"


def test_addresses_follow_the_portals_own_names(command: Command, office: Path, tmp_path: Path) -> None:
    """A portal that names its datasets by a rule of its own still gives its addresses to the list."""
    shutil.copytree(office, tmp_path / "office")
    there = {
        "name": "meguro-stockpile_warehouse",
        "id": "1",
        "extras": [],
        "resources": [
            {"name": "131105_stockpile_warehouse.csv", "url": "https://example.org/x/stock.csv", "mo_bytes": "1"},
        ],
    }
    with serving(body=json.dumps({"success": True, "result": {"count": 1, "results": [there]}})) as server:
        portal = f'[portals.own]\nkind = "ckan"\nurl = "{server.url}"\nname_rule = "meguro-{{slug}}"\n'
        profile = tmp_path / "office" / "datasets" / "opendata.toml"
        profile.write_text(profile.read_text(encoding="utf-8") + portal, encoding="utf-8")
        out = tmp_path / "a.csv"
        call = ("catalog", "export", "stockpile_warehouse", "--as", "open_data_list", "--portal", "own", "-o", out)
        command(*call, cwd=tmp_path / "office")
    rows = list(csv.DictReader(io.StringIO(out.read_bytes().decode("utf-8-sig"), newline="")))
    assert [row["ファイル_ダウンロードURL"] for row in rows] == ["https://example.org/x/stock.csv", ""]


def test_addresses_come_from_the_portal(command: Command, office: Path, tmp_path: Path) -> None:
    """Where the portal is on the web stands in opendata.toml; without it no address is invented."""
    out = tmp_path / "a.jsonld"
    told = command("catalog", "export", "--as", "dcat", "--portal", "folder", "-o", out, cwd=office)
    assert "アドレスがわかりません" in told.out
    assert "[portals.folder] に url" in told.out
    profile = office / "datasets" / "opendata.toml"
    before = profile.read_text(encoding="utf-8")
    try:
        profile.write_text(
            before.replace('kind = "folder"', 'kind = "folder"\nurl = "https://example.com/od"'), "utf-8"
        )
        done = command("catalog", "export", "--as", "dcat", "--portal", "folder", "-o", out, cwd=office)
        checked = command("catalog", "check", "--portal", "folder", cwd=office)
    finally:
        profile.write_text(before, encoding="utf-8")
    assert "アドレス" not in done.out
    urls = [part.url for entry in from_dcat(out.read_text(encoding="utf-8")) for part in entry.distributions]
    assert urls[0] == "https://example.com/od/dataset/131105_emergency_radio/131105_emergency_radio.csv"
    assert (checked.code, "[誤り]" in checked.out) == (0, False)


@pytest.mark.parametrize("shape", ["dcat", "ckan"])
def test_each_shape_can_be_read_again(command: Command, office: Path, tmp_path: Path, shape: str) -> None:
    """What one command writes, another reads."""
    out = tmp_path / {"dcat": "a.jsonld", "ckan": "a.jsonl"}[shape]
    done = command("catalog", "export", "--as", shape, "--from", "dump.jsonl", "-o", out, cwd=office)
    ran = command("harvest", out, "-o", tmp_path / "back.jsonl", cwd=office)
    assert (done.code, ran.code) == (0, 0), done.err + ran.err
    assert [entry.title for entry in read_any(tmp_path / "back.jsonl")] == ["区民農園", "介護保険介護サービス給付費"]


def test_the_same_catalogue_gives_the_same_bytes(office: Path) -> None:
    """No clock and no order of chance stands in any shape."""
    entries, city = read_any(office / "dump.jsonl"), mo.open_workspace(office / "datasets").city
    assert list_csv(entries, city) == list_csv(read_any(office / "dump.jsonl"), city)
    assert to_dcat(entries, city) == to_dcat(from_dcat(to_dcat(entries, city)), city)


def test_some_datasets_alone(command: Command, office: Path, tmp_path: Path) -> None:
    """Slugs, or names of the other catalogue, choose what is exported."""
    own, other = tmp_path / "own.jsonl", tmp_path / "other.jsonl"
    command("catalog", "export", "preschool", "--as", "ckan", "-o", own, cwd=office)
    command("catalog", "export", "farm", "--as", "ckan", "--from", "dump.jsonl", "-o", other, cwd=office)
    assert [entry.name for entry in (*read_any(own), *read_any(other))] == ["131105_preschool", "farm"]


def test_the_check_says_what_to_do(command: Command, office: Path) -> None:
    """Score, next step and danger of a mistake are told, what concerns most first; nothing mandatory is missing."""
    own = command("catalog", "check", "--as-of", "2026-04-01", cwd=office)
    assert own.code == 0, own.text
    assert own.out.startswith("データセット4件、ファイル10件。メタデータの点数は平均")
    assert own.out.count("次の一歩: ") == 4
    other = command("catalog", "check", "--from", "dump.jsonl", cwd=office)
    assert (other.code, "別の種類と誤認されるもの: 0件" in other.out) == (1, True)
    assert "「説明」がありません。DCATで必ず要る項目（dct:description）です。" in other.out


def test_everything_prints_on_a_japanese_console(command: Command, office: Path, tmp_path: Path) -> None:
    """No sign breaks a console of code page 932."""
    for arguments in (
        ("catalog", "check"),
        ("catalog", "check", "--from", "dump.jsonl"),
        ("catalog", "export", "--as", "ckan", "-o", tmp_path / "a.jsonl"),
        ("harvest", "dump.jsonl", "-o", tmp_path / "b.jsonl"),
        ("catalog", "--help"),
    ):
        ran = command(*arguments, cwd=office, encoding="cp932:strict")
        assert (ran.code in (0, 1), "Traceback" in ran.text, "?" in ran.out) == (True, False, False), ran.text


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["harvest", "none.jsonl", "-o", "x.jsonl"], 2, "ファイルがありません: none.jsonl"),
        (["harvest", "datasets/opendata.toml", "-o", "x.jsonl"], 2, "1行目を読めません"),
        (["harvest", "dump.jsonl", "-o", "dump.jsonl"], 2, "重ねて書くことはできません"),
        (["harvest", "ftp://example.com/", "-o", "x.jsonl"], 2, "読めるアドレスではありません"),
        (["harvest", "http://127.0.0.1:1/", "-o", "x.jsonl"], 4, "--allow-private"),
        (["catalog", "export", "--as", "rdf", "-o", "x"], 2, "dcat"),
        (["catalog", "export", "nothing", "--as", "dcat", "-o", "x"], 2, "nothing"),
        (["catalog", "export", "--as", "dcat", "--from", "datasets/opendata.toml", "-o", "x"], 2, "1行目を読めません"),
        (["catalog", "check", "--as-of", "昨日"], 2, "日付「昨日」を読めません"),
        (["catalog", "chek"], 2, "check"),
    ],
)
def test_wrong_use_is_told(command: Command, office: Path, arguments: list[str], code: int, says: str) -> None:
    """Each mistake has its sentence and exit code; nothing is written, no traceback is shown."""
    before = sorted(path.name for path in office.iterdir())
    ran = command(*arguments, cwd=office)
    assert (ran.code, ran.out, "Traceback" in ran.err) == (code, "", False), ran.text
    assert says in ran.err
    assert sorted(path.name for path in office.iterdir()) == before


def test_without_a_workspace_there_is_no_catalogue_of_ones_own(command: Command, tmp_path: Path) -> None:
    """The city that publishes has to be known."""
    ran = command("catalog", "check", cwd=tmp_path)
    assert (ran.code, "init" in ran.err) == (2, True)


def test_a_release_that_is_missing_is_named(command: Command, workspace_dir: Path) -> None:
    """The catalogue is made of releases: build comes first."""
    ran = command("catalog", "export", "--as", "dcat", "-o", "x.jsonld", cwd=workspace_dir)
    assert (ran.code, "meguro-opendata build" in ran.err) == (2, True)
