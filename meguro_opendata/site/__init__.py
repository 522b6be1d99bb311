"""Pages of the workspace as a whole: a start page and the KPI board of each year."""

from __future__ import annotations

from meguro_opendata.site.start_page import write_start_page

__all__ = ["write_start_page"]
