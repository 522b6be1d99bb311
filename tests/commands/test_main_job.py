"""The main job on the shipped workspace: sources → releases → portal → ledger → figures, held to the sources."""

import csv
import io
import json
import os
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import pytest

import meguro_opendata as mo
from meguro_opendata import kpi
from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.ledger import read_ledger
from meguro_opendata.pipeline.outcome import Release
from meguro_opendata.portals import FolderPortal, folder, open_portal
from meguro_opendata.publication import agreed_plan, publish
from meguro_opendata.validation import check_package
from meguro_opendata.workspace.city import Workspace

SLUGS = ["emergency_radio", "open_data_list", "preschool", "stockpile_warehouse"]
NOW = datetime(2025, 6, 10, 3, 0, tzinfo=UTC)


@pytest.fixture
def workspace(workspace_dir: Path) -> Workspace:
    """The shipped workspace, opened."""
    return mo.open_workspace(workspace_dir)


def build_all(workspace: Workspace) -> dict[str, Release]:
    """Every dataset built."""
    return {slug: mo.build_release(slug, workspace) for slug in workspace.slugs()}


def published_rows(release: Release, ending: str = "csv") -> list[dict[str, str]]:
    """The rows of a release's CSV."""
    (path,) = (
        file.path for file in release.files if file.path.name.startswith("131105_") and file.path.suffix == f".{ending}"
    )
    text = path.read_bytes().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def everything_below(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Content and time of change of every file."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_rows_in_are_rows_out_and_rejected(workspace: Workspace) -> None:
    """No row vanishes: what goes in comes out or is listed with its reason."""
    counts = {
        slug: (release.rows_in, release.rows_out, [rejection.reason for rejection in release.rejected])
        for slug, release in build_all(workspace).items()
    }
    assert counts == {
        "emergency_radio": (68, 65, ["total", "blank", "note"]),
        "open_data_list": (282, 282, []),
        "preschool": (120, 120, []),
        "stockpile_warehouse": (20, 20, []),
    }


def test_radio_rows_are_the_workbooks_rows(workspace: Workspace) -> None:
    """Each published loudspeaker has the name and, in half-width digits, the address of its row in the workbook."""
    release = mo.build_release("emergency_radio", workspace)
    sheet = openpyxl.load_workbook(workspace.root / "emergency_radio" / "防災行政無線設置一覧.xlsx")["設置一覧"]
    source = [
        (f"{number:010}", name, address.translate(str.maketrans("０１２３４５６７８９", "0123456789")))
        for number, name, address in sheet.iter_rows(min_row=6, max_row=70, values_only=True)
    ]
    shown = [(row["防災行政無線_ID"], row["防災行政無線_名称"], row["所在地"]) for row in published_rows(release)]
    assert shown == source
    assert list(published_rows(release)[0])[-3:] == ["所在地", "位置の段階", "位置の誤差m"]
    assert [finding.code for finding in release.report.findings] == ["extension-column", "position-estimated"]


def test_preschool_rows_are_the_csvs_rows(workspace: Workspace) -> None:
    """Each published nursery has the name and the coordinates of its row, digit for digit; its kind is translated."""
    release = mo.build_release("preschool", workspace)
    text = (workspace.root / "preschool" / "保育所利用枠空き状況_20250601.csv").read_text(encoding="utf-8")
    source = list(csv.DictReader(io.StringIO(text)))
    shown = published_rows(release)
    assert [(row["名称"], row["緯度"], row["経度"]) for row in shown] == [
        (row["保育施設名"], row["緯度"], row["経度"]) for row in source
    ]
    assert {row["施設類型"]: after["種別"] for row, after in zip(source, shown, strict=True)}[
        "公立認可保育園"
    ] == "認可公立保育所"
    places = json.loads((release.folder / "131105_preschool.geojson").read_text(encoding="utf-8"))["features"]
    assert len(places) == 120
    assert places[0]["geometry"]["coordinates"] == [float(source[0]["経度"]), float(source[0]["緯度"])]


def test_era_years_of_the_warehouses_become_western(workspace: Workspace) -> None:
    """R3 and S55 of the CP932 list are 2021 and 1980; each is listed as a change."""
    release = mo.build_release("stockpile_warehouse", workspace)
    rows = published_rows(release)
    assert [rows[0]["設置年"], rows[2]["設置年"]] == ["2021", "1980"]
    changes = list(csv.DictReader(io.StringIO((release.folder / "changes.csv").read_text(encoding="utf-8-sig"))))
    assert changes[0] == {
        "file": "備蓄倉庫一覧.csv",
        "sheet": "",
        "row": "2",
        "column": "設置年",
        "field": "設置年",
        "rule": "year",
        "before": "R3",
        "after": "2021",
    }
    assert len(changes) == 20


def test_the_waiver_is_listed_with_its_reason(workspace: Workspace) -> None:
    """A waived error counts as a warning and carries the recipe's reason; one place is told to three decimals only."""
    report = mo.build_release("preschool", workspace).report
    assert report.counts == {"error": 0, "warning": 121, "info": 1}
    waived = {(finding.field, finding.code, finding.waived is not None) for finding in report.findings}
    asked = ("緯度", "place-checked", False)
    assert waived == {("所在地_連結表記", "constraint-required", True), ("緯度", "coordinate-rough", False), asked}


def test_the_open_data_list_counts_its_datasets(workspace: Workspace) -> None:
    """The list made from the catalogue has 282 files of 56 datasets."""
    rows = published_rows(mo.build_release("open_data_list", workspace))
    assert (len(rows), len({row["データセット_ID"] for row in rows})) == (282, 56)


@pytest.mark.parametrize("slug", SLUGS)
def test_columns_are_the_standards_in_its_order(workspace: Workspace, slug: str) -> None:
    """The CSV has every column of its schema, spelled and ordered as there, extensions last."""
    release = mo.build_release(slug, workspace)
    assert list(published_rows(release)[0]) == [field["name"] for field in release.recipe.schema["fields"]]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_datapackage_is_valid_for_frictionless(workspace: Workspace, slug: str) -> None:
    """Frictionless finds no error in the package; a rule that the recipe waives is marked as such in its schema."""
    release = mo.build_release(slug, workspace)
    path = release.folder / "datapackage.json"
    assert check_package(str(path)) == []
    fields = json.loads(path.read_text(encoding="utf-8"))["resources"][0]["schema"]["fields"]
    waived = {field["name"] for field in fields if "mo:waived" in field}
    assert waived == {finding.field for finding in release.report.findings if finding.waived}


@pytest.mark.parametrize("slug", SLUGS)
def test_the_xlsx_twin_holds_the_same_text(workspace: Workspace, slug: str) -> None:
    """Every cell of the workbook is text and equals the CSV's, so codes keep their zeros."""
    release = mo.build_release(slug, workspace)
    (path,) = (file.path for file in release.files if file.path.suffix == ".xlsx")
    sheet = openpyxl.load_workbook(path).worksheets[0]
    rows = [["" if cell.value is None else cell.value for cell in row] for row in sheet.iter_rows()]
    csv_rows = published_rows(release)
    assert rows == [list(csv_rows[0]), *(list(row.values()) for row in csv_rows)]
    kinds = {
        (cell.data_type, cell.number_format) for row in sheet.iter_rows() for cell in row if cell.value is not None
    }
    assert kinds == {("s", "@")}


def test_building_twice_gives_the_same_bytes(workspace: Workspace, tmp_path: Path) -> None:
    """Two builds, in two places, are equal byte for byte."""
    build_all(workspace)
    for slug in SLUGS:
        mo.build_release(slug, workspace, out=tmp_path / "again")
    first = {name: data for name, (data, _) in everything_below(workspace.releases).items()}
    second = {name: data for name, (data, _) in everything_below(tmp_path / "again").items()}
    assert first == second
    assert len(first) == 4 * 5 + 10


def test_the_second_publication_writes_nothing(workspace: Workspace) -> None:
    """After the first run nothing on the portal and in the ledger is touched again."""
    build_all(workspace)
    portal = open_portal(workspace)
    outcome, events = publish(mo.plan_publication(workspace, portal), portal, workspace, now=NOW)
    assert (list(outcome.datasets), events) == (SLUGS, 10)
    before = everything_below(workspace.root.parent)
    again, more = publish(mo.plan_publication(workspace, portal), portal, workspace, now=NOW)
    assert (again.wrote, more) == (False, 0)
    assert everything_below(workspace.root.parent) == before


def test_a_changed_cell_is_one_changed_row(workspace: Workspace) -> None:
    """One name corrected in the source shows as one changed row, and publishing it updates that dataset alone."""
    build_all(workspace)
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal), portal, workspace, now=NOW)
    source = workspace.root / "stockpile_warehouse" / "備蓄倉庫一覧.csv"
    source.write_bytes(source.read_bytes().replace("R3".encode("cp932"), "R4".encode("cp932"), 1))
    mo.build_release("stockpile_warehouse", workspace)
    plan = mo.plan_publication(workspace, portal)
    assert {change.dataset: change.action for change in plan.changes} == dict.fromkeys(SLUGS, "unchanged") | {
        "stockpile_warehouse": "update"
    }
    (changed,) = (change for change in plan.changes if change.action == "update")
    assert [(part.action, part.rows.to_dict()) for part in changed.resources if part.rows] == [
        ("update", {"before": 20, "after": 20, "added": 0, "changed": 1, "removed": 0})
    ] * 2
    outcome, events = publish(plan, portal, workspace, now=NOW)
    assert (outcome.datasets, events) == (("stockpile_warehouse",), 2)
    assert [event.event for event in read_ledger(workspace.ledger)[-2:]] == ["update", "update"]


def test_a_file_edited_on_the_portal_is_seen_and_mended(workspace: Workspace) -> None:
    """A published file that somebody changed by hand differs from its release and is put back."""
    build_all(workspace)
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal), portal, workspace, now=NOW)
    published = workspace.root.parent / "portal" / "dataset" / "131105_preschool" / "131105_preschool.csv"
    original = published.read_bytes()
    published.write_bytes(original.replace("駒場保育園".encode(), "駒場幼稚園".encode()))
    plan = mo.plan_publication(workspace, portal, ["preschool"])
    assert plan.pending
    publish(plan, portal, workspace, now=NOW)
    assert published.read_bytes() == original


def test_a_killed_publication_is_finished_by_the_next(workspace: Workspace) -> None:
    """When the run ends after the portal but before the ledger, the next run enters what is missing, once."""
    build_all(workspace)
    portal = open_portal(workspace)
    mo.apply_plan(mo.plan_publication(workspace, portal), portal)
    assert read_ledger(workspace.ledger) == []
    outcome, events = publish(mo.plan_publication(workspace, portal), portal, workspace, now=NOW)
    assert (outcome.wrote, events) == (False, 10)


def test_a_plan_from_its_file_does_the_same(workspace: Workspace, tmp_path: Path) -> None:
    """A plan from its file is the plan made anew, as long as nothing has changed."""
    build_all(workspace)
    portal = open_portal(workspace)
    plan = mo.plan_publication(workspace, portal)
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(plan.to_dict(), ensure_ascii=False), encoding="utf-8")
    assert agreed_plan(path, workspace, portal).to_dict() == plan.to_dict()
    assert mo.apply_plan(agreed_plan(path, workspace, portal), portal).wrote
    with pytest.raises(GuardError):
        agreed_plan(path, workspace, portal)


@pytest.mark.parametrize("what", ["portal", "release"])
def test_a_stale_plan_is_refused(workspace: Workspace, what: str) -> None:
    """A plan is not applied when the portal or a release has changed since it was made."""
    build_all(workspace)
    portal = open_portal(workspace)
    plan = mo.plan_publication(workspace, portal)
    if what == "portal":
        mo.apply_plan(plan, portal)
    else:
        (workspace.releases / "preschool" / "131105_preschool.csv").write_bytes(b"other")
    with pytest.raises(GuardError) as refused:
        mo.apply_plan(plan, portal)
    assert (refused.value.code, refused.value.exit_code) == ("plan-stale", 4)


def test_a_great_loss_of_rows_is_refused(workspace: Workspace) -> None:
    """A release that lost most rows is not published unless the guard is allowed by name."""
    build_all(workspace)
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal), portal, workspace, now=NOW)
    source = workspace.root / "stockpile_warehouse" / "備蓄倉庫一覧.csv"
    source.write_bytes(b"\r\n".join(source.read_bytes().split(b"\r\n")[:10]) + b"\r\n")
    mo.build_release("stockpile_warehouse", workspace)
    plan = mo.plan_publication(workspace, portal)
    assert [change.guards for change in plan.changes if change.guards] == [("row-loss",)]
    with pytest.raises(GuardError, match="stockpile_warehouse"):
        publish(plan, portal, workspace)
    outcome, _ = publish(plan, portal, workspace, allow=("row-loss",), now=NOW)
    assert outcome.wrote


@pytest.mark.parametrize(
    ("touched", "code"),
    [
        ("none", "release-missing"),
        ("source", "release-stale"),
        ("recipe", "release-stale"),
        ("department", "release-stale"),
        ("stamp", "release-stale"),
        ("description", "release-damaged"),
    ],
)
def test_only_fresh_releases_are_planned(workspace: Workspace, touched: str, code: str) -> None:
    """A dataset without a release, changed since it was built, or with a damaged one, is named instead of planned."""
    if touched != "none":
        build_all(workspace)
    folder = workspace.root / "preschool"
    if touched == "source":
        file = folder / "保育所利用枠空き状況_20250601.csv"
        file.write_bytes(file.read_bytes() + b"2025/6/1,x,,,,,,,,,,35.6,139.6\r\n")
    if touched == "recipe":
        (folder / "dataset.yaml").write_text(
            (folder / "dataset.yaml").read_text(encoding="utf-8") + "# -\n", encoding="utf-8"
        )
    if touched == "department":
        file = workspace.root / "opendata.toml"
        file.write_text(
            file.read_text(encoding="utf-8").replace("子育て支援部保育課", "子育て支援部"), encoding="utf-8"
        )
        workspace = mo.open_workspace(workspace.root)
    if touched in ("stamp", "description"):
        file = workspace.releases / "preschool" / "datapackage.json"
        told = json.loads(file.read_text(encoding="utf-8"))
        told = (
            {key: value for key, value in told.items() if key != "mo:made_of"}
            if touched == "stamp"
            else {**told, "mo:made_of": 1}
        )
        file.write_text(json.dumps(told), encoding="utf-8")
    with pytest.raises(MeguroOpendataError) as stopped:
        mo.plan_publication(workspace, open_portal(workspace))
    assert (stopped.value.code, stopped.value.exit_code) == (code, 2)
    assert "preschool" in str(stopped.value)


def test_figures_count_the_first_publication_of_the_year(workspace: Workspace) -> None:
    """Datasets and files published in June 2025 count for fiscal year 2025, against 5 and 50; later updates do not."""
    build_all(workspace)
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal), portal, workspace, now=NOW)
    source = workspace.root / "stockpile_warehouse" / "備蓄倉庫一覧.csv"
    source.write_bytes(source.read_bytes().replace(b"R3", b"R4", 1))
    mo.build_release("stockpile_warehouse", workspace)
    publish(mo.plan_publication(workspace, portal), portal, workspace, now=datetime(2026, 5, 1, tzinfo=UTC))
    figures = {figure.id: figure for figure in kpi.indicators(workspace, 2025, date(2026, 6, 1))}
    datasets, resources = figures["opendata.new_datasets"], figures["opendata.new_resources"]
    assert (datasets.actual, datasets.target, datasets.rate, datasets.status) == (4, 5, 0.8, "missed")
    assert (resources.actual, resources.target, resources.rate) == (10, 50, 0.2)
    later = {figure.id: figure for figure in kpi.indicators(workspace, 2026, date(2026, 6, 1))}
    assert (later["opendata.new_resources"].actual, later["opendata.new_resources"].status) == (0, "no_target")
    early = {figure.id: figure for figure in kpi.indicators(workspace, 2025, date(2025, 6, 9))}
    assert (early["opendata.new_datasets"].actual, early["opendata.new_datasets"].status) == (0, "under_way")


@pytest.mark.parametrize(
    ("moment", "year"),
    [(datetime(2026, 3, 31, 14, 59, tzinfo=UTC), 2025), (datetime(2026, 3, 31, 15, 0, tzinfo=UTC), 2026)],
)
def test_the_fiscal_year_turns_at_midnight_in_japan(workspace: Workspace, moment: datetime, year: int) -> None:
    """31 March 15:00 UTC is 1 April in Japan: the event belongs to the new fiscal year."""
    build_all(workspace)
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal), portal, workspace, now=moment)
    counted = {
        asked: next(
            f.actual for f in kpi.indicators(workspace, asked, date(2026, 12, 1)) if f.id == "opendata.new_datasets"
        )
        for asked in (2025, 2026)
    }
    assert counted == {2025: 0, 2026: 0} | {year: 4}


def test_the_portal_has_what_it_promises(workspace: Workspace) -> None:
    """CKAN-shaped answers, DCAT and pages are there, agree with the files, and show the rows."""
    build_all(workspace)
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal), portal, workspace, now=NOW)
    root = workspace.root.parent / "portal"
    shown = json.loads((root / "api/3/action/package_show/131105_preschool.json").read_text(encoding="utf-8"))
    assert shown["success"] is True
    assert [part["format"] for part in shown["result"]["resources"]] == ["CSV", "XLSX", "GeoJSON"]
    for part in shown["result"]["resources"]:
        assert (root / part["url"]).stat().st_size == part["size"]
    dcat = json.loads((root / "catalog.jsonld").read_text(encoding="utf-8"))
    assert [entry["dct:identifier"] for entry in dcat["dcat:dataset"]] == [f"131105_{slug}" for slug in SLUGS]
    described = {entry["dct:identifier"]: entry for entry in dcat["dcat:dataset"]}["131105_preschool"]
    assert "第三者" in described["dct:provenance"]["rdfs:label"]["@value"]
    index = (root / "index.html").read_text(encoding="utf-8")
    assert "駒場三丁目11番13号" in index
    page = (root / "dataset/131105_preschool/index.html").read_text(encoding="utf-8")
    assert page.count("<tr>") > 120


@pytest.mark.skipif(os.name == "nt", reason="permission bits are POSIX's")
def test_published_files_can_be_read_by_a_web_server(workspace: Workspace) -> None:
    """Files and folders that were written aside get ordinary permissions, not the private ones of temporary files."""
    release = mo.build_release("preschool", workspace)
    assert release.folder.stat().st_mode & 0o777 == 0o755
    portal = open_portal(workspace)
    publish(mo.plan_publication(workspace, portal, ["preschool"]), portal, workspace)
    page = workspace.root.parent / "portal" / "index.html"
    assert page.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("at", range(14))
def test_a_publication_killed_at_any_write_converges(
    at: int, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before any of its writes and run again, the portal holds just what an undisturbed run gives."""
    build_all(workspace)
    slugs = ["preschool", "stockpile_warehouse"]
    undisturbed = FolderPortal("folder", tmp_path / "undisturbed", workspace.city)
    mo.apply_plan(mo.plan_publication(workspace, undisturbed, slugs), undisturbed)
    portal = open_portal(workspace)
    written = 0
    original = folder.write_whole

    def killed(path: Path, data: bytes) -> bool:
        nonlocal written
        if written == at:
            raise KeyboardInterrupt
        written += 1
        return original(path, data)

    plan = mo.plan_publication(workspace, portal, slugs)
    with monkeypatch.context() as patch:
        patch.setattr(folder, "write_whole", killed)
        try:
            publish(plan, portal, workspace)
        except KeyboardInterrupt:
            assert written == at
    publish(mo.plan_publication(workspace, portal, slugs), portal, workspace)
    assert not mo.plan_publication(workspace, portal, slugs).pending
    assert without_times(workspace.root.parent / "portal") == without_times(tmp_path / "undisturbed")
    assert len(read_ledger(workspace.ledger)) == 5


def without_times(root: Path) -> dict[str, object]:
    """Everything on a folder portal but the moments at which it was written."""
    held: dict[str, object] = {}
    for path in root.rglob("*"):
        if path.suffix == ".json":
            shown = json.loads(path.read_text(encoding="utf-8"))["result"]
            times = {"metadata_created", "metadata_modified", "created", "last_modified"}
            parts = [{key: value for key, value in part.items() if key not in times} for part in shown["resources"]]
            held[path.name] = {key: value for key, value in shown.items() if key not in times} | {"resources": parts}
        elif path.is_file():
            held[str(path.relative_to(root))] = path.read_bytes()
    return held
