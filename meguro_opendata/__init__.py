"""From a Japanese city's office spreadsheets to published, national-standard open data.

>>> import meguro_opendata as mo
>>> mo.load_standard("aed").title
'AED設置箇所一覧'

Names are loaded when they are first used, so importing the package costs next to nothing.
"""

from __future__ import annotations

from meguro_opendata._version import __version__
from meguro_opendata.packaged.checkout import folders_beside
from meguro_opendata.packaged.lazy import attach

TYPE_CHECKING = False  # As in ``packaged.lazy``: importing it from typing would cost more than all else here.

if TYPE_CHECKING:
    from meguro_opendata import geo, kpi, validation
    from meguro_opendata.pipeline.build import build_release
    from meguro_opendata.portals import open_portal
    from meguro_opendata.publication import apply_plan, plan_publication
    from meguro_opendata.sources import read_source
    from meguro_opendata.standard.model import load_standard, standards
    from meguro_opendata.validation import validate_file
    from meguro_opendata.workspace.city import find_workspace, open_workspace

__all__ = [
    "__version__",
    "apply_plan",
    "build_release",
    "find_workspace",
    "geo",
    "kpi",
    "load_standard",
    "open_portal",
    "open_workspace",
    "plan_publication",
    "read_source",
    "standards",
    "validate_file",
    "validation",
]

__path__ += folders_beside(__file__)

_HOMES = {
    "pipeline.build": ("build_release",),
    "portals": ("open_portal",),
    "publication": ("apply_plan", "plan_publication"),
    "sources": ("read_source",),
    "standard.model": ("load_standard", "standards"),
    "validation": ("validate_file",),
    "workspace.city": ("find_workspace", "open_workspace"),
}

__getattr__, __dir__ = attach(__name__, _HOMES, rooms=("geo", "kpi", "validation"))
