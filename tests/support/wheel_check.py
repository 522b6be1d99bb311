"""Build the wheel, install it into a fresh environment outside the repository, and run the main job from there.

    python tests/support/wheel_check.py

Exits with an error when any step fails or the demo's figures are not those of the sources.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from locations import ROOT

# In each folder of the installed package, what `frictionless validate --schema schema.json valid.csv` does:
SCHEMAS = """
import os
from pathlib import Path
import meguro_opendata.standard_schemas as home
from frictionless import Resource
for path in sorted(Path(home.__file__).parent.glob("*/*/schema.json")):
    os.chdir(path.parent)
    assert Resource("valid.csv", schema="schema.json").validate().valid, path
    assert not Resource("invalid.csv", schema="schema.json").validate().valid, path
    print(path.parent.parent.name + "@" + path.parent.name)
"""
NOT_SOURCES = (".*", "build", "dist", "demo", "releases", "*.egg-info", "__pycache__")
ROWS = {"emergency_radio": 65, "open_data_list": 282, "preschool": 120, "stockpile_warehouse": 20}


def run(*command: str | Path, cwd: Path) -> str:
    """Run a command; its stdout. Fails loudly."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run([str(part) for part in command], cwd=cwd, env=environment, capture_output=True, check=False)
    if done.returncode != 0:
        sys.exit(
            f"{' '.join(map(str, command))}: exit {done.returncode}\n{done.stdout.decode()}\n{done.stderr.decode()}"
        )
    return done.stdout.decode("utf-8")


def main() -> None:
    """All steps, in a temporary folder."""
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = Path(folder)
        sources = shutil.copytree(ROOT, elsewhere / "sources", ignore=shutil.ignore_patterns(*NOT_SOURCES))
        run(sys.executable, "-m", "build", "--wheel", "--outdir", elsewhere / "dist", sources, cwd=elsewhere)
        (wheel,) = (elsewhere / "dist").glob("*.whl")
        venv.create(elsewhere / "env", with_pip=True)
        tools = elsewhere / "env" / ("Scripts" if os.name == "nt" else "bin")
        python = tools / "python"
        run(python, "-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", wheel, cwd=elsewhere)
        command = tools / "meguro-opendata"
        shown = json.loads(run(command, "demo", "--out", elsewhere / "demo", "--format", "json", cwd=elsewhere))
        rows = {release["slug"]: release["rows_out"] for release in shown["releases"]}
        if rows != ROWS or not Path(shown["portal"]).is_file():
            sys.exit(f"the demo of the wheel gives {rows}, not {ROWS}")
        run(command, "doctor", cwd=elsewhere)
        run(command, "init", "town", "--municipality", "134210", cwd=elsewhere)
        run(command, "standards", "template", "aed", "-o", "aed.xlsx", cwd=elsewhere)
        checked = run(python, "-c", SCHEMAS, cwd=elsewhere).split()
        print(f"wheel check passed: {wheel.name}, {wheel.stat().st_size:,} bytes")  # noqa: T201
        print(f"demo rows {rows}; {len(checked)} schemas judged rightly by frictionless alone")  # noqa: T201


if __name__ == "__main__":
    main()
