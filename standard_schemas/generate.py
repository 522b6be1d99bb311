"""Write every ``schema.json`` from its ``definition.yaml`` and the kinds of value.

    python -m meguro_opendata.standard_schemas.generate

The definitions are the files to edit; the schemas are plain Frictionless Table Schemas, for anybody to use.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent
PREFIX = "mo:"
_KEPT = (
    "requirement",
    "requirement_basis",
    "requirement_hint",
    "legacy_requirement",
    "format",
    "values",
    "english_name",
    "confidence",
    "evidence",
)
_ONE_OF_THESE = {"enum"}


def field_descriptor(
    item: Mapping[str, Any], kinds: Mapping[str, Mapping[str, Any]], key: str | None
) -> dict[str, Any]:
    """One field of a Table Schema from one item of a definition."""
    kind = kinds[item["kind"]]
    described: dict[str, Any] = {"name": item["name"], "title": item["name"], "type": kind["type"]}
    if "format" in kind:
        described["format"] = kind["format"]
    if "description" in item:
        described["description"] = item["description"]
    if "example" in item:
        described["example"] = item["example"]
    constraints = _constraints(item, kind, key)
    if constraints:
        described["constraints"] = constraints
    described[f"{PREFIX}kind"] = item["kind"]
    for name in _KEPT:
        if name in item:
            described[f"{PREFIX}{name}"] = item[name]
    return described


def _constraints(item: Mapping[str, Any], kind: Mapping[str, Any], key: str | None) -> dict[str, Any]:
    constraints: dict[str, Any] = {}
    if item["requirement"] == "required" and not item.get("may_be_empty"):
        constraints["required"] = True
    if item["name"] == key:
        constraints["unique"] = True
    constraints.update(kind.get("constraints", {}))
    if item["kind"] in _ONE_OF_THESE and "values" in item:
        constraints["enum"] = item["values"]
    return constraints


def schema(definition: Mapping[str, Any], version: str, kinds: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The Table Schema of one version of a definition."""
    part = definition["versions"][version]
    key = part.get("key") if part.get("key_is_unique", True) else None
    return {
        "name": definition["id"],
        "title": definition["title"],
        "version": version,
        f"{PREFIX}standard": f"{definition['id']}@{version}",
        f"{PREFIX}title_en": definition["title_en"],
        f"{PREFIX}edition": part["edition"],
        f"{PREFIX}key": part.get("key"),
        f"{PREFIX}known_gaps": part.get("known_gaps", []),
        "missingValues": [""],
        "fields": [field_descriptor(item, kinds, key) for item in part["fields"]],
    }


def schemas(folder: Path = FOLDER) -> Iterator[tuple[Path, str]]:
    """The path and the text of every schema that the definitions below ``folder`` give, sorted by path."""
    kinds = yaml.safe_load((FOLDER / "value_kinds.yaml").read_text(encoding="utf-8"))
    for path in sorted(folder.glob("*/definition.yaml")):
        definition = yaml.safe_load(path.read_text(encoding="utf-8"))
        for version in sorted(definition["versions"]):
            described = schema(definition, version, kinds)
            yield path.parent / version / "schema.json", json.dumps(described, ensure_ascii=False, indent=1) + "\n"


def main() -> None:
    """Write every schema below this folder."""
    for path, text in schemas():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
