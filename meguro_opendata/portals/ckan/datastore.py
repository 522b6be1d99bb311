"""Loading a table into a CKAN's DataStore: only the changed rows of an existing table, else the whole table."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence

from meguro_opendata.catalog.package import Json, JsonObject, Part, list_of, object_of
from meguro_opendata.errors import PortalError, RefusedError
from meguro_opendata.portals.base import HeldTable
from meguro_opendata.portals.ckan.client import CkanClient
from meguro_opendata.portals.ckan.shape import understood
from meguro_opendata.portals.datastore import Record, StoredTable, chunks, page_size, row_changes
from meguro_opendata.portals.marks import DATASTORE

__all__ = ["described_table", "exact_rows", "held_table", "load", "own_columns", "replace_table", "stored_rows"]


def load(client: CkanClient, resource: str, table: StoredTable, digest: str) -> None:
    """Bring a resource's table in the DataStore up to date, then write the mark of that on the resource.

    After a kill in between, the mark is missing and the next run does everything again; each step can be done twice.

    Args:
        client: The CKAN.
        resource: The resource's id.
        table: The wanted table.
        digest: The checksum to write as the mark.

    Raises:
        PortalError: If the portal cannot be reached or refuses.
    """
    held = held_table(client, resource)
    alike = held is not None and held.columns == table.shape and bool(table.key)
    if not (alike and _is_updated(client, resource, table)):
        described = [column.to_dict() for column in table.columns]
        replace_table(client, resource, described, table.key, tuple(chunks(table.records)), exists=held is not None)
    note = {"id": resource, DATASTORE: digest}
    client.write("resource_patch", note, {}, _repeatable)


def held_table(client: CkanClient, resource: str) -> HeldTable | None:
    """Return the number of rows and the columns of a resource's table, ``None`` without a table.

    Raises:
        PortalError: If the portal cannot be reached or refuses.
    """
    found = described_table(client, resource)
    if found is None:
        return None
    with understood(client.name):
        columns = list(map(Part.from_ckan, own_columns(found)))
        rows = found["total"]
        if not isinstance(rows, int):
            raise TypeError(type(rows))
        return HeldTable(rows, tuple((column.needed("id"), column.needed("type")) for column in columns))


def described_table(client: CkanClient, resource: str) -> Mapping[str, Json] | None:
    """Return CKAN's description of a resource's table, without rows; ``None`` without a table.

    Raises:
        PortalError: If the portal cannot be reached or refuses.
    """
    try:
        answer = client.read("datastore_search", {"resource_id": resource, "limit": 0})
    except RefusedError:
        return None
    with understood(client.name):
        return object_of(answer)


def own_columns(described: Mapping[str, Json]) -> list[Mapping[str, Json]]:
    """Return the columns of a table as CKAN describes them, without the row number that CKAN adds."""
    return [column for column in map(object_of, list_of(described["fields"])) if column["id"] != "_id"]


def _is_updated(client: CkanClient, resource: str, table: StoredTable) -> bool:
    """Send the changed rows; return ``False`` if CKAN refuses them, as for a table made by hand without a key."""
    try:
        _update(client, resource, table)
    except RefusedError:
        return False
    return True


def _update(client: CkanClient, resource: str, table: StoredTable) -> None:
    changes = row_changes(stored_rows(client, resource), table)
    call: JsonObject = {"resource_id": resource, "force": True}
    for record in changes.removed:
        client.write("datastore_delete", {**call, "filters": record}, {}, _repeatable)
    for some in chunks(changes.upserts):
        client.write("datastore_upsert", {**call, "method": "upsert", "records": some}, {}, _repeatable)
    # This also sets `datastore_active` on the resource, which a portal can lose without losing the table.
    described = [column.to_dict() for column in table.columns]
    client.write("datastore_create", {**call, "fields": described}, {}, _repeatable)


def replace_table(
    client: CkanClient,
    resource: str,
    fields: Sequence[JsonObject],
    key: Sequence[str],
    records: Sequence[Sequence[Record]],
    *,
    exists: bool,
) -> None:
    """Make a resource's table anew with all rows.

    Args:
        client: The CKAN.
        resource: The resource's id.
        fields: The columns, in the JSON of ``datastore_create``.
        key: The columns that distinguish rows; empty if no columns do.
        records: The rows, in one list for each request.
        exists: Whether the resource has a table, which is deleted first.

    Raises:
        PortalError: If the portal cannot be reached or refuses.
    """
    call: JsonObject = {"resource_id": resource, "force": True}
    if exists:
        client.write("datastore_delete", call, {}, lambda: held_table(client, resource) is None)
    made: JsonObject = {**call, "fields": list(fields)}
    if key:
        made["primary_key"] = list(key)
    client.write("datastore_create", made, {}, _repeatable)
    # An upsert sent twice leaves the same rows; an insert sent twice doubles them.
    method, again = ("upsert", _repeatable) if key else ("insert", _not_repeatable)
    for some in records:
        client.write("datastore_upsert", {**call, "method": method, "records": list(some)}, {}, again)


def stored_rows(client: CkanClient, resource: str) -> list[Record]:
    """Return every row of a resource's table, in the order of CKAN's row numbers (``_id``)."""
    size = page_size()
    rows: list[Record] = []
    while True:
        place: JsonObject = {"limit": size, "offset": len(rows), "sort": "_id", "include_total": False}
        asked = {"resource_id": resource, **place}
        with understood(client.name):
            page = list_of(object_of(client.read("datastore_search", asked))["records"])
            rows += [dict(object_of(record)) for record in page]
        if len(page) < size:
            return rows


def exact_rows(client: CkanClient, resource: str) -> list[Record]:
    """Return every row of a resource's table, decimal numbers as text with all digits.

    They are read a second time as CSV: JSON's numbers are read as binary fractions, which lose digits.

    Raises:
        PortalError: If the portal cannot be reached or refuses.
    """
    table = held_table(client, resource)
    rows = [{name: row[name] for name in row if name != "_id"} for row in stored_rows(client, resource)]
    numeric = [name for name, kind in (table.columns if table else ()) if kind == "numeric"]
    if not numeric:
        return rows
    with understood(client.name):
        numbers = _exact_numbers(client, resource, numeric)
        return [{**row, **exact} for row, exact in zip(rows, numbers, strict=True)]


def _exact_numbers(client: CkanClient, resource: str, columns: list[str]) -> Iterator[Record]:
    """Yield the decimal numbers of each row as text; a missing number is ``None``, never an empty text."""
    size, count = page_size(), 0
    place: JsonObject = {"resource_id": resource, "limit": size, "sort": "_id", "include_total": False}
    while True:
        asked = {**place, "offset": count, "fields": columns, "records_format": "csv"}
        text = object_of(client.read("datastore_search", asked))["records"]
        rows = list(csv.reader(io.StringIO(text if isinstance(text, str) else "")))
        for row in rows:
            yield dict(zip(columns, [value or None for value in row or [""]], strict=True))
        count += len(rows)
        if len(rows) < size:
            return


def _repeatable() -> bool:
    """Return ``False`` ("not done yet"), so that the client repeats a step that can safely be done twice."""
    return False


def _not_repeatable() -> bool:
    """Raise an error instead of repeating a step that would double rows; the next run makes the table anew.

    Raises:
        PortalError: Always.
    """
    raise PortalError("datastore-unsure")
