"""Dataset metadata, once: our form ↔ CKAN ↔ DCAT ↔ オープンデータ一覧."""

from __future__ import annotations

from typing import TYPE_CHECKING

from meguro_opendata.catalog.entry import LANGUAGE, Box, CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.forms.ckan import from_ckan, to_ckan
from meguro_opendata.catalog.forms.dcat import dcat_document, to_dcat
from meguro_opendata.catalog.forms.dcatreading import from_dcat
from meguro_opendata.catalog.licences import Licence, find_licence
from meguro_opendata.catalog.lines import read_any, read_entries, read_lines, read_originals, write_entries
from meguro_opendata.catalog.package import Extra, Group, Json, JsonObject, Package, Resource, Tag
from meguro_opendata.catalog.publisher import Publisher, publisher_of
from meguro_opendata.catalog.review.ckanrules import PortalRules, check_package
from meguro_opendata.catalog.review.crawler import Pickup, crawler_tags, judge_pickup
from meguro_opendata.packaged import attach

if TYPE_CHECKING:
    from meguro_opendata.catalog.forms.openlist import list_csv, list_frame, numbered_rows

__all__ = [
    "LANGUAGE",
    "Box",
    "CatalogEntry",
    "Contact",
    "Distribution",
    "Extra",
    "Group",
    "Json",
    "JsonObject",
    "Licence",
    "Package",
    "Pickup",
    "PortalRules",
    "Publisher",
    "Resource",
    "Tag",
    "check_package",
    "crawler_tags",
    "dcat_document",
    "find_licence",
    "from_ckan",
    "from_dcat",
    "judge_pickup",
    "list_csv",
    "list_frame",
    "numbered_rows",
    "publisher_of",
    "read_any",
    "read_entries",
    "read_lines",
    "read_originals",
    "to_ckan",
    "to_dcat",
    "write_entries",
]

# Loaded when first used: the list is a table, for which polars is needed; publishing does without.
__getattr__, __dir__ = attach(__name__, {"forms.openlist": ("list_csv", "list_frame", "numbered_rows")})
