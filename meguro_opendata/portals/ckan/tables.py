"""Whole tables of a CKAN's DataStore: saving one with all rows, and putting it back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from meguro_opendata.catalog.package import Json, JsonObject, Part, list_of, object_of, texts_of
from meguro_opendata.errors import PortalError
from meguro_opendata.portals.ckan.client import CkanClient
from meguro_opendata.portals.ckan.datastore import described_table, exact_rows, held_table, own_columns, replace_table
from meguro_opendata.portals.ckan.shape import understood
from meguro_opendata.portals.datastore import Record, chunks, tells_apart

__all__ = ["put_back", "saved_table"]


def saved_table(client: CkanClient, resource: str) -> JsonObject | None:
    """Return columns, key, aliases and every row of a resource's table, ``None`` without a table.

    Raises:
        PortalError: If the portal cannot be reached or refuses.
    """
    found = described_table(client, resource)
    if found is None:
        return None
    with understood(client.name):
        fields = [dict(one) for one in own_columns(found)]
        rows = exact_rows(client, resource)
        info = object_of(client.read("datastore_info", {"id": resource}))
        aliases = list(texts_of(object_of(info.get("meta") or {}).get("aliases") or []))
        return {"fields": fields, "key": _key(info, rows), "aliases": aliases, "records": rows}


def _key(info: Mapping[str, Json], rows: list[Record]) -> list[str]:
    """Return the columns of the widest index whose values distinguish all rows, empty if no index does."""
    # CKAN does not give a table's primary key, only its indexes; an index that is not unique is no key.
    indexed = [(str(schema["index_name"]), name) for name, schema in _schemas(info) if schema.get("index_name")]
    groups = [[name for _, name in some] for _, some in groupby(sorted(indexed), key=lambda pair: pair[0])]
    fit = [names for names in groups if tells_apart(names, rows)]
    return max(fit, key=len, default=[])


def _schemas(info: Mapping[str, Json]) -> Iterator[tuple[str, Mapping[str, Json]]]:
    for one in list_of(info["fields"]):
        field = Part.from_ckan(one)
        yield field.needed("id"), object_of(field.fields.get("schema") or {})


def put_back(client: CkanClient, resource: str, table: Mapping[str, Json]) -> None:
    """Make a resource's table again from its saved form; a table that is there is replaced.

    Raises:
        PortalError: If the portal cannot be reached or refuses; then the resource has no table.
    """
    with understood(client.name):
        records = [dict(object_of(record)) for record in list_of(table["records"])]
        fields = [dict(object_of(field)) for field in list_of(table["fields"])]
        key = texts_of(table["key"])
    exists = held_table(client, resource) is not None
    try:
        replace_table(client, resource, fields, key, tuple(chunks(records)), exists=exists)
        if table["aliases"]:
            call: JsonObject = {"resource_id": resource, "force": True, "fields": fields, "aliases": table["aliases"]}
            client.write("datastore_create", call, {}, lambda: False)
    except PortalError:
        # A table with a part of its rows would look complete to every reader.
        _drop(client, resource)
        raise


def _drop(client: CkanClient, resource: str) -> None:
    """Delete a table that was put back only in part; a failure of that is ignored, the first error is reported."""
    try:
        client.write("datastore_delete", {"resource_id": resource, "force": True}, {}, lambda: False)
    except PortalError:
        return
