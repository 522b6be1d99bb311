"""A working day on real CKANs: the ward's four datasets, one changed cell, a hand edit, and silence."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from ckan_labs import REASON, TOKEN, Lab, clean_up, labs
from ckan_proxy import proxy
from conftest import Ran

LABS = [pytest.param(lab, id=f"ckan{number}") for number, lab in enumerate(labs(), start=1)]
TABLE = Path("stockpile_warehouse") / "備蓄倉庫一覧.csv"
PORTAL = """
[portals.lab]
kind = "ckan"
url = "{url}"
organization = "{organization}"
name_rule = "{organization}-{{slug}}"
"""

pytestmark = pytest.mark.ckan


@pytest.mark.parametrize("lab", LABS or [pytest.param(None, marks=pytest.mark.skip(reason=REASON), id="ckan")])
def test_a_day_of_the_ward(lab: Lab, workspace_dir: Path, command: Callable[..., Ran]) -> None:
    """Four datasets are published, one cell becomes one changed row, a hand edit survives, the second run is silent."""
    organization = lab.organization()
    profile = workspace_dir / "opendata.toml"
    with proxy(lab.url) as traffic:
        there = PORTAL.format(url=traffic.url, organization=organization)
        profile.write_text(profile.read_text(encoding="utf-8") + there, encoding="utf-8")

        def run(*arguments: str) -> Ran:
            return command(*arguments, cwd=workspace_dir, **{TOKEN: lab.token})

        assert run("build").code == 0
        assert run("plan", "--portal", "lab", "--out", "plan.json").code == 1
        first = run("publish", "--portal", "lab", "--plan", "plan.json", "--format", "json")
        assert (first.code, len(json.loads(first.out)["resources"])) == (0, 10)
        name = f"{organization}-stockpile_warehouse"
        held = lab.datasets(organization)
        assert len(held) == 4
        tags = [*held[name]["tags"], {"name": "手で足した札"}]
        lab.call("package_patch", id=name, tags=tags, maintainer_email="bosai@example.org")
        table = workspace_dir / TABLE
        table.write_bytes(table.read_bytes().replace(b"R3", b"R4", 1))
        assert run("build", "stockpile_warehouse").code == 0
        planned = json.loads(run("plan", "--portal", "lab", "--format", "json").out)
        assert planned["summary"] == {"create": 0, "update": 1, "unchanged": 3, "remove": 0, "conflict": 0}
        (change,) = [change for change in planned["changes"] if change["action"] == "update"]
        assert (change["metadata"], change["resources"][0]["rows"]) == (
            [],
            {"before": 20, "after": 20, "added": 0, "changed": 1, "removed": 0},
        )
        assert run("publish", "--portal", "lab", "--yes").code == 0
        after = lab.datasets(organization)[name]
        assert {tag["name"] for tag in after["tags"]} >= {"手で足した札", "防災", "備蓄倉庫"}
        assert after["maintainer_email"] == "bosai@example.org"
        moments = {name: shown["metadata_modified"] for name, shown in lab.datasets(organization).items()}
        traffic.restart()
        assert run("publish", "--portal", "lab", "--yes").code == 0
        assert traffic.actions == ["package_search"]
        assert moments == {name: shown["metadata_modified"] for name, shown in lab.datasets(organization).items()}
        assert run("status", "--portal", "lab").code == 0
        assert run("doctor").code == 0
    clean_up(lab, organization)
