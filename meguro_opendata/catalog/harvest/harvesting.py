"""Other catalogues → our catalogue form: a CKAN by its address, or a saved file."""

from __future__ import annotations

from pathlib import Path

from meguro_opendata.catalog.harvest.dump import harvest_file
from meguro_opendata.catalog.harvest.harvested import Harvest
from meguro_opendata.catalog.harvest.partfile import PartFile
from meguro_opendata.catalog.harvest.remote import harvest_ckan
from meguro_opendata.catalog.harvest.settings import Manners

__all__ = ["harvest"]


def harvest(
    source: str, organization: str | None = None, manners: Manners | None = None, part: PartFile | None = None
) -> Harvest:
    """Return the datasets of a catalogue.

    Args:
        source: A CKAN's address, or a file's name.
        organization: Only the datasets of this organisation of a CKAN.
        manners: The user's permissions and pauses; for an address.
        part: The file that keeps pages until all have arrived; for an address.

    Raises:
        MeguroOpendataError: If there is no such organisation.
        SourceError: If the file is no catalogue, or another file is where the pages are kept.
        PortalError: If the site cannot be read, or has no dataset.
        GuardError: If the site must not be read.
    """
    if "://" in source:
        return harvest_ckan(source, organization, manners, part)
    return harvest_file(Path(source))
