"""A CKAN in memory behind the calls of ``CkanClient``: datasets, DataStore and views, with answers lost on request."""

from __future__ import annotations

import copy
import csv
import io
import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from meguro_opendata.errors import RefusedError, UncertainError

Raw = dict[str, Any]


class PretendClient:
    """The answers of a CKAN to the actions that this program calls; ``calls`` has the actions that write.

    Attributes:
        lose: Actions whose next answer is lost after the CKAN has acted.
        refuse: Actions that are refused, with the fields of the refusal.
    """

    has_token = True

    def __init__(self, name: str = "ward") -> None:
        self.name = name
        self.packages: dict[str, Raw] = {}
        self.tables: dict[str, Raw] = {}
        self.views: dict[str, list[Raw]] = {}
        self.files: dict[str, bytes] = {}
        self.lists: dict[str, list[Any]] = {"group": [], "license": [{"id": "cc-by"}], "organization": ["131105"]}
        self.calls: list[str] = []
        self.lose: list[str] = []
        self.refuse: dict[str, tuple[str, ...]] = {}
        self._time = 0

    def read(self, action: str, data: Mapping[str, Any]) -> Any:
        """Return the answer of an action that changes nothing."""
        if action in self.refuse:
            raise RefusedError("portal-refused", self.refuse[action], name=self.name, reasons=[])
        return copy.deepcopy(getattr(self, f"_{action}")(dict(data)))

    def write(self, action: str, data: Mapping[str, Any], files: Mapping[str, Any], settled: Callable[[], bool]) -> Any:
        """Do an action; after a lost answer or a refusal ask ``settled``, as the client does, and repeat if need be."""
        for _ in range(3):
            try:
                return self._acted(action, data, files)
            except UncertainError:
                if settled():
                    return None
            except RefusedError:
                if settled():
                    return None
                raise
        raise UncertainError("portal-no-answer", name=self.name)

    def _acted(self, action: str, data: Mapping[str, Any], files: Mapping[str, Any]) -> Any:
        self.calls.append(action)
        if action in self.refuse:
            raise RefusedError("portal-refused", self.refuse[action], name=self.name, reasons=[])
        answer = getattr(self, f"_{action}")(copy.deepcopy(dict(data)), files)
        if action in self.lose:
            self.lose.remove(action)
            raise UncertainError("portal-no-answer", name=self.name)
        return copy.deepcopy(answer)

    def download(self, path: str) -> bytes:
        """Return an uploaded file by the id of its resource."""
        return self.files.get(path.split("/")[3], b"")

    def _found(self, name: str) -> Raw:
        for package in self.packages.values():
            if name in (package["id"], package["name"]):
                return package
        raise RefusedError("portal-not-found", ("id",), name=self.name, action="package_show")

    def _package_show(self, data: Raw) -> Raw:
        return self._found(data["id"])

    def _package_search(self, data: Raw) -> Raw:
        every = sorted((p for p in self.packages.values() if p["state"] == "active"), key=lambda p: p["name"])
        every = [p for p in every if p["name"] in data["fq"] or "organization:" in data["fq"] or p["id"] in data["fq"]]
        return {"count": len(every), "results": every[data["start"] : data["start"] + data["rows"]]}

    def _stored(self, package: Raw, old: Raw | None) -> Raw:
        self._time += 1
        identifier = old["id"] if old else package.get("id") or f"id-{package['name']}"
        parts = [
            {"id": f"{identifier}-{number}", "url": "", "url_type": "", **part}
            for number, part in enumerate(package.get("resources", []))
        ]
        owner = {"organization": {"name": package.get("owner_org", "131105")}}
        times = {"metadata_modified": f"t{self._time}", "state": "active"}
        stored = {**(old or {}), **package, **owner, **times, "id": identifier, "resources": parts}
        self.packages[identifier] = stored
        return stored

    def _package_create(self, data: Raw, _files: Any) -> Raw:
        if any(p["name"] == data["name"] and p["state"] == "active" for p in self.packages.values()):
            raise RefusedError("portal-refused", ("name",), name=self.name, reasons=[])
        return self._stored(data, None)

    def _package_revise(self, data: Raw, files: Mapping[str, Any]) -> Raw:
        asked = {key: json.loads(value) if isinstance(value, str) else value for key, value in data.items()}
        old = self._found(asked["match"]["id"])
        if old["metadata_modified"] != asked["match"]["metadata_modified"]:
            raise RefusedError("portal-refused", ("match",), name=self.name, reasons=[])
        stored = self._stored(asked["update"], old)
        for field, (path, name, _) in files.items():
            part = stored["resources"][int(field.split("__")[2])]
            part |= {"url": f"http://localhost/{name}", "url_type": "upload", "size": path.stat().st_size}
            self.files[part["id"]] = path.read_bytes()
        return {"package": stored}

    def _package_delete(self, data: Raw, _files: Any) -> None:
        self._found(data["id"])["state"] = "deleted"

    def _resource_patch(self, data: Raw, _files: Any) -> Raw:
        parts = [part for package in self.packages.values() for part in package["resources"]]
        (part,) = [part for part in parts if part["id"] == data["id"]]
        part.update(data)
        return part

    def _datastore_search(self, data: Raw) -> Raw:
        table = self.tables.get(data["resource_id"])
        if table is None:
            raise RefusedError("portal-not-found", ("id",), name=self.name, action="datastore_search")
        start = data.get("offset", 0)
        rows = table["rows"][start : start + data["limit"]]
        fields = [{"id": "_id", "type": "int"}, *table["fields"]]
        if data.get("records_format") == "csv":
            text = io.StringIO()
            csv.writer(text).writerows([[row[name] for name in data["fields"]] for row in rows])
            return {"records": text.getvalue()}
        shown = [{key: float(v) if isinstance(v, Decimal) else v for key, v in row.items()} for row in rows]
        return {"fields": fields, "total": len(table["rows"]), "records": shown}

    def _datastore_info(self, data: Raw) -> Raw:
        table = self.tables[data["id"]]
        index = {"schema": {"index_name": "pk"}}
        fields = [{**field, **(index if field["id"] in table["key"] else {})} for field in table["fields"]]
        return {"fields": fields, "meta": {"aliases": table.get("aliases")}}

    def _datastore_create(self, data: Raw, _files: Any) -> None:
        table = self.tables.setdefault(data["resource_id"], {"fields": data["fields"], "key": [], "rows": []})
        table["key"] = data.get("primary_key", table["key"])
        table["aliases"] = data.get("aliases", table.get("aliases"))

    def _datastore_upsert(self, data: Raw, _files: Any) -> None:
        table = self.tables[data["resource_id"]]
        numeric = {field["id"] for field in table["fields"] if field["type"] == "numeric"}
        for record in data["records"]:
            row = {k: Decimal(str(v)) if k in numeric and v is not None else v for k, v in record.items()}
            if data["method"] == "upsert":
                if not table["key"]:
                    raise RefusedError("portal-refused", ("key",), name=self.name, reasons=[])
                same = [one for one in table["rows"] if all(one[name] == row[name] for name in table["key"])]
                table["rows"] = [one for one in table["rows"] if one not in same]
            table["rows"].append({"_id": len(table["rows"]) + 1, **row})

    def _datastore_delete(self, data: Raw, _files: Any) -> None:
        if "filters" not in data:
            if self.tables.pop(data["resource_id"], None) is None:
                raise RefusedError("portal-not-found", ("id",), name=self.name, action="datastore_delete")
            return
        table = self.tables[data["resource_id"]]
        wanted = data["filters"].items()
        table["rows"] = [row for row in table["rows"] if not all(row[name] == value for name, value in wanted)]

    def _resource_view_list(self, data: Raw) -> list[Raw]:
        return self.views.get(data["id"], [])

    def _resource_view_create(self, data: Raw, _files: Any) -> None:
        views = self.views.setdefault(data["resource_id"], [])
        views.append({**data, "id": f"view-{len(views)}", "package_id": "x"})

    def _group_list(self, _data: Raw) -> list[Any]:
        return self.lists["group"]

    def _license_list(self, _data: Raw) -> list[Any]:
        return self.lists["license"]

    def _organization_list(self, _data: Raw) -> list[Any]:
        return self.lists["organization"]

    def _organization_show(self, data: Raw) -> Raw:
        return {"name": data["id"], "title": "目黒区", "id": "o1"}

    def _organization_list_for_user(self, _data: Raw) -> list[Raw]:
        return [{"name": name} for name in self.lists["organization"]]

    def _status_show(self, _data: Raw) -> Raw:
        return {"ckan_version": "2.11.6"}

    def _user_show(self, _data: Raw) -> Raw:
        return {"name": "staff"}
