"""Dataset metadata, once: our form ↔ CKAN ↔ DCAT ↔ オープンデータ一覧."""

from __future__ import annotations

from meguro_opendata.catalog.ckan import from_ckan, to_ckan
from meguro_opendata.catalog.ckanrules import PortalRules, check_package
from meguro_opendata.catalog.crawler import Pickup, crawler_tags, judge_pickup
from meguro_opendata.catalog.dcat import dcat_document, to_dcat
from meguro_opendata.catalog.dcatreading import from_dcat
from meguro_opendata.catalog.entry import LANGUAGE, Box, CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.licences import Licence, find_licence
from meguro_opendata.catalog.lines import read_any, read_entries, read_lines, write_entries
from meguro_opendata.catalog.openlist import list_csv, list_frame, list_table
from meguro_opendata.catalog.publisher import Publisher, publisher_of

__all__ = [
    "LANGUAGE",
    "Box",
    "CatalogEntry",
    "Contact",
    "Distribution",
    "Licence",
    "Pickup",
    "PortalRules",
    "Publisher",
    "check_package",
    "crawler_tags",
    "dcat_document",
    "find_licence",
    "from_ckan",
    "from_dcat",
    "judge_pickup",
    "list_csv",
    "list_frame",
    "list_table",
    "publisher_of",
    "read_any",
    "read_entries",
    "read_lines",
    "to_ckan",
    "to_dcat",
    "write_entries",
]
