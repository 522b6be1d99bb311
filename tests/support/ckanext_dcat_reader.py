"""Read a catalogue in JSON-LD from stdin with ckanext-dcat's own parser; print the datasets that it makes, as JSON.

Run by an interpreter that has CKAN and ckanext-dcat; neither a server nor a database is needed.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module


def main() -> None:
    """Parse with the extension's profile for DCAT-AP 3, under CKAN's own default settings."""
    config = import_module("ckan.common").config
    declared = import_module("ckan.config.declaration").Declaration()
    declared.load_core_declaration()
    declared.make_safe(config)
    declared.normalize(config)
    config["ckan.plugins"] = []
    parser = import_module("ckanext.dcat.processors").RDFParser(profiles=["euro_dcat_ap_3"])
    parser.parse(sys.stdin.read(), _format="json-ld")
    sys.stdout.write(json.dumps(list(parser.datasets())))


if __name__ == "__main__":
    main()
