"""Kinds of files in a workspace: what people and programs write there, and which commands read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath

from fuzz.cases import Kind, Mutator
from fuzz.mutators import TEXT
from fuzz.structures import JSON, JSON_LINES, TOML, YAML
from fuzz.workspace import whole_workspace

__all__ = ["DATA"]

_IN = ("--workspace", "{workspace}/city")
_BUILD = ("build", *_IN)
_PLAN = ("plan", *_IN)
_KPI = ("kpi", "show", "--fiscal-year", "2025", *_IN)
_VERIFY = ("ledger", "verify", *_IN)
_CHECK = ("catalog", "check", *_IN)
_OUT = "{workspace}/out"
_PUBLISH = ("publish", "--plan", "{workspace}/plan.json", *_IN)
_GUARDED = frozenset({0, 1, 2, 4})
_STORED = frozenset({0, 1, 2, 3})  # a file name that the system does not take cannot be read
_TABLE = "{workspace}/city/preschool/保育所利用枠空き状況_20250601.csv"


def _kind(
    name: str,
    place: str,
    mutators: Sequence[Mutator],
    commands: Sequence[tuple[str, ...]],
    codes: frozenset[int] = frozenset({0, 1, 2}),
) -> Kind:
    return Kind(name, partial(_seed, place), mutators, commands, place, codes=codes)


def _seed(place: str) -> Mapping[str, bytes]:
    return {PurePosixPath(place).name: (whole_workspace() / place).read_bytes()}


DATA = (
    _kind("recipe", "city/stockpile_warehouse/dataset.yaml", YAML, (
        _BUILD, ("build", "stockpile_warehouse", *_IN), _PLAN, _CHECK,
    )),
    _kind("recipe_of_standard", "city/preschool/dataset.yaml", YAML, (_BUILD, ("build", "preschool", *_IN))),
    _kind("settings", "city/opendata.toml", TOML, (_BUILD, _PLAN, _KPI, ("status", *_IN)), _STORED),
    _kind("strategy", "city/strategy/2025.yaml", YAML, (
        _KPI, ("kpi", "report", "-o", _OUT + ".html", "--fiscal-year", "2025", *_IN),
    )),
    _kind("coverage", "city/coverage.yaml", YAML, (_KPI,)),
    _kind("ledger", "city/ledger.jsonl", JSON_LINES, (
        _VERIFY, ("ledger", "verify", "--repair", *_IN), _KPI, _PLAN, _PUBLISH,
    ), _GUARDED),
    _kind("plan", "plan.json", JSON, (_PUBLISH,), _GUARDED),
    _kind("descriptor", "releases/stockpile_warehouse/datapackage.json", JSON, (
        _PLAN, ("status", *_IN), _CHECK, ("catalog", "export", "--as", "dcat", "-o", _OUT, *_IN),
    ), _STORED),
    _kind("dump", "dump.jsonl", JSON_LINES, (
        ("harvest", "{file}", "-o", _OUT),
        ("ledger", "import", "{file}", *_IN),
        ("catalog", "check", "--from", "{file}", *_IN),
        *(
            ("catalog", "export", "--as", form, "--from", "{file}", "-o", _OUT, *_IN)
            for form in ("dcat", "ckan", "open_data_list")
        ),
    )),
    _kind("snapshot", "snapshot.json", JSON, (("plan", "--portal-state", "{file}", *_IN),)),
    _kind("schema", "city/stockpile_warehouse/schema.json", JSON, (
        _BUILD,
        ("validate", _TABLE, "--schema", "{file}"),
        ("validate", _TABLE, "--schema", "{file}", "--specification"),
    )),
    _kind("package", "package/datapackage.json", JSON, (
        ("validate", "{file}"), ("validate", "{file}", "--specification"),
    )),
    _kind("mapping_sheet", "city/by_sheet/mapping.csv", TEXT, (("build", "by_sheet", *_IN),)),
    _kind("table", "city/stockpile_warehouse/備蓄倉庫一覧.csv", TEXT, (("build", "stockpile_warehouse", *_IN),)),
)  # fmt: skip
