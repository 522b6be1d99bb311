"""A dump of CKAN's packages is exported to CKAN's form as it came: nothing is lost, nothing is added."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from locations import ROOT

from meguro_opendata.catalog.forms.files import catalog_bytes
from meguro_opendata.catalog.harvest import harvest_file
from meguro_opendata.workspace.city import open_workspace

CITY = open_workspace(ROOT / "datasets").city
Command = Callable[..., Any]

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=6)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXTS, inner, max_size=2),
    max_leaves=4,
)
# What another portal can have added anywhere.
MORE = st.dictionaries(TEXTS.map("x_".__add__), JSON, max_size=3)
IDS = st.none() | st.uuids().map(str)
TIMES = (
    st.none() | st.datetimes().map(lambda time: time.isoformat()) | st.sampled_from(["", "昨日", "1965-12-31T15:00"])
)


def objects(**known: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """An object with some known keys, other keys, and all of them in any order."""
    return st.tuples(st.fixed_dictionaries({}, optional=known), MORE).flatmap(
        lambda pair: st.permutations([*pair[0].items(), *pair[1].items()]).map(dict)
    )


NAMED = objects(id=IDS, display_name=TEXTS, title=TEXTS, state=TEXTS).map(lambda part: {**part, "name": "防災"})
EXTRAS = objects(state=TEXTS).map(lambda part: {"key": "k", "value": "v", **part})
RESOURCES = objects(
    id=IDS, name=TEXTS, url=TEXTS, format=TEXTS, size=JSON, hash=TEXTS, created=TIMES, last_modified=TIMES
)
PACKAGES = objects(
    id=IDS,
    title=TEXTS,
    notes=st.none() | TEXTS,
    license_id=st.none() | TEXTS,
    private=st.booleans(),
    metadata_created=TIMES,
    metadata_modified=TIMES,
    organization=st.none() | NAMED,
    tags=st.lists(NAMED, max_size=2),
    groups=st.lists(NAMED, max_size=2),
    extras=st.lists(EXTRAS, max_size=2),
).flatmap(lambda part: st.lists(RESOURCES, max_size=3).map(lambda files: {"name": "aed", **part, "resources": files}))


def lines(data: bytes) -> list[str]:
    """Each line as JSON with its keys in their order."""
    return [json.dumps(json.loads(line)) for line in data.decode().split("\n") if line]


@given(st.lists(PACKAGES, min_size=1, max_size=3))
def test_every_package_goes_out_as_it_came(
    tmp_path_factory: pytest.TempPathFactory, packages: list[dict[str, Any]]
) -> None:
    """Ids, groups, dates, keys of any name and their order, doubled names and the order of the packages."""
    path = tmp_path_factory.mktemp("dump") / "dump.jsonl"
    path.write_text("".join(json.dumps(one) + "\n" for one in packages), encoding="utf-8")
    found = harvest_file(path)
    assert lines(catalog_bytes(found.entries, CITY, "ckan", found.packages)) == list(map(json.dumps, packages))


@pytest.mark.parametrize("wrapped", [False, True])
def test_the_wards_dump_goes_out_as_it_came(command: Command, shared: Path, tmp_path: Path, wrapped: bool) -> None:
    """All 56 datasets, whether a line is a package or CKAN's whole answer."""
    given_lines = (shared / "catalog" / "meguro_package_show.jsonl").read_text(encoding="utf-8").splitlines()
    dump = tmp_path / "dump.jsonl"
    answers = [f'{{"success": true, "result": {line}}}' if wrapped else line for line in given_lines]
    dump.write_text("\n".join(answers), encoding="utf-8")
    out = tmp_path / "out.jsonl"
    ran = command("catalog", "export", "--as", "ckan", "--from", dump, "-o", out, cwd=ROOT)
    assert (ran.code, len(given_lines)) == (0, 56)
    assert lines(out.read_bytes()) == [json.dumps(json.loads(line)) for line in given_lines]
