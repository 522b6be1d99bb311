"""A whole data package: tables with schemas and dialects, keys between them, and descriptors that must be refused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from meguro_opendata.errors import ConfigurationError
from meguro_opendata.reports.overview import Overview
from meguro_opendata.validation import Engine
from meguro_opendata.validation.datapackage import is_package, validate_package

Write = Callable[..., Path]
FACILITY = {
    "name": "facility",
    "path": "data/facility.csv",
    "schema": {"fields": [{"name": "id", "type": "string"}, {"name": "名称", "type": "string"}], "primaryKey": "id"},
}
ROOM = {
    "name": "room",
    "path": "data/room.csv",
    "schema": {
        "fields": [{"name": "室", "type": "string"}, {"name": "施設", "type": "string"}],
        "foreignKeys": [{"fields": "施設", "reference": {"resource": "facility", "fields": "id"}}],
    },
}
FILES = {"data/facility.csv": "id,名称\n01,あ館\n02,い館\n", "data/room.csv": "室,施設\nA,01\nB,09\n"}


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a descriptor of some resources, and files beside it; its path."""

    def written(*resources: Any, files: dict[str, str | bytes] | None = None, **more: Any) -> Path:
        for name, text in {**FILES, **(files or {})}.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text if isinstance(text, bytes) else text.encode())
        path = tmp_path / "datapackage.json"
        path.write_text(json.dumps({"resources": list(resources), **more}, ensure_ascii=False), encoding="utf-8")
        return path

    return written


def told(overview: Overview) -> dict[str, list[tuple[str, int | None]]]:
    """Code and row of each finding, by the name of the file."""
    return {
        Path(report.file).name: [(found.code, found.row) for found in report.findings] for report in overview.reports
    }


@pytest.mark.parametrize("engine", get_args(Engine))
@pytest.mark.parametrize("by", [False, True])
@pytest.mark.parametrize(
    "version",
    [{}, {"profile": "tabular-data-package"}, {"$schema": "https://datapackage.org/profiles/2.0/datapackage.json"}],
)
def test_every_table_and_the_keys_between_them_are_checked(
    engine: Engine, by: bool, version: dict[str, str], write: Write
) -> None:
    """In the order of the resources, whatever version the descriptor is of."""
    overview = validate_package(write(FACILITY, ROOM, **version), engine, specification=by)
    assert told(overview) == {"facility.csv": [], "room.csv": [("foreign-key", 3)]}
    assert overview.exit_code == 1


def test_a_resource_may_refer_to_itself_by_its_own_name(write: Write) -> None:
    """As by an empty name."""
    key = [{"fields": ["親"], "reference": {"resource": "unit", "fields": ["id"]}}]
    unit = {
        "name": "unit",
        "path": "unit.csv",
        "schema": {"fields": [{"name": "id"}, {"name": "親"}], "foreignKeys": key},
    }
    overview = validate_package(write(unit, files={"unit.csv": "id,親\n1,\n2,1\n3,9\n"}))
    assert told(overview) == {"unit.csv": [("foreign-key", 4)]}


TWO = {"fields": [{"name": "a", "type": "string"}, {"name": "n", "type": "integer"}]}


@pytest.mark.parametrize(
    ("dialect", "text", "rows"),
    [
        ({"delimiter": ";"}, "a;n\nx,y;1\nz;w\n", [3]),
        ({"csv": {"delimiter": ";"}}, "a;n\nx;1\nz;w\n", [3]),
        ({"delimiter": "|", "quoteChar": "'"}, "a|n\n'x|y'|1\nz|w\n", [3]),
        ({"quoteChar": None}, 'a,n\n"x,1\nz,w\n', [3]),
        ({"commentChar": "#"}, "# 注\na,n\n#x,\nx,1\nz,w\n", [5]),
        ({"commentRows": [1, 3]}, "表題\na,n\n単位,人\nx,1\nz,w\n", [5]),
        ({"header": False}, "x,1\nz,w\n", [2]),
        ({"headerRows": [2]}, "表題,\na,n\nx,1\nz,w\n", [4]),
        ({"skipInitialSpace": True, "escapeChar": "\\", "doubleQuote": False}, "a, n\nx\\,y, 1\nz, w\n", [3]),
        ({"delimiter": "\t"}, "a\tn\nx;y,z\t1\nz\tw\n", [3]),
        ({}, "a,n\nx;y;z,1\nz;y;z,w\n", [3]),
    ],
    ids=lambda given: json.dumps(given, ensure_ascii=False)[:40],
)
@pytest.mark.parametrize("where", ["descriptor", "file"])
def test_the_dialect_is_obeyed(dialect: dict[str, Any], text: str, rows: list[int], where: str, write: Write) -> None:
    """However the file is cut, the record in which the number is none is named; also with the dialect in a file."""
    given = dialect if where == "descriptor" else "dialect.json"
    one = {"name": "t", "path": "t.csv", "schema": TWO, **({"dialect": given} if dialect or where == "file" else {})}
    overview = validate_package(write(one, files={"t.csv": text, "dialect.json": json.dumps(dialect)}))
    assert told(overview) == {"t.csv": [("type-integer", row) for row in rows]}
    assert overview.reports[0].header == ("a", "n")


def test_header_lines_are_joined(write: Write) -> None:
    """By the sign that the dialect names."""
    dialect = {"headerRows": [1, 2], "headerJoin": "_"}
    schema = {"fields": [{"name": "人口_男"}, {"name": "女", "type": "integer"}]}
    one = {"name": "t", "path": "t.csv", "schema": schema, "dialect": dialect}
    overview = validate_package(write(one, files={"t.csv": "人口,\n男,女\n1,x\n"}))
    assert overview.reports[0].header == ("人口_男", "女")
    assert told(overview) == {"t.csv": [("type-integer", 3)]}


@pytest.mark.parametrize("declared", ["cp932", "Shift_JIS", None])
def test_the_encoding_is_the_declared_one(declared: str | None, write: Write) -> None:
    """Or, where none is declared, the one that fits."""
    one = {"name": "t", "path": "t.csv", "schema": TWO, **({"encoding": declared} if declared else {})}
    overview = validate_package(write(one, files={"t.csv": "a,n\n日本,1\n".encode("cp932")}))
    assert overview.exit_code == 0


def test_size_and_checksum_are_compared(write: Write) -> None:
    """What the descriptor says of a file that it does not describe any more is an error."""
    raw = FILES["data/facility.csv"].encode()
    right = {"bytes": len(raw), "hash": f"sha256:{hashlib.sha256(raw).hexdigest()}"}
    assert told(validate_package(write({**FACILITY, **right}))) == {"facility.csv": []}
    wrong = {"bytes": 1, "hash": "0" * 32}
    assert told(validate_package(write({**FACILITY, **wrong}))) == {
        "facility.csv": [("package-bytes", None), ("package-hash", None)]
    }
    odd = validate_package(write({**FACILITY, "hash": "crc7:12"}))
    assert [one.constraint for one in odd.reports[0].not_checked] == ["hash crc7"]


@pytest.mark.parametrize(
    ("resource", "place", "code"),
    [
        ({"name": "t", "path": "../t.csv"}, "resources.0.path", "package-outside"),
        ({"name": "t", "path": "a/../../t.csv"}, "resources.0.path", "package-outside"),
        ({"name": "t", "path": "a\\..\\..\\t.csv"}, "resources.0.path", "package-outside"),
        ({"name": "t", "path": "/etc/hosts"}, "resources.0.path", "package-outside"),
        ({"name": "t", "path": "C:\\t.csv"}, "resources.0.path", "package-outside"),
        ({"name": "t", "path": "\\\\server\\t.csv"}, "resources.0.path", "package-outside"),
        ({"name": "t", "path": "link/t.csv"}, "resources.0.path", "package-outside"),
        ({"name": "t", "path": "https://example.com/t.csv"}, "resources.0.path", "package-url"),
        ({"name": "t", "path": "file:t.csv"}, "resources.0.path", "package-url"),
        ({"name": "t", "path": "data:text/csv,a"}, "resources.0.path", "package-url"),
        ({"name": "t", "path": "t\u0000.csv"}, "resources.0.path", "package-path"),
        ({"name": "t", "path": []}, "resources.0.path", "package-path"),
        ({"name": "t", "path": ["t.csv", 1]}, "resources.0.path", "package-path"),
        ({"name": "t", "path": "t.csv", "schema": "../s.json"}, "resources.0.schema", "package-outside"),
        ({"name": "t", "path": "t.csv", "schema": "http://example.com/s.json"}, "resources.0.schema", "package-url"),
        ({"name": "t", "path": "t.csv", "dialect": "/d.json"}, "resources.0.dialect", "package-outside"),
        (
            {"name": "t", "path": "t.csv", "dialect": {"delimiter": ";;"}},
            "resources.0.dialect.delimiter",
            "package-dialect-value",
        ),
        (
            {"name": "t", "path": "t.csv", "dialect": {"header": 1}},
            "resources.0.dialect.header",
            "package-dialect-value",
        ),
        (
            {"name": "t", "path": "t.csv", "dialect": {"headerRows": [0]}},
            "resources.0.dialect.headerRows",
            "package-dialect-value",
        ),
        (
            {"name": "t", "path": "t.csv", "schema": {"fields": [{}]}},
            "resources.0.fields.0",
            "schema-field-without-name",
        ),
        ({"name": "t", "path": "t.csv", "schema": "no.json"}, "resources.0.-", "file-missing"),
        ({"path": "t.csv"}, "resources.0.name", "package-resource-name"),
        ({"name": "t"}, "resources.0", "package-path-or-data"),
        ({"name": "t", "path": "t.csv", "data": []}, "resources.0", "package-path-or-data"),
        ("t.csv", "resources.0", "package-resource"),
    ],
    ids=lambda given: json.dumps(given)[:60],
)
def test_a_bad_descriptor_is_refused_with_its_place(
    resource: Any, place: str, code: str, write: Write, tmp_path: Path
) -> None:
    """Nothing is read that lies outside of the folder, or in a network; each fault is named with where it is."""
    outside = tmp_path.parent / f"{tmp_path.name}-outside"
    outside.mkdir(exist_ok=True)
    (outside / "t.csv").write_text("a\n1\n", encoding="utf-8")
    if not (tmp_path / "link").exists():
        (tmp_path / "link").symlink_to(outside, target_is_directory=True)
    with pytest.raises(ConfigurationError) as refused:
        validate_package(write(resource, files={"t.csv": "a\n1\n"}))
    assert [(fault.path, fault.code) for fault in refused.value.faults] == [(place, code)]
    assert refused.value.text("ja")
    assert refused.value.text("en")
    assert refused.value.exit_code == 2


@pytest.mark.parametrize(
    "text", ["[]", "{}", '{"resources": {}}', '{"resources": []}', "{", '{"resources": NaN', "\ufeff{"]
)
def test_what_is_no_descriptor_is_refused(text: str, tmp_path: Path) -> None:
    """With a message, whatever is in the file."""
    path = tmp_path / "datapackage.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError):
        validate_package(path)


def test_keys_to_nothing_are_faults_of_the_descriptor(write: Write) -> None:
    """A resource that is not there, a field that its schema lacks, and two resources of one name."""
    lost = {**ROOM, "name": "lost", "schema": {**ROOM["schema"], "foreignKeys": [  # type: ignore[dict-item]
        {"fields": ["施設"], "reference": {"resource": "facilities", "fields": ["id"]}},
        {"fields": ["施設"], "reference": {"resource": "facility", "fields": ["番号"]}},
    ]}}  # fmt: skip
    with pytest.raises(ConfigurationError) as refused:
        validate_package(write(FACILITY, lost))
    assert [fault.code for fault in refused.value.faults] == [
        "package-reference-unknown-near",
        "schema-reference-unknown",
    ]
    with pytest.raises(ConfigurationError) as refused:
        validate_package(write(FACILITY, FACILITY))
    assert [fault.code for fault in refused.value.faults] == ["package-resource-twice"]


def test_what_cannot_be_checked_is_named_and_the_rest_is(write: Write) -> None:
    """A missing file, data in the descriptor, several files; a key to one of them is named as not checked."""
    gone = {**FACILITY, "path": "gone.csv"}
    inline = {"name": "inline", "data": [["a"], [1]], "schema": TWO}
    parts = {"name": "parts", "path": ["a.csv", "b.csv"], "schema": TWO}
    picture = {"name": "picture", "path": "a.png"}
    overview = validate_package(write(gone, ROOM, inline, parts, picture))
    assert [one.code for one in overview.unchecked] == ["package-file-missing", "package-inline", "package-parts"]
    assert [(Path(one.file).name, one.reason) for one in overview.passed_over] == [("a.png", "no-schema")]
    assert told(overview) == {"room.csv": []}
    assert [(one.constraint, one.reason) for one in overview.reports[0].not_checked] == [
        ("foreignKeys: facility", "unchecked-reference")
    ]
    assert overview.exit_code == 2


def test_a_descriptor_is_known_by_its_name_or_its_resources(tmp_path: Path) -> None:
    """Other JSON is none."""
    for name, text, known in (
        ("a.json", '{"resources": []}', True),
        ("b.json", '{"fields": []}', False),
        ("c.json", "{", False),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert is_package(tmp_path / name) is known
    assert is_package(tmp_path / "datapackage.json")


def test_the_command_checks_a_package(command: Any, write: Write, tmp_path: Path) -> None:
    """JSON as of many files, pages and workbooks into folders; options for one schema are refused."""
    path = write(FACILITY, {**ROOM, "dialect": {"commentChar": "#"}}, files={"data/room.csv": "# 注\n室,施設\nA,09\n"})
    ran = command("validate", path, "--format", "json", "--html", tmp_path / "pages", "--xlsx", tmp_path / "books")
    assert (ran.code, json.loads(ran.out)["format"]) == (
        2,
        "meguro-opendata/reports@1",
    )  # of one no workbook can be made
    assert sorted(one.name for one in (tmp_path / "pages").iterdir()) == [
        "1_facility.html",
        "2_room.html",
        "index.html",
    ]
    assert str(tmp_path) not in (tmp_path / "pages" / "2_room.html").read_text(encoding="utf-8")
    assert command("validate", path).code == 1
    assert command("validate", path, "--specification").code == 1
    for option in (("--standard", "aed"), ("--table", "a=b.csv"), ("--personal",)):
        assert command("validate", path, *option).code == 2
