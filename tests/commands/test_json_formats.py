"""Every command's JSON and the schemas in ``docs/schemas``: what is printed is what is promised, and nothing else."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from gazetteer_files import SQUARE_GEOJSON, yaizu_blocks
from geo_grids import nodes_around, par_file
from jsonschema import Draft202012Validator
from locations import ROOT
from meguro_opendata.cli.commands import catalog as catalog_command
from meguro_opendata.cli.commands import kpi as kpi_command
from meguro_opendata.cli.commands import ledger as ledger_command
from meguro_opendata.cli.commands import portal as portal_command
from meguro_opendata.cli.commands import publish as publish_command
from meguro_opendata.cli.commands import standards as standards_command
from meguro_opendata.cli.commands.geo import grids as grids_command
from meguro_opendata.cli.commands.geo import import_addresses as addresses_command
from meguro_opendata.cli.commands.geo import import_boundary as boundary_command
from meguro_opendata.cli.correcting import CORRECTION_FORMAT
from meguro_opendata.cli.handing_in import FIGURE_FORMAT, SUBMIT_FORMAT, SUBMITTED_FORMAT
from meguro_opendata.cli.texts.standards import SHOW_FORMAT
from publish_ten import workspace_for
from referencing import Registry, Resource
from stub_server import serving

from meguro_opendata.authoring.draft import NEW_FORMAT
from meguro_opendata.catalog.harvest import HARVEST_FORMAT
from meguro_opendata.catalog.review.review import CATALOG_FORMAT
from meguro_opendata.findings import REPORT_FORMAT
from meguro_opendata.georeferencing.files.addresses import GEOCODE_FORMAT
from meguro_opendata.georeferencing.files.meshes import MESH_FORMAT
from meguro_opendata.georeferencing.files.points import TRANSFORM_FORMAT
from meguro_opendata.georeferencing.inputs import PLACES_FORMAT
from meguro_opendata.inspection.profiler import INSPECTION_FORMAT
from meguro_opendata.kpi import KPI_FORMAT
from meguro_opendata.kpi.submission import SUBMISSION_FORMAT
from meguro_opendata.onboarding.demo import DEMO_FORMAT
from meguro_opendata.onboarding.doctor import DOCTOR_FORMAT
from meguro_opendata.onboarding.initialise import INIT_FORMAT
from meguro_opendata.pipeline.outcome import BUILD_FORMAT
from meguro_opendata.publication import PLAN_FORMAT
from meguro_opendata.publication.status import STATUS_FORMAT
from meguro_opendata.reports.overview import REPORTS_FORMAT

SCHEMAS = {
    path.name.removesuffix(".schema.json"): json.loads(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "docs" / "schemas").glob("*.schema.json"))
}
REGISTRY: Registry[Any] = Registry().with_resources(
    (f"{name}.schema.json", Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)
CONSTANTS = {
    "addresses": addresses_command.FORMAT,
    "boundary": boundary_command.FORMAT,
    "backup": portal_command.BACKUP_FORMAT,
    "build": BUILD_FORMAT,
    "catalog": CATALOG_FORMAT,
    "demo": DEMO_FORMAT,
    "doctor": DOCTOR_FORMAT,
    "geocode": GEOCODE_FORMAT,
    "export": catalog_command.FORMAT,
    "grid": grids_command.ADD_FORMAT,
    "grids": grids_command.LIST_FORMAT,
    "harvest": HARVEST_FORMAT,
    "init": INIT_FORMAT,
    "inspection": INSPECTION_FORMAT,
    "kpi": KPI_FORMAT,
    "kpi_figure": FIGURE_FORMAT,
    "kpi_record": kpi_command.RECORD_FORMAT,
    "kpi_submission": SUBMISSION_FORMAT,
    "kpi_submit": SUBMIT_FORMAT,
    "kpi_submitted": SUBMITTED_FORMAT,
    "ledger_check": ledger_command.CHECK_FORMAT,
    "ledger_correction": CORRECTION_FORMAT,
    "ledger_entry": ledger_command.ENTRY_FORMAT,
    "ledger_merge": ledger_command.MERGE_FORMAT,
    "mesh": MESH_FORMAT,
    "new": NEW_FORMAT,
    "outcome": publish_command.FORMAT,
    "places": PLACES_FORMAT,
    "plan": PLAN_FORMAT,
    "releases": portal_command.RELEASES_FORMAT,
    "report": REPORT_FORMAT,
    "reports": REPORTS_FORMAT,
    "restore": portal_command.RESTORE_FORMAT,
    "standard": SHOW_FORMAT,
    "standards": standards_command.LIST_FORMAT,
    "transform": TRANSFORM_FORMAT,
    "status": STATUS_FORMAT,
}
# Each case: name, schema, exit code. The commands run once, in this order, in ``outputs``.
CASES = {
    "demo": ("demo", 0),
    "build": ("build", 0),
    "plan, all new": ("plan", 1),
    "publish": ("outcome", 0),
    "plan, nothing new": ("plan", 0),
    "publish nothing": ("outcome", 0),
    "status, nothing new": ("status", 0),
    "portal releases": ("releases", 0),
    "publish with an unreachable portal": ("outcome", 3),
    "portal backup": ("backup", 0),
    "portal restore": ("restore", 0),
    "status of a change": ("status", 1),
    "build with errors": ("build", 1),
    "build of nothing": ("build", 2),
    "plan of a change": ("plan", 1),
    "validate": ("report", 1),
    "validate a workbook": ("report", 1),
    "validate by a schema": ("report", 1),
    "validate a folder": ("reports", 2),
    "kpi of a strategy": ("kpi", 0),
    "kpi without one": ("kpi", 0),
    "kpi record": ("kpi_record", 0),
    "kpi submit": ("kpi_submit", 0),
    "kpi of what was handed in": ("kpi_submitted", 0),
    "kpi of one figure": ("kpi_figure", 0),
    "kpi against what was handed in": ("kpi", 0),
    "kpi of edited figures": ("kpi_submitted", 1),
    "ledger import": ("ledger_entry", 0),
    "ledger merge": ("ledger_merge", 0),
    "ledger same": ("ledger_correction", 0),
    "ledger annul": ("ledger_correction", 0),
    "kpi with corrections": ("kpi", 0),
    "ledger verify": ("ledger_check", 0),
    "ledger verify an edited line": ("ledger_check", 1),
    "standards list": ("standards", 0),
    "standards list without a workspace": ("standards", 0),
    "standards show": ("standard", 0),
    "doctor": ("doctor", 0),
    "init": ("init", 0),
    "inspect": ("inspection", 0),
    "inspect what is no table": ("inspection", 2),
    "convert": ("build", 1),
    "import addresses": ("addresses", 0),
    "import addresses again": ("addresses", 0),
    "import a boundary": ("boundary", 0),
    "load the places of a workspace": ("places", 0),
    "geocode a file": ("geocode", 1),
    "geocode an address": ("geocode", 0),
    "geocode what is no address": ("geocode", 1),
    "validate with a boundary": ("report", 1),
    "export of the list": ("export", 0),
    "export as DCAT": ("export", 0),
    "harvest of a file": ("harvest", 0),
    "catalog check": ("catalog", 0),
    "catalog check of what was published": ("catalog", 1),
    "new": ("new", 0),
    "new with a schema of its own": ("new", 0),
    "geo grids add": ("grid", 0),
    "geo grids list": ("grids", 0),
    "geo transform": ("transform", 0),
    "geo transform of wrong points": ("transform", 1),
    "geo mesh": ("mesh", 0),
}
Outputs = dict[str, subprocess.CompletedProcess[bytes]]
WAREHOUSES = Path("stockpile_warehouse")


class Office:
    """A workspace in which the commands are run; what each printed is kept by the case's name."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.done: Outputs = {}
        self.environment: dict[str, str] = {}

    def run(self, case: str, *arguments: str | Path, **more: str) -> None:
        """Run one command with ``--format json``, and with more in its environment."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MEGURO_OPENDATA")} | more
        kept["MEGURO_OPENDATA_DATA"] = str(self.home / "data")
        command = [sys.executable, "-m", "meguro_opendata", *map(str, arguments), "--format", "json"]
        self.done[case] = subprocess.run(
            command,
            cwd=self.home,
            env={**kept, **self.environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    def rewrite(self, path: Path, before: str, after: str, encoding: str = "utf-8") -> None:
        """Replace text that must stand in a file of the workspace."""
        file = self.home / "datasets" / path
        text = file.read_bytes().decode(encoding)
        assert before in text
        file.write_bytes(text.replace(before, after).encode(encoding))


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """Every case's finished command, from a working day of an office that starts with the demo's workspace."""
    office = Office(tmp_path_factory.mktemp("office"))
    office.run("standards list without a workspace", "standards", "list")
    office.run("demo", "demo", "--out", "demo")
    shutil.copytree(office.home / "demo" / "datasets", office.home / "datasets")
    (office.home / "datasets" / "ledger.jsonl").unlink()
    office.run("build", "build")
    office.run("plan, all new", "plan", "--out", "plan.json")
    office.run("publish", "publish", "--plan", "plan.json")
    office.run("plan, nothing new", "plan")
    office.run("publish nothing", "publish", "--yes")
    office.run("status, nothing new", "status")
    office.run("portal releases", "portal", "releases", WAREHOUSES.name)
    keep_a_portal(office)
    change_a_dataset(office)
    office.run("status of a change", "status")
    check_tables(office)
    office.run("kpi of a strategy", "kpi", "show", "--fiscal-year", "2025", "--as-of", "2026-03-31", "--lang", "en")
    office.run("kpi without one", "kpi", "show", "--fiscal-year", "1999")
    keep_the_ledger(office)
    hand_in(office)
    edit_a_line(office)
    office.run("standards list", "standards", "list")
    office.run("standards show", "standards", "show", "aed@2020")
    office.run("doctor", "doctor")
    office.run("init", "init", "town", "--municipality", "013030")
    office.run("inspect", "inspect", Path("datasets/emergency_radio/防災行政無線設置一覧.xlsx"))
    (office.home / "x.csv").write_bytes(b"%PDF-1.7")
    office.run("inspect what is no table", "inspect", "x.csv")
    published = Path("demo/releases/preschool/131105_preschool.csv")
    office.run("convert", "convert", published, "--standard", "preschool", "--out", "converted")
    look_for_places(office)
    catalogue(office)
    office.run("new", "new", "nurseries", "--source", published, "--standard", "preschool")
    (office.home / "own.csv").write_text("見本,数\nA,1\n", encoding="utf-8")
    office.run("new with a schema of its own", "new", "own", "--source", "own.csv")
    look_at_places(office)
    return office.done


def catalogue(office: Office) -> None:
    """Export and check the catalogue as it would be, and as a portal without an address on the web has it."""
    office.run("export of the list", "catalog", "export", "--as", "open_data_list", "-o", "list.csv")
    office.run("export as DCAT", "catalog", "export", "--as", "dcat", "-o", "catalog.jsonld")
    office.run("harvest of a file", "harvest", "catalog.jsonld", "-o", "harvested.jsonl")
    office.run("catalog check", "catalog", "check", "--as-of", "2026-04-01")
    office.run("catalog check of what was published", "catalog", "check", "--portal", "folder", "--lang", "en")


def look_at_places(office: Office) -> None:
    """Add a made-up grid, move points by it, and count them by mesh; the user's data lies in the office."""
    grid = par_file(office.home / "touhokutaiheiyouoki2011.par", nodes_around(35.65, 139.7))
    (office.home / "points.csv").write_text("名称,緯度,経度\n例,35.64,139.69\n例,,\n", encoding="utf-8")
    (office.home / "wrong.csv").write_text("名称,緯度,経度\n例,139.69,35.64\n", encoding="utf-8")
    office.environment["MEGURO_OPENDATA_DATA"] = str(office.home / "data")
    columns = ("--first", "緯度", "--second", "経度")
    office.run("geo grids add", "geo", "grids", "add", grid)
    office.run("geo grids list", "geo", "grids", "list")
    ends = ("--from", "EPSG:4301", "--to", "EPSG:6677")
    office.run("geo transform", "geo", "transform", "points.csv", *ends, *columns, "-o", "moved.csv")
    office.run("geo transform of wrong points", "geo", "transform", "wrong.csv", *ends, *columns, "-o", "no.csv")
    office.run("geo mesh", "geo", "mesh", "points.csv", *columns, "-o", "mesh.geojson")


def keep_a_portal(office: Office) -> None:
    """Save and bring back an empty CKAN, and fail to publish to it; real ones are tested elsewhere."""
    empty = {"count": 0, "results": [], "name": "131105", "title": "目黒区"}
    names = json.dumps({"success": True, "result": []})
    with serving(body=json.dumps({"success": True, "result": empty}), bodies={"organization_list": names}) as server:
        workspace_for(office.home / "kept", server.url, "131105")
        there = ("--portal", "lab", "--workspace", office.home / "kept" / "datasets")
        token = {"MEGURO_OPENDATA_TOKEN_LAB": "token"}
        office.run("portal backup", "portal", "backup", "saved", *there, **token)
        office.run("portal restore", "portal", "restore", "saved", "--yes", *there, **token)
        shutil.copytree(office.home / "datasets" / WAREHOUSES, office.home / "kept" / "datasets" / WAREHOUSES)
        office.run("build elsewhere", "build", *there[2:])
        office.run("publish with an unreachable portal", "publish", "--yes", *there)


def change_a_dataset(office: Office) -> None:
    """Build one dataset with an error, without its source, and with fewer files, rows and words."""
    table = WAREHOUSES / "備蓄倉庫一覧.csv"
    recipe = WAREHOUSES / "dataset.yaml"
    content = (office.home / "datasets" / table).read_bytes()
    first = content.decode("cp932").splitlines()[1]
    office.rewrite(table, first, first.replace(first.split(",")[0], "外国", 1), "cp932")
    office.run("build with errors", "build", WAREHOUSES.name)
    (office.home / "datasets" / table).unlink()
    office.run("build of nothing", "build", WAREHOUSES.name)
    (office.home / "datasets" / table).write_bytes(content)
    office.rewrite(table, first + "\r\n", "", "cp932")
    office.rewrite(recipe, "metadata:\n", "formats: [csv]\n\nmetadata:\n  issued: 2026-04-01\n")
    office.rewrite(recipe, "keywords: [防災, 備蓄倉庫]", "keywords: [備蓄]")
    office.run("build again", "build", WAREHOUSES.name)
    office.run("plan of a change", "plan", WAREHOUSES.name)


def look_for_places(office: Office) -> None:
    """Import a gazetteer and a boundary, and look for addresses in them."""
    (office.home / "yaizu.csv").write_bytes(yaizu_blocks())
    (office.home / "square.geojson").write_text(SQUARE_GEOJSON, encoding="utf-8")
    rows = (
        "名称,所在地_連結表記,緯度,経度",
        "見本,静岡県焼津市焼津2-2-1,34.8682,138.3252",
        "見本,焼津市焼津9-1,,",
        "見本,,,",
    )
    (office.home / "places.csv").write_text("\n".join(rows), encoding="utf-8")
    office.run("import addresses", "geo", "import-addresses", "yaizu.csv")
    office.run("import addresses again", "geo", "import-addresses", "yaizu.csv")
    office.run("import a boundary", "geo", "import-boundary", "square.geojson")
    profile = office.home / "datasets" / "opendata.toml"
    before = profile.read_bytes()
    (office.home / "datasets" / "yaizu.csv").write_bytes(yaizu_blocks())
    profile.write_bytes(before + b'\n[places]\naddresses = ["yaizu.csv"]\n')
    office.run("load the places of a workspace", "geo", "setup")
    profile.write_bytes(before)
    office.run("geocode a file", "geo", "geocode", "places.csv")
    office.run("geocode an address", "geo", "geocode", "--address", "目黒区上目黒2-19-15")
    office.run("geocode what is no address", "geo", "geocode", "--address", "x")
    office.run("validate with a boundary", "validate", "places.csv", "--standard", "aed")


def keep_the_ledger(office: Office) -> None:
    """Import a portal's past, and check the ledger."""
    case = ("opendata.use_cases", "--value", "1", "--evidence", "https://example.jp/", "--date", "2025-07-01")
    office.run("kpi record", "kpi", "record", *case, "--recorder", "係")
    office.run("ledger import", "ledger", "import", "--portal", "folder")
    office.run("ledger merge", "ledger", "merge")
    office.run("ledger same", "ledger", "same", WAREHOUSES.name, "preschool", "--reason", "改名", "--recorder", "係")
    office.run("ledger annul", "ledger", "annul", "1", "--reason", "誤り", "--recorder", "係", "--at", "2020-05-01")
    office.run("kpi with corrections", "kpi", "show")
    office.run("ledger verify", "ledger", "verify")


def hand_in(office: Office) -> None:
    """Hand in a quarter, look at it after a correction, and look again after somebody edited what was kept."""
    office.run(
        "kpi submit", "kpi", "submit", "--fiscal-year", "2025", "--quarter", "2", "--approval", "1", "--recorder", "係"
    )
    correction = ("opendata.use_cases", "--value", "2", "--evidence", "https://example.jp/2", "--date", "2025-08-01")
    office.run("a correction", "kpi", "record", *correction, "--recorder", "係")
    office.run("kpi of what was handed in", "kpi", "show", "--submitted", "2025Q2")
    office.run("kpi of one figure", "kpi", "show", "--fiscal-year", "2025", "--indicator", "opendata.use_cases")
    office.run("kpi against what was handed in", "kpi", "show", "--fiscal-year", "2025")
    kept = Path("submitted") / "2025Q2" / "figures.json"
    shutil.copy(office.home / "datasets" / kept, office.home / "figures.json")
    office.rewrite(kept, '"approval": "1"', '"approval": "2"')
    office.run("kpi of edited figures", "kpi", "show", "--submitted", "2025Q2")


def edit_a_line(office: Office) -> None:
    """Edit a line of the ledger by hand, and check it."""
    office.rewrite(Path("ledger.jsonl"), '"rows": 65', '"rows": 66')
    office.run("ledger verify an edited line", "ledger", "verify")


def check_tables(office: Office) -> None:
    """Check a table, a workbook and a table with a schema of its own."""
    (office.home / "aed.csv").write_text('ID,緯度,独自\n"Ａ\n1",35.6\n1,99,x,y\n', encoding="utf-8")
    schema = {"fields": [{"name": "ID", "type": "integer"}, {"name": "緯度", "type": "number"}]}
    (office.home / "own.json").write_text(json.dumps(schema), encoding="utf-8")
    workbook = Path("datasets") / "emergency_radio" / "防災行政無線設置一覧.xlsx"
    office.run("validate", "validate", "aed.csv", "--standard", "aed", "--html", "report.html")
    office.run("validate a workbook", "validate", workbook, "--standard", "emergency_radio", "--lang", "en")
    office.run("validate by a schema", "validate", "aed.csv", "--schema", "own.json", "--engine", "frictionless")
    many = office.home / "many"
    many.mkdir()
    shutil.copy(office.home / "demo" / "releases" / "preschool" / "131105_preschool.csv", many)
    (many / "none.csv").write_text("色,形\n赤,丸\n", encoding="utf-8")
    (many / "map.pdf").write_bytes(b"%PDF-1.7")
    office.run("validate a folder", "validate", "many", "aed.csv", "--lang", "en")


def printed(done: subprocess.CompletedProcess[bytes]) -> dict[str, Any]:
    """The one JSON value on stdout."""
    loaded: dict[str, Any] = json.loads(done.stdout)
    return loaded


def validator(name: str) -> Draft202012Validator:
    """The validator of one schema, which finds the others that it refers to; dates and other formats are checked."""
    return Draft202012Validator(SCHEMAS[name], registry=REGISTRY, format_checker=Draft202012Validator.FORMAT_CHECKER)


def faults(name: str, value: object) -> list[str]:
    """Where and why a value does not fit a schema."""
    return [f"{error.json_path}: {error.message[:200]}" for error in validator(name).iter_errors(value)]


@pytest.mark.parametrize("case", CASES)
def test_what_is_printed_fits_its_schema(case: str, outputs: Outputs) -> None:
    """Stdout is one JSON value of the promised form; the exit code says how it went."""
    schema, code = CASES[case]
    done = outputs[case]
    assert (done.returncode, b"Traceback" in done.stderr) == (code, False), done.stderr.decode("utf-8", "replace")
    assert printed(done)["format"] == CONSTANTS[schema]
    assert faults(schema, printed(done)) == []


@pytest.mark.parametrize("case", CASES)
def test_nothing_but_the_promised_is_accepted(case: str, outputs: Outputs) -> None:
    """Each schema notices a key too many, a key too few and another version, so the test above can fail."""
    schema, _ = CASES[case]
    value = printed(outputs[case])
    for key in value:
        assert faults(schema, {name: part for name, part in value.items() if name != key}) != []
    assert faults(schema, {**value, "unexpected": 1}) != []
    assert faults(schema, {**value, "format": value["format"].replace("@1", "@2")}) != []


def test_the_kept_figures_fit_their_schema(outputs: Outputs) -> None:
    """The file that a submission leaves is what is promised, and what ``--submitted`` prints."""
    kept = printed(outputs["kpi of what was handed in"])["kept"]
    folder = Path(printed(outputs["kpi submit"])["submission"]["folder"])
    assert json.loads((folder.parent.parent.parent / "figures.json").read_text(encoding="utf-8")) == kept
    assert faults("kpi_submission", kept) == []
    assert faults("kpi_submission", {**kept, "unexpected": 1}) != []
    changed = printed(outputs["kpi against what was handed in"])["differences"]
    assert {"indicator": "opendata.use_cases", "submitted": 1, "same_day": 3, "now": 3}.items() <= changed[-1].items()
    assert printed(outputs["kpi of edited figures"])["submission"]["faults"] == [
        {"kind": "edited", "file": "figures.json"}
    ]


def test_the_cases_are_what_they_are_called(outputs: Outputs) -> None:
    """The day brings up the rarer parts of the formats: errors, waivers, changed metadata, files left over."""
    failed = printed(outputs["build with errors"])["releases"][0]
    assert (failed["published"], failed["report"]["valid"]) == (False, False)
    assert printed(outputs["build of nothing"])["releases"] == []
    reports = [release["report"] for release in printed(outputs["build"])["releases"]]
    assert any("waived" in found for report in reports for found in report["findings"])
    (change,) = printed(outputs["plan of a change"])["changes"]
    assert {part["field"] for part in change["metadata"]} == {"extras.issued", "tags"}
    assert {part["action"] for part in change["resources"]} == {"update", "orphaned"}
    assert change["resources"][0]["rows"] == {"before": 20, "after": 19, "added": 0, "changed": 0, "removed": 1}
    statuses = {figure["status"] for figure in printed(outputs["kpi without one"])["indicators"]}
    assert statuses == {"no_target"}


@pytest.mark.parametrize("case", ["validate", "validate a workbook", "validate by a schema", "build with errors"])
def test_a_report_counts_what_it_lists(case: str, outputs: Outputs) -> None:
    """Counts, verdict and list of a report say the same."""
    value = printed(outputs[case])
    report = value["releases"][0]["report"] if "releases" in value else value
    listed = [found["severity"] for found in report["findings"]]
    assert {severity: listed.count(severity) for severity in report["counts"]} == report["counts"]
    assert report["valid"] is (report["counts"]["error"] == 0) is False
    ended = "unmatched-header" in {finding["code"] for finding in report["findings"]}
    assert report["rows"] > 0
    assert report["rows_checked"] == (0 if ended else report["rows"])


@pytest.mark.parametrize(
    "changed",
    [
        {"severity": "fatal"},
        {"check": "type-error", "severity": "info"},
        {"waived": "理由"},
        {"cell": "5I"},
        {"row": 0},
        {"message": ""},
        {"params": {}},
    ],
)
def test_a_finding_that_contradicts_itself_does_not_fit(changed: dict[str, Any], outputs: Outputs) -> None:
    """Severities, places and waivers of a finding are checked, not only its keys."""
    report = printed(outputs["validate a workbook"])
    (found,) = [found for found in report["findings"] if found["severity"] == "error"][:1]
    assert faults("report", {**report, "findings": [found]}) == []
    assert faults("report", {**report, "findings": [{**found, **changed}]}) != []


def test_files_hold_the_same_forms(outputs: Outputs) -> None:
    """The plan that ``--out`` writes is the one that is printed; a release's ``report.json`` is its report."""
    release = printed(outputs["build"])["releases"][0]
    (report,) = (Path(file["path"]) for file in release["files"] if file["path"].endswith("report.json"))
    assert json.loads(report.read_text(encoding="utf-8")) == release["report"]
    office = Path(printed(outputs["demo"])["workspace"]).parent.parent
    assert json.loads((office / "plan.json").read_text(encoding="utf-8")) == printed(outputs["plan, all new"])


@pytest.mark.parametrize(
    "arguments", [["validate", "none.csv", "--standard", "aed"], ["standards", "show", "nonsense"]]
)
def test_without_a_result_stdout_is_empty(arguments: list[str], tmp_path: Path) -> None:
    """What goes wrong is told on stderr; a program that reads stdout gets no half JSON."""
    office = Office(tmp_path)
    office.run("wrong", *arguments)
    assert (office.done["wrong"].returncode, office.done["wrong"].stdout) == (2, b"")
    assert office.done["wrong"].stderr


@pytest.mark.parametrize("name", CONSTANTS)
def test_the_schemas_format_is_the_codes(name: str) -> None:
    """The constant in the code, the const in the schema and the schema's file name agree."""
    assert SCHEMAS[name]["properties"]["format"]["const"] == CONSTANTS[name] == f"meguro-opendata/{name}@1"


def test_every_format_has_a_schema_and_every_schema_a_case() -> None:
    """No format of the code is without a schema, no schema lies unused; kept figures have a test of their own."""
    sources = [*(ROOT / "meguro_opendata").rglob("*.py"), *(ROOT / "cli").rglob("*.py")]
    written = {name for path in sources for name in re.findall(r'"meguro-opendata/(\w+)@', path.read_text("utf-8"))}
    assert set(SCHEMAS) == written == set(CONSTANTS) == {"kpi_submission", *(schema for schema, _ in CASES.values())}


def parts(schema: dict[str, Any], path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema inside a schema that says what a value is, with its place."""
    yield path, schema
    for group in ("properties", "$defs"):
        for name, inner in schema.get(group, {}).items():
            yield from parts(inner, f"{path}.{name}")
    for name in ("items", "additionalProperties"):
        if isinstance(schema.get(name), dict):
            yield from parts(schema[name], f"{path}.{name}")


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_valid_strict_and_described(name: str) -> None:
    """Each is a sound schema with a title; objects of our own are closed, and every property says what it means."""
    schema = copy.deepcopy(SCHEMAS[name])
    Draft202012Validator.check_schema(schema)
    assert schema["title"]
    assert schema["description"]
    for path, part in parts(schema):
        if "properties" in part:
            assert part["additionalProperties"] is False, path
            assert set(part["required"]) <= set(part["properties"]), path
            assert all(len(inner.get("description", "")) > 5 for inner in part["properties"].values()), path
        elif part.get("type") == "object":
            assert path.endswith((".package", ".schema")) or "additionalProperties" in part, path


def test_the_reports_on_many_files_count_what_they_list(outputs: Outputs) -> None:
    """Each file is checked by its own standard; the summary's figures are those of the lists."""
    many = printed(outputs["validate a folder"])
    summary = many["summary"]
    assert [report["standard"]["id"] for report in many["reports"]] == ["preschool"]
    assert [len(many[name]) for name in ("reports", "unreadable", "passed_over")] == [1, 2, 1]
    assert (summary["files"], summary["invalid"], summary["unreadable"], summary["passed_over"]) == (3, 1, 2, 1)
    assert summary["counts"] == many["reports"][0]["counts"]
    assert summary["rows"] == summary["rows_checked"] == many["reports"][0]["rows"]
