"""Pages of the workspace as a whole, made from what is published: a start page."""

from __future__ import annotations

from meguro_opendata.site.start_page import BuiltDataset, write_start_page

__all__ = ["BuiltDataset", "write_start_page"]
