"""The names of the files that every release has beside its data."""

from __future__ import annotations

__all__ = ["CHANGES", "DESCRIPTOR", "REJECTED", "RELEASE_NAMES", "REPORT", "REPORT_PAGE"]

DESCRIPTOR = "datapackage.json"
CHANGES = "changes.csv"
REJECTED = "rejected.csv"
REPORT = "report.json"
REPORT_PAGE = "report.html"
RELEASE_NAMES = (CHANGES, DESCRIPTOR, REJECTED, REPORT_PAGE, REPORT)
