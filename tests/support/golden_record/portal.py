"""A real CKAN that is written to, and how a profile names it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import ckanapi
from golden_record.inputs import CITY, LIST, PROFILE
from golden_record.steps import Edit, Scenario, Step, edit, four, texts

Call = Callable[..., Any]
ORGANISATION = "golden"
_NAMES = ("golden-emergency_radio", "golden-open_data_list", "golden-preschool", "golden-stockpile_warehouse")


def portals(url: str) -> str:
    """Return the part of a profile that names a CKAN, and one behind an address that is not secure."""
    lab = (
        f'[portals.lab]\nkind = "ckan"\nurl = "{url}"\norganization = "{ORGANISATION}"\nname_rule = "golden-{{slug}}"\n'
    )
    return lab + '[portals.plain]\nkind = "ckan"\nurl = "http://ckan.invalid"\norganization = "golden"\n'


def ckan(url: str, token: str) -> Scenario:
    """A real CKAN: published twice, changed by hand, saved, emptied and brought back."""
    call = partial(_called, url, token)
    return Scenario("ckan", list(_ckan_steps(url, call)), {"MEGURO_OPENDATA_TOKEN_LAB": token})


def _ckan_steps(url: str, call: Call) -> Iterator[Step]:
    yield lambda _: _empty(call)
    yield lambda _: call("organization_create", name=ORGANISATION, title="試験の組織（架空の例）")
    yield from (CITY, edit(PROFILE, "[guards]", portals(url) + "\n[guards]"), "build")
    yield from texts("status --portal lab", "doctor", "plan --portal lab")
    yield "plan --portal lab --out plan.json --html plan.html --format json"
    yield from ("publish --portal lab --plan plan.json", _shown(call, "first.json"))
    yield from (*texts("publish --portal lab --yes"), "publish --portal lab --yes --format json")
    yield from (_shown(call, "second.json"), *four("status --portal lab", "plan --portal lab"))
    yield lambda _: call("package_patch", id="golden-stockpile_warehouse", maintainer_email="bosai@example.org")
    yield from (edit(LIST, "R3", "R4", "cp932"), "build stockpile_warehouse", *four("plan --portal lab"))
    yield from (*texts("publish --portal lab --yes"), _shown(call, "changed.json"))
    yield lambda _: call("package_patch", id="golden-preschool", title="手で変えた題")
    yield from (*four("plan --portal lab", "status --portal lab"), "publish --portal lab --yes")
    yield from (*texts("plan --portal lab --overwrite preschool"), "publish --portal lab --yes --overwrite preschool")
    yield from (*texts("portal backup saved --portal lab"), "portal snapshot --portal lab -o state.json")
    yield from ("plan --portal lab --portal-state state.json", "catalog check --portal lab")
    yield from (f"catalog export --as {shape} --portal lab -o {shape}" for shape in ("dcat", "ckan", "open_data_list"))
    yield from (f"harvest {url} --organization golden -o h.jsonl {more}" for more in ("", "--allow-private"))
    yield from ("ledger import --portal lab", "ledger verify", "kpi show", "portal releases preschool")
    yield from (
        *texts("plan --portal lab --remove golden-preschool"),
        "publish --portal lab --yes --remove golden-preschool",
    )
    yield from (_shown(call, "removed.json"), *texts("status --portal lab"))
    yield from (lambda _: _empty(call, organisation=False), "portal restore saved --portal lab --yes --format json")
    yield from (_shown(call, "restored.json"), "portal restore saved --portal lab --yes --lang en")
    yield lambda _: _empty(call)


def _called(url: str, token: str, action: str, **data: Any) -> Any:
    with ckanapi.RemoteCKAN(url, apikey=token) as remote:
        return remote.call_action(action, data)


def _held(call: Call) -> list[str]:
    """Return the names of the organisation's datasets."""
    asked = {"fq": f"organization:{ORGANISATION}", "rows": 1000, "include_private": True, "include_drafts": True}
    return sorted(part["name"] for part in call("package_search", **asked)["results"])


def _empty(call: Call, *, organisation: bool = True) -> None:
    """Take the datasets away for good, those that were only deleted as well, and the organisation."""
    there = ORGANISATION in call("organization_list")
    for name in {*_NAMES, *(_held(call) if there else ())}:
        with suppress(ckanapi.NotFound):
            call("dataset_purge", id=name)
    if there and organisation:
        call("organization_purge", id=ORGANISATION)


def _shown(call: Call, name: str) -> Edit:
    """Return the step that writes what the CKAN tells of every dataset."""

    def step(folder: Path) -> None:
        shown = [call("package_show", id=dataset) for dataset in _held(call)]
        text = json.dumps(shown, ensure_ascii=False, indent=1, sort_keys=True)
        (folder / name).write_text(text, encoding="utf-8")

    return step
