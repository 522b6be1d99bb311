"""One offline page with the points of a table over the names of the towns, to see whether they are right."""

from __future__ import annotations

from meguro_opendata.maps.preview import Preview, preview_file, preview_release

__all__ = ["Preview", "preview_file", "preview_release"]
