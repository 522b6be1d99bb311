"""The real CKANs that tests run against: named by the environment, each as an address and a token of an administrator.

Tests make organisations of their own there, and take them away again.
``MEGURO_OPENDATA_TEST_CKAN_URL`` and ``…_TOKEN`` name one; further ones by ``…_URL_2`` and ``…_TOKEN_2`` and so on.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import ckanapi
from ckan_proxy import Traffic, proxy
from publish_ten import workspace_for

from meguro_opendata.workspace.city import Workspace

NAME = "MEGURO_OPENDATA_TEST_CKAN"
PORTAL = "lab"
TOKEN = "MEGURO_OPENDATA_TOKEN_LAB"  # noqa: S105 (the name of a variable)
REASON = f"NOT TESTED on a real CKAN: {NAME}_URL and {NAME}_TOKEN name none (make ckan starts two)"


@dataclass(frozen=True)
class Lab:
    """One CKAN."""

    url: str
    token: str

    def call(self, action: str, **data: Any) -> Any:
        """Call one of its actions as the administrator."""
        with ckanapi.RemoteCKAN(self.url, apikey=self.token) as remote:
            return remote.call_action(action, data)

    def upload(self, package: str, name: str, path: Path) -> str:
        """Add a file to a dataset by hand; returns the id of its resource."""
        with ckanapi.RemoteCKAN(self.url, apikey=self.token) as remote, path.open("rb") as file:
            asked = {"package_id": package, "name": name}
            return str(remote.call_action("resource_create", asked, files={"upload": file})["id"])

    def organization(self) -> str:
        """A new, empty organisation; returns its name."""
        name = f"t{uuid.uuid4().hex[:12]}"
        self.call("organization_create", name=name, title="試験の組織（架空の例）")
        return name

    def datasets(self, organization: str) -> dict[str, dict[str, Any]]:
        """Every dataset of an organisation as ``package_show`` gives it."""
        asked = {"fq": f"organization:{organization}", "rows": 1000, "include_private": True, "include_drafts": True}
        found = self.call("package_search", **asked)["results"]
        return {part["name"]: self.call("package_show", id=part["id"]) for part in found}


def clean_up(lab: Lab, organization: str) -> None:
    """Take a test's datasets and organisation away for good, unless the whole CKAN is thrown away afterwards."""
    if os.environ.get(f"{NAME}_KEEP"):
        return
    for shown in lab.datasets(organization).values():
        lab.call("dataset_purge", id=shown["id"])
    for shown in lab.call("organization_show", id=organization, include_datasets=True)["packages"]:
        lab.call("dataset_purge", id=shown["id"])
    lab.call("organization_purge", id=organization)


def labs() -> Iterator[Lab]:
    """Every CKAN that the environment names."""
    for ending in ("", "_2", "_3"):
        url, token = os.environ.get(f"{NAME}_URL{ending}"), os.environ.get(f"{NAME}_TOKEN{ending}")
        if url and token:
            yield Lab(url.rstrip("/"), token)


@contextmanager
def table_workspace(lab: Lab, folder: Path) -> Iterator[tuple[Workspace, Traffic]]:
    """Yield a workspace whose dataset ``set0`` also goes into the DataStore of a CKAN, and the proxy before that CKAN.

    The organisation and its datasets are removed afterwards.
    """
    organization = lab.organization()
    with proxy(lab.url) as traffic:
        workspace = workspace_for(folder, traffic.url, organization)
        settings = workspace.portals["lab"].model_copy(update={"datastore": ("set0",)})
        yield replace(workspace, portals={"lab": settings}), traffic
    clean_up(lab, organization)
