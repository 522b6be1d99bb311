"""Views of a CKAN's files (the previews on a file's page): listing and adding them."""

from __future__ import annotations

from meguro_opendata.catalog.package import list_of, object_of
from meguro_opendata.portals.base import View
from meguro_opendata.portals.ckan.client import CkanClient
from meguro_opendata.portals.ckan.shape import understood

__all__ = ["add_view", "held_views"]

# A view that is made again gets other ids, so ids are left out of what is compared and kept.
_IDS = ("id", "resource_id", "package_id")


def held_views(client: CkanClient, resource: str) -> tuple[View, ...]:
    """Return the views of a resource, in the portal's order.

    Raises:
        PortalError: If the portal cannot be reached or refuses.
    """
    listed = client.read("resource_view_list", {"id": resource})
    with understood(client.name):
        found = (object_of(one) for one in list_of(listed))
        return tuple(View({key: value for key, value in one.items() if key not in _IDS}) for one in found)


def add_view(client: CkanClient, resource: str, view: View) -> None:
    """Add a view to a resource, once, also if the answer is lost.

    Raises:
        PortalError: If the portal cannot be reached, or refuses: it lacks the extension for this type of view.
    """
    # Counted, not searched: two views can share type and title, and one of them can be there already.
    before = len(_alike(client, resource, view))
    call = {**view.fields, "resource_id": resource}
    client.write("resource_view_create", call, {}, lambda: len(_alike(client, resource, view)) > before)


def _alike(client: CkanClient, resource: str, view: View) -> list[View]:
    return [held for held in held_views(client, resource) if held.kind == view.kind]
