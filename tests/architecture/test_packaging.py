"""The package as setuptools sees it."""

import configparser
import subprocess
import sys
from pathlib import Path

import pytest
from locations import ROOT

HOMES = {
    "meguro_opendata": "meguro_opendata",
    "cli": "meguro_opendata.cli",
    "standard_schemas": "meguro_opendata.standard_schemas",
    "datasets": "meguro_opendata.datasets",
}
HEAVY = ("geopandas", "frictionless", "ckanapi", "polars", "pandas", "pyproj", "openpyxl", "jinja2", "rich", "pydantic")


def setup() -> configparser.ConfigParser:
    """The project's setup.cfg."""
    parser = configparser.ConfigParser()
    parser.read(ROOT / "setup.cfg", encoding="utf-8")
    return parser


def packages_in_the_tree() -> set[str]:
    """Every folder of the four homes that has an ``__init__.py``, by its package name."""
    found = set()
    for folder, package in HOMES.items():
        for path in (ROOT / folder).rglob("__init__.py"):
            parts = path.parent.relative_to(ROOT / folder).parts
            found.add(".".join([package, *parts]))
    return found


def test_the_package_list_names_every_package_of_the_tree() -> None:
    """A sub-package that is forgotten in setup.cfg would be missing from the wheel without a word."""
    listed = set(setup()["options"]["packages"].split())
    assert listed == packages_in_the_tree()


def test_every_data_file_has_a_pattern_that_ships_it() -> None:
    """A data file without a package_data pattern would be missing from the wheel without a word."""
    patterns = {name: value.replace(",", " ").split() for name, value in setup()["options.package_data"].items()}
    missed = []
    for folder, package in HOMES.items():
        for path in (ROOT / folder).rglob("*"):
            if not path.is_file() or path.suffix in (".py", ".pyc"):
                continue
            owner, inside = owning_package(path, folder, package)
            if not any(Path(inside).match(pattern.replace("**/", "")) for pattern in patterns.get(owner, ())):
                missed.append(str(path.relative_to(ROOT)))
    assert missed == []


def owning_package(path: Path, folder: str, package: str) -> tuple[str, str]:
    """The nearest package above a data file, and the file's path inside it."""
    home = path.parent
    while not (home / "__init__.py").exists():
        home = home.parent
    parts = home.relative_to(ROOT / folder).parts
    return ".".join([package, *parts]), path.relative_to(home).as_posix()


@pytest.mark.parametrize("start", ["import meguro_opendata", "import meguro_opendata.cli.main"])
def test_importing_loads_nothing_heavy(start: str) -> None:
    """Importing the package, or the group of commands, loads none of the large libraries."""
    code = f"{start}; import sys; print(*[name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_publishing_loads_no_table_library() -> None:
    """Planning and publishing read releases and portals, which takes neither tables nor recipes nor their cleaning."""
    unneeded = (*(name for name in HEAVY if name not in ("ckanapi", "pydantic")), "numpy", "xlsxwriter")
    rooms = [
        f"meguro_opendata.{room}" for room in ("recipe", "pipeline", "sources", "cleaning", "privacy", "validation")
    ]
    code = (
        "import sys, meguro_opendata.publication.status, meguro_opendata.portals.ckan.portal;"
        f"print(*[name for name in {[*unneeded, *rooms]!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_help_loads_nothing_heavy() -> None:
    """``--help`` lists every command without loading what the commands need."""
    code = (
        "import sys; from click.testing import CliRunner; from meguro_opendata.cli.main import cli;"
        "shown = CliRunner().invoke(cli, ['--help']); assert shown.exit_code == 0, shown.output;"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_every_dependency_is_pinned() -> None:
    """The constraints file pins each direct dependency, so that two set-ups are the same."""
    pinned = {
        line.partition("==")[0].lower().replace("_", "-")
        for line in (ROOT / "constraints.txt").read_text().splitlines()
    }
    wanted = setup()["options"]["install_requires"].split() + setup()["options.extras_require"]["dev"].split()
    assert {name.partition(">")[0].lower().replace("_", "-") for name in wanted} <= pinned


def test_a_checkout_works_from_its_own_folder(tmp_path: Path) -> None:
    """Started in the checkout without being installed, the package finds its command line, standard and workspace."""
    code = (
        "import meguro_opendata as mo; from meguro_opendata.cli import main; print(len(mo.standards()), main.cli.name)"
    )
    paths = [path for path in sys.path if "site-packages" in path]
    script = f"import sys; sys.meta_path = [f for f in sys.meta_path if 'editable' not in str(f).lower()]; {code}"
    done = subprocess.run(
        [sys.executable, "-S", "-c", f"import sys; sys.path += {paths!r}; {script}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.split() == ["32", "cli"], done.stderr
