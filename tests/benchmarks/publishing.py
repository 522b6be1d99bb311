"""Publishing 300 datasets to a real CKAN, and finding them unchanged, beside ``ckanapi load datasets -p 2``.

    MEGURO_OPENDATA_TEST_CKAN_URL=… MEGURO_OPENDATA_TEST_CKAN_TOKEN=… python tests/benchmarks/publishing.py [DATASETS]

Both sides publish the same datasets with links to files, each into an organisation of its own on the same server, each
as a program of its own, in turn. The requests of our side are counted by a proxy in a run of their own.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

from ckan_labs import REASON, TOKEN, Lab, clean_up, labs
from ckan_proxy import proxy
from publish_ten import ten_releases, workspace_for

from meguro_opendata.catalog import Distribution
from meguro_opendata.files.whole import sha256
from meguro_opendata.portals import Upload, open_portal
from meguro_opendata.portals.ckan.package import sent
from meguro_opendata.publication import Outcome, plan_releases, publish
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace

COUNT = int(sys.argv[1]) if len(sys.argv) == 2 else 300
WORKERS = 4
FILES = 60


def link_releases(folder: Path, count: int) -> list[PublishedDataset]:
    """Datasets that hold one link each."""
    base = ten_releases(folder)[1]
    return [
        replace(base, slug=f"link{n}", entry=replace(base.entry, name=f"131105_link{n}", title=f"試験{n}（架空の例）"))
        for n in range(count)
    ]


def sync(workspace: Workspace, releases: list[PublishedDataset]) -> Outcome:
    """Plan and publish."""
    portal = open_portal(workspace, "lab")
    plan = plan_releases(releases, portal, workspace)
    return publish(plan, portal, workspace, seen=plan.seen)[0]


def ours(folder: str, url: str, organization: str, count: str) -> None:
    """Our side as a program of its own."""
    workspace = workspace_for(Path(folder), url, organization, workers=WORKERS)
    start = time.perf_counter()
    failed = sync(workspace, link_releases(Path(folder), int(count))).failed
    assert failed == (), failed
    print(time.perf_counter() - start)


def run_ours(folder: Path, lab: Lab, organization: str) -> tuple[float, float]:
    """Seconds of our side as a program, and of the work alone, without starting Python and loading modules."""
    command = [sys.executable, __file__, str(folder), lab.url, organization, str(COUNT)]
    seconds, printed = _timed(command, {TOKEN: lab.token})
    return seconds, float(printed)


def run_peer(file: Path, lab: Lab) -> float:
    """Seconds of the peer."""
    peer = Path(sys.executable).with_name("ckanapi")
    return _timed(
        [str(peer), "load", "datasets", "-I", str(file), "-r", lab.url, "-a", lab.token, "-p", "2", "-q"], {}
    )[0]


def _timed(command: list[str], environment: dict[str, str]) -> tuple[float, str]:
    start = time.perf_counter()
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(command, env={**os.environ, **environment, "PATH": path}, capture_output=True, check=False)
    seconds = time.perf_counter() - start
    if done.returncode != 0:
        sys.exit(done.stderr.decode("utf-8", "replace"))
    return seconds, done.stdout.decode("utf-8", "replace")


def peer_file(folder: Path, lab: Lab, organization: str) -> Path:
    """The same datasets as the peer reads them."""
    workspace = workspace_for(folder / "peer", lab.url, organization)
    portal = open_portal(workspace, "lab")
    packages = [sent(portal.wanted(release.slug, release.entry)) for release in link_releases(folder, COUNT)]
    path = folder / "peer.jsonl"
    path.write_text("".join(json.dumps(package) + "\n" for package in packages), encoding="utf-8")
    return path


def first_publication_in_the_other_order(lab: Lab, folder: Path) -> tuple[float, tuple[float, float]]:
    """Both sides once more, ours first: a server's index grows, so that whoever comes second waits longer."""
    mine, theirs = lab.organization(), lab.organization()
    file = peer_file(folder / "swapped", lab, theirs)
    done = run_ours(folder / "swapped", lab, mine)
    peer = run_peer(file, lab)
    for organization in (mine, theirs):
        clean_up(lab, organization)
    return peer, done


def speed(lab: Lab, folder: Path) -> None:
    """First publication and unchanged sync, both sides in turn."""
    mine, theirs = lab.organization(), lab.organization()
    file = peer_file(folder, lab, theirs)
    first = run_peer(file, lab), run_ours(folder, lab, mine)
    swapped = first_publication_in_the_other_order(lab, folder)
    first = first[0] + swapped[0], (first[1][0] + swapped[1][0], first[1][1] + swapped[1][1])
    again = run_peer(file, lab), run_ours(folder, lab, mine)
    assert len(lab.datasets(mine)) == len(lab.datasets(theirs)) == COUNT
    for what, (peer, (whole, work)) in {"first publication": first, "unchanged sync": again}.items():
        ratios = f"ratio {peer / whole:.1f} as programs, {peer / work:.1f} without the start of ours"
        twice = " (twice, each side first once)" if what == "first publication" else ""
        print(f"{what} of {COUNT}{twice}: ckanapi {peer:.1f} s, here {whole:.1f} s (its work {work:.1f} s); {ratios}")
    with proxy(lab.url) as traffic:
        sync(workspace_for(folder, traffic.url, mine), link_releases(folder, COUNT))
        print(f"requests of the unchanged sync: {len(traffic.seen)} ({', '.join(traffic.actions)})")
    for organization in (mine, theirs):
        clean_up(lab, organization)


def many_files(lab: Lab, folder: Path) -> None:
    """One dataset of 60 files: how many calls it takes."""
    organization = lab.organization()
    files = []
    for number in range(FILES):
        data = f"ID,名称\r\n{number},見本\r\n".encode()
        path = folder / f"file{number}.csv"
        path.write_bytes(data)
        files.append(Upload(path.name, path, sha256(data), len(data)))
    base = ten_releases(folder)[0]
    parts = tuple(Distribution(f.name, "CSV", f.name, f.name, f.bytes, f.sha256) for f in files)
    release = replace(
        base,
        entry=replace(base.entry, distributions=parts),
        files=tuple(files),
        rows_of={file.name: 1 for file in files},
    )
    with proxy(lab.url) as traffic:
        start = time.perf_counter()
        sync(workspace_for(folder, traffic.url, organization), [release])
        seconds = time.perf_counter() - start
        print(f"1 dataset of {FILES} files: {len(traffic.seen)} calls ({', '.join(traffic.actions)}), {seconds:.1f} s")
    clean_up(lab, organization)


def main() -> None:
    """Every measurement on every CKAN that the environment names."""
    found = list(labs())
    if not found:
        sys.exit(REASON)
    for lab in found:
        print(f"CKAN {lab.call('status_show')['ckan_version']}")
        os.environ[TOKEN] = lab.token
        with tempfile.TemporaryDirectory() as folder:
            speed(lab, Path(folder))
            many_files(lab, Path(folder))


if __name__ == "__main__":
    ours(*sys.argv[1:]) if len(sys.argv) > 2 else main()
