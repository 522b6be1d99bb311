"""Run the tests that need a real CKAN: against those that the environment names, else against two started here.

    python tests/support/with_ckan.py [arguments of pytest]

The environment names them by ``MEGURO_OPENDATA_TEST_CKAN_URL`` and ``…_TOKEN``. Else a script that starts a CKAN is
looked for where the given material lies; its versions run at once, each with its own tests, and are stopped and
removed at the end. Without either nothing is tested, which is said loudly.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from ckan_labs import NAME, REASON
from locations import ROOT

LAB = ROOT.parent / "shared" / "ckanlab"
VERSIONS = ("2.12.0", "2.11.6")
_PORTS = ("CKAN_PORT", "PGPORT", "REDIS_PORT", "SOLR_PORT")


def main(arguments: list[str]) -> int:
    """Run the tests; the exit code is that of the first that failed."""
    if os.environ.get(f"{NAME}_URL"):
        return subprocess.run(_pytest(arguments), cwd=ROOT, check=False).returncode
    if not (LAB / "start_ckan.sh").is_file():
        print(f"\n*** {REASON} ***\n")
        return 0
    folder = Path(os.environ.get("CKANLAB") or Path(tempfile.gettempdir()) / "meguro-opendata-ckan")
    ports = _free_ports(len(VERSIONS) * len(_PORTS))
    labs = [
        _Lab(version, folder, dict(zip(_PORTS, ports[n * len(_PORTS) :], strict=False)))
        for n, version in enumerate(VERSIONS)
    ]
    try:
        _start_all(labs)
        return _test_all(labs, arguments)
    finally:
        for lab in labs:
            lab.stop()


class _Lab:
    """One version of CKAN on ports of its own."""

    def __init__(self, version: str, folder: Path, ports: dict[str, int]) -> None:
        self.version = version
        told = {name: str(port) for name, port in ports.items()}
        self.environment = {**os.environ, "CKAN_VERSION": version, "CKANLAB": str(folder), **told}
        self.given: dict[str, str] = {}
        self.installing = threading.Event()
        self._starting: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Begin to start; ``installing`` is set as soon as another may begin, too."""
        command = ["bash", str(LAB / "start_ckan.sh")]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        self._starting = subprocess.Popen(command, env=self.environment, text=True, **pipes)  # type: ignore[call-overload]
        threading.Thread(target=self._follow, daemon=True).start()

    def _follow(self) -> None:
        assert self._starting is not None
        assert self._starting.stderr is not None
        for line in self._starting.stderr:
            print(f"CKAN {self.version}: {line.rstrip()}", flush=True)
            if "apt-get" not in line:
                self.installing.set()
        self.installing.set()

    def wait(self) -> None:
        """Wait until it runs."""
        assert self._starting is not None
        assert self._starting.stdout is not None
        lines = self._starting.stdout.read().splitlines()
        if self._starting.wait() != 0:
            sys.exit(f"CKAN {self.version} did not start")
        self.given = dict(line.split("=", 1) for line in lines if "=" in line)

    def test(self, arguments: list[str]) -> subprocess.Popen[str]:
        """Begin to test it."""
        named = {f"{NAME}_URL": self.given["CKAN_URL"], f"{NAME}_TOKEN": self.given["CKAN_API_TOKEN"]}
        return subprocess.Popen(
            _pytest(arguments),
            cwd=ROOT,
            env={**os.environ, **named, f"{NAME}_KEEP": "1"},
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def stop(self) -> None:
        """Stop it, and remove what it held."""
        subprocess.run(["bash", str(LAB / "stop_ckan.sh"), "--wipe"], env=self.environment, check=False)


def _start_all(labs: list[_Lab]) -> None:
    """Start them side by side; only the system's packages are installed one after another."""
    for lab in labs:
        lab.start()
        lab.installing.wait()
        time.sleep(1)
    for lab in labs:
        lab.wait()


def _test_all(labs: list[_Lab], arguments: list[str]) -> int:
    running = [(lab, lab.test(arguments)) for lab in labs]
    codes = []
    for lab, tests in running:
        output, _ = tests.communicate()
        print(f"\n=== CKAN {lab.version} ===\n{output}", flush=True)
        codes.append(tests.returncode)
    return next((code for code in codes if code), 0)


def _pytest(arguments: list[str]) -> list[str]:
    files = sorted(str(path) for path in (ROOT / "tests").rglob("test_*.py") if "mark.ckan" in path.read_text("utf-8"))
    return [sys.executable, "-m", "pytest", "-m", "ckan", "-q", "-p", "no:cacheprovider", *(arguments or files)]


def _free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [opened.getsockname()[1] for opened in sockets]
    for opened in sockets:
        opened.close()
    return ports


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
