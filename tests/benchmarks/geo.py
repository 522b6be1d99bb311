"""How fast and how exact coordinates change their datum, beside PROJ and jgdtrans with the same grids.

    python tests/benchmarks/geo.py [POINTS] [PATCH.tif|PATCH.par]

Tokyo datum → JGD2011 of random points in Japan that TKY2JGD covers. PROJ gets the same grids as NTv2 files that this
program writes, and a pipeline that is forced through them; `jgdtrans` is installed into an environment aside. Without a
patch file, one is made up around all points. Each runs in turn, in a process of its own, three times; the shortest
counts. Each uses one core, and seconds are those of the processor, so that other work of the machine does not count.
For all of Japan a tenth of the points is used: PROJ reads its grids piece by piece. Prints seconds, ratios, how far
the answers differ, and the peak memory of our process.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from pathlib import Path

import numpy as np

POINTS = 1_000_000
RUNS = 3
SLOW_POINTS = 20_000
SEED = 20260401
SINGLE = 5e-10
Box = tuple[float, float, float, float]  # south, west, north, east
REGIONS: dict[str, tuple[Box | None, int]] = {
    "all of Japan, a tenth of the points": (None, 10),
    "around Tokyo": ((35.4, 139.2, 36.0, 140.0), 1),
}


def points(count: int, box: Box | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Random points in covered cells of TKY2JGD, in a box or anywhere, the same every time."""
    from meguro_opendata.geo.datum.grids import built_in_grid

    built_in = built_in_grid()
    assert built_in is not None
    south, west, north, east = box or built_in.file.extent
    rng = np.random.default_rng(SEED)
    lats, lons, have = [], [], 0
    while have < count:
        lat, lon = rng.uniform(south, north, 500_000), rng.uniform(west, east, 500_000)
        inside = built_in.grid.shift(lat, lon)[2]
        lats.append(lat[inside])
        lons.append(lon[inside])
        have += int(inside.sum())
    return np.concatenate(lats)[:count], np.concatenate(lons)[:count]


def write_par(path: Path) -> None:
    """A made-up patch on every node of TKY2JGD, in the form of the national survey."""
    from importlib import resources

    lines = resources.files("tky2jgd").joinpath("data/TKY2JGD.par").read_text("ascii").splitlines()[2:]
    made = []
    for line in lines:
        code = int(line[:8])
        made.append(f"{code}  {code % 97 / 1000:8.5f}  {-(code % 89) / 1000:8.5f}")
    path.write_text("\n".join(["for PatchJGD Ver.0.0.1", "MeshCode   dB(sec)   dL(sec)", *made, ""]), "ascii")


def write_ntv2(path: Path, grid_file: Path, source: str, target: str) -> None:
    """A grid as an NTv2 file, nodes that are not there as 0."""
    from meguro_opendata.geo.datum.grids import _bytes, _nodes

    nodes = _nodes(_bytes(grid_file), grid_file.name)
    frame = nodes.frame
    shifts = np.zeros((frame.rows, frame.columns, 4), dtype="<f4")
    shifts[nodes.rows, nodes.columns, 0] = nodes.shifts[:, 0]
    shifts[nodes.rows, nodes.columns, 1] = -nodes.shifts[:, 1]  # NTv2 counts to the west
    south, west, north, east = (edge * 3600 for edge in frame.extent)

    def whole(name: str, value: int) -> bytes:
        return name.ljust(8).encode() + struct.pack("<i4x", value)

    def number(name: str, value: float) -> bytes:
        return name.ljust(8).encode() + struct.pack("<d", value)

    def text(name: str, value: str) -> bytes:
        return name.ljust(8).encode() + value.ljust(8).encode()

    head = whole("NUM_OREC", 11) + whole("NUM_SREC", 11) + whole("NUM_FILE", 1) + text("GS_TYPE", "SECONDS")
    head += text("VERSION", "1") + text("SYSTEM_F", source) + text("SYSTEM_T", target)
    head += b"".join(number(name, 6378137.0) for name in ("MAJOR_F", "MINOR_F", "MAJOR_T", "MINOR_T"))
    head += text("SUB_NAME", "NODES") + text("PARENT", "NONE") + text("CREATED", "") + text("UPDATED", "")
    head += number("S_LAT", south) + number("N_LAT", north) + number("E_LONG", -east) + number("W_LONG", -west)
    head += number("LAT_INC", frame.lat_step * 3600) + number("LONG_INC", frame.lon_step * 3600)
    head += whole("GS_COUNT", frame.rows * frame.columns)
    body = np.ascontiguousarray(shifts[:, ::-1]).tobytes()  # from the south-east to the west, then north
    path.write_bytes(head + body + text("END", ""))


def ours(folder: Path) -> dict[str, float]:
    """Our time, cold and warm, forward and back, and the memory of the whole process."""
    begin = time.process_time()
    import meguro_opendata as mo

    data = dict(np.load(folder / "points.npz"))
    patch = mo.geo.read_grid(next(folder.glob("patch.*")), source="jgd2000", target="jgd2011")
    mo.geo.transform([35.6], [139.7], "EPSG:4301", "EPSG:6668", grids=[patch])
    first = time.process_time() - begin
    begin = time.process_time()
    lat, lon = mo.geo.transform(data["lat"], data["lon"], "EPSG:4301", "EPSG:6668", grids=[patch])
    forward = time.process_time() - begin
    begin = time.process_time()
    back = mo.geo.transform(lat, lon, "EPSG:6668", "EPSG:4301", grids=[patch])
    backward = time.process_time() - begin
    peak = peak_memory()
    np.savez(folder / "ours.npz", lat=lat, lon=lon)
    off = np.maximum(np.abs(back[0] - data["lat"]), np.abs(back[1] - data["lon"]))
    return {
        "first": first,
        "forward": forward,
        "backward": backward,
        "memory": peak,
        "not_back": float((off > 1e-9).sum()),
    }


def peak_memory() -> float:
    """The most memory that this process had, in MiB; that of its parent before it started does not count."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def proj(folder: Path) -> dict[str, float]:
    """PROJ's time, forced through the same grids."""
    from pyproj import Transformer

    pipeline = (
        "+proj=pipeline +step +proj=axisswap +order=2,1 +step +proj=unitconvert +xy_in=deg +xy_out=rad"
        f" +step +proj=hgridshift +grids={folder / 'first.gsb'}"
        f" +step +proj=hgridshift +grids={folder / 'second.gsb'},null"
        " +step +proj=unitconvert +xy_in=rad +xy_out=deg +step +proj=axisswap +order=2,1"
    )
    forced = Transformer.from_pipeline(pipeline)
    data = dict(np.load(folder / "points.npz"))
    forced.transform([35.6], [139.7])
    begin = time.process_time()
    lat, lon = forced.transform(data["lat"], data["lon"])
    forward = time.process_time() - begin
    begin = time.process_time()
    forced.transform(lat, lon, direction="INVERSE")
    backward = time.process_time() - begin
    np.savez(folder / "proj.npz", lat=lat, lon=lon)
    return {"forward": forward, "backward": backward}


JGDTRANS = """
import json, sys, time, jgdtrans
lines = [line.split() for line in open(sys.argv[2])]
with open(sys.argv[1]) as file: tky = jgdtrans.load(file, format="TKY2JGD")
tf = tky if hasattr(tky, "forward") else jgdtrans.Transformer(tky)
points = [(float(lat), float(lon)) for lat, lon in lines]
begin = time.process_time()
done = [tf.forward(lat, lon) for lat, lon in points]
print(json.dumps(time.process_time() - begin))
"""


def jgdtrans(folder: Path) -> float | None:
    """Seconds of jgdtrans for TKY2JGD alone, from what it does in a moment; None if it is not to be had."""
    from importlib import resources

    home = folder / "aside"
    venv.create(home, with_pip=True)
    python = home / "bin" / "python"
    got = subprocess.run([python, "-m", "pip", "install", "-q", "jgdtrans"], check=False, capture_output=True)
    if got.returncode:
        return None
    data = np.load(folder / "points.npz")
    lines = [f"{lat!r} {lon!r}" for lat, lon in zip(data["lat"].tolist(), data["lon"].tolist(), strict=True)]
    (folder / "points.txt").write_text("\n".join(lines[:SLOW_POINTS]), "ascii")
    grid = str(resources.files("tky2jgd").joinpath("data/TKY2JGD.par"))
    ran = subprocess.run(
        [python, "-c", JGDTRANS, grid, folder / "points.txt"], check=True, capture_output=True, text=True
    )
    return float(json.loads(ran.stdout)) / min(SLOW_POINTS, len(lines)) * len(lines)


def apart(function: Callable[[Path], dict[str, float]], folder: Path) -> dict[str, float]:
    """What a function says in a process of its own."""
    command = [sys.executable, __file__, "--part", function.__name__, str(folder)]
    ran = subprocess.run(command, check=True, capture_output=True, text=True)
    return dict(json.loads(ran.stdout))


def best(results: list[dict[str, float]]) -> dict[str, float]:
    """The smallest of each figure."""
    return {name: min(result[name] for result in results) for name in results[0]}


def main(count: int, patch: Path | None) -> None:
    """Prepare the grids, then run all in turn for the points of one region and of all Japan."""
    from importlib import resources

    tky = Path(str(resources.files("tky2jgd").joinpath("data/TKY2JGD.par")))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        given = folder / f"patch{patch.suffix if patch else '.par'}"
        if patch is None:
            write_par(given)
        else:
            given.write_bytes(patch.read_bytes())
        write_ntv2(folder / "first.gsb", tky, "TOKYO", "JGD2000")
        write_ntv2(folder / "second.gsb", given, "JGD2000", "JGD2011")
        print(
            f"{count:,} points, Tokyo datum -> JGD2011, patch {patch.name if patch else 'made up'}; {RUNS} runs in turn"
        )
        for title, (box, share) in REGIONS.items():
            lat, lon = points(count // share, box)
            np.savez(folder / "points.npz", lat=lat, lon=lon)
            forward = compare(title, folder)
        slow = jgdtrans(folder)
        if slow is not None:
            print(f"jgdtrans, TKY2JGD only, from {SLOW_POINTS:,} points: {slow:.1f} s, / ours {slow / forward:.0f}")


def compare(title: str, folder: Path) -> float:
    """Run ours and PROJ in turn, and print what they took and how they differ; our seconds forward."""
    runs = [(apart(ours, folder), apart(proj, folder)) for _ in range(RUNS)]
    mine, theirs = best([run[0] for run in runs]), best([run[1] for run in runs])
    print(f"{title}")
    for way in ("forward", "backward"):
        ratio = theirs[way] / mine[way]
        print(f"  {way:9} ours {mine[way]:7.3f} s   PROJ {theirs[way]:7.3f} s   PROJ / ours {ratio:6.2f}")
    most = max(run[0]["memory"] for run in runs)
    print(f"  start, patch read, one point: {mine['first']:.2f} s; peak memory {most:.0f} MiB")
    one, other = np.load(folder / "ours.npz"), np.load(folder / "proj.npz")
    off = np.maximum(np.abs(one["lat"] - other["lat"]), np.abs(one["lon"] - other["lon"]))
    print(f"  within {SINGLE:g} degrees of PROJ, whose grids are of single precision: {(off <= SINGLE).mean():.3%}")
    print(f"  there and back: {int(mine['not_back'])} points off by more than 1e-9 degrees")
    return mine["forward"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--part"]:
        print(json.dumps({"ours": ours, "proj": proj}[sys.argv[2]](Path(sys.argv[3]))))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else POINTS, Path(sys.argv[2]) if len(sys.argv) > 2 else None)
