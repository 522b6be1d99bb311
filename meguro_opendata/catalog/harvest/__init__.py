"""Other catalogues → our catalogue form: a CKAN by its address, or a saved file."""

from __future__ import annotations

from meguro_opendata.catalog.harvest.dump import harvest_file, read_dump
from meguro_opendata.catalog.harvest.harvested import HARVEST_FORMAT, Harvest
from meguro_opendata.catalog.harvest.harvesting import harvest
from meguro_opendata.catalog.harvest.partfile import PartFile
from meguro_opendata.catalog.harvest.remote import harvest_ckan
from meguro_opendata.catalog.harvest.settings import Manners

__all__ = ["HARVEST_FORMAT", "Harvest", "Manners", "PartFile", "harvest", "harvest_ckan", "harvest_file", "read_dump"]
