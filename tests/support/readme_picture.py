"""Make the picture of the README again: ``python tests/support/readme_picture.py`` (Chromium has to be installed).

The page is the demo's portal page of the ward's loudspeakers, 1280 px wide, as a reader first sees it.
"""

from __future__ import annotations

import base64
import sys
import tempfile
from pathlib import Path

from chromium import browser, open_tab
from locations import ROOT

from meguro_opendata.onboarding.demo import run_demo

PICTURE = ROOT / "docs" / "images" / "dataset.png"
WIDTH, HEIGHT = 1280, 800  # a usual office screen without the browser's own bars
MOST_BYTES = 200_000  # a README has to open quickly on a slow line


def picture_of(page: Path, program: str, home: Path) -> bytes:
    """Return the upper part of a page as PNG."""
    with open_tab(program, home) as tab:
        metrics = {"width": WIDTH, "height": HEIGHT, "deviceScaleFactor": 1, "mobile": False}
        tab.call("Emulation.setDeviceMetricsOverride", **metrics)
        tab.open(page)
        return base64.b64decode(tab.call("Page.captureScreenshot", format="png")["data"])


def write_picture() -> None:
    """Run the demo in a temporary folder and write the picture of a published dataset."""
    program = browser()
    if program is None:
        sys.exit("no Chromium is installed")
    with tempfile.TemporaryDirectory() as folder:
        demo = Path(folder) / "demo"
        run_demo(demo)

        picture = picture_of(
            demo / "portal" / "dataset" / "131105_emergency_radio" / "index.html", program, Path(folder) / "profile"
        )
    if len(picture) > MOST_BYTES:
        sys.exit(f"the picture has {len(picture)} bytes, more than {MOST_BYTES}")
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_bytes(picture)


if __name__ == "__main__":
    write_picture()
