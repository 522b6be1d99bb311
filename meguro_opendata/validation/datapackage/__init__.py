"""A whole data package: every table with its schema and dialect, and the foreign keys between them."""

from __future__ import annotations

from meguro_opendata.validation.datapackage.checking import check_resources, passed_over, validate_package
from meguro_opendata.validation.datapackage.descriptor import is_package, read_package
from meguro_opendata.validation.datapackage.pages import write_reports

__all__ = ["check_resources", "is_package", "passed_over", "read_package", "validate_package", "write_reports"]
