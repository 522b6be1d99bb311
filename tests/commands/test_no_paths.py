"""No plan, report or page says where on the machine it was made."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import Ran
from locations import ROOT

FOLDER = "外に出さないtelltale"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A folder with a tell-tale name, and in it a workspace."""
    folder = tmp_path / FOLDER
    shutil.copytree(ROOT / "datasets", folder / "datasets", ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return folder


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file below a folder by its name, and every part of the archives and workbooks among them."""
    for path in (path for path in folder.rglob("*") if path.is_file()):
        yield str(path.relative_to(folder)), path.read_bytes()
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                yield from ((f"{path.name}/{part}", archive.read(part)) for part in archive.namelist())


def telltales(folder: Path) -> list[str]:
    """The files that name the folder, in plain text or as escapes of JSON."""
    forms = [form.encode() for form in ("telltale", str(folder), str(folder.parent))]
    return [name for name, data in contents(folder) if any(form in data for form in forms)]


def test_no_output_names_the_folder(home: Path, command: Callable[..., Ran]) -> None:
    """A day of work with absolute paths on the command line: releases, plans, a portal, pages, papers, reports."""
    space = ("--workspace", home / "datasets")
    source = next((home / "datasets" / "preschool").glob("*.csv"))
    out = home / "out"
    steps: list[tuple[object, ...]] = [
        ("build", *space),
        ("plan", *space, "--out", out / "plan.json", "--html", out / "plan.html"),
        ("publish", *space, "--plan", out / "plan.json"),
        ("plan", *space, "--out", out / "again.json"),
        ("portal", "snapshot", *space, "-o", out / "snapshot.jsonl"),
        *(
            ("catalog", "export", *space, "--as", form, "-o", out / f"catalog.{ending}")
            for form, ending in (("dcat", "jsonld"), ("ckan", "jsonl"), ("open_data_list", "csv"))
        ),
        ("harvest", out / "catalog.jsonl", "-o", out / "harvested.jsonl"),
        ("kpi", "report", *space, "--fiscal-year", "2025", "-o", out / "kpi.html"),
        ("map", "preview", "preschool", *space, "-o", out / "map.html"),
        ("convert", source, "--standard", "preschool", "--out", out / "converted"),
        ("new", "neu", "--source", source, "--standard", "preschool", *space),
        *(
            ("validate", target, "--standard", "preschool", "--html", out / f"{name}.html", "--xlsx", out / name,
             "--junit", out / f"{name}.xml")
            for name, target in (("one.xlsx", source), ("many", source.parent))
        ),
    ]  # fmt: skip
    for step in steps:
        ran = command(*step)
        assert ran.code in (0, 1), ran.text
    assert len(list(out.rglob("*"))) > 20
    assert telltales(home) == []


def test_a_telltale_is_found(home: Path) -> None:
    """The search itself sees a name in a text, in an archive and after an escape."""
    (home / "a.json").write_text(f'{{"path": "{home}"}}', encoding="utf-8")
    with zipfile.ZipFile(home / "b.zip", "w") as archive:
        archive.writestr("part.xml", str(home))
    assert {"a.json", "b.zip/part.xml"} <= set(telltales(home)) <= {"a.json", "b.zip", "b.zip/part.xml"}
