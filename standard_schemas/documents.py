"""Documents of the standards, written from the data: a README beside each schema, a page for departments, the index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import jinja2

from meguro_opendata.standard.field_help import explain
from meguro_opendata.standard.model import Field, schema_fields

from .schemas import FOLDER, PREFIX, data, definitions, schema

__all__ = ["pages", "readme"]


def readme(standard_id: str) -> str:
    """Return ``<id>/README.md``: every version with its files, fields, gaps and sources."""
    described = _described(_entry(standard_id))
    cited = {piece["id"]: piece for version in described["versions"] for piece in version["evidence"]}
    return _render("readme.md", **described, evidence=_evidence(cited))


def pages() -> Iterator[tuple[str, str]]:
    """Yield the project's documents by path: the index, and a page for each dataset with details."""
    yield "standards.md", _index()
    for entry in data("catalog.yaml"):
        if entry["status"] == "schema":
            yield f"standards/{entry['id']}.md", _page(entry)
        elif entry["status"] == "files":
            yield f"standards/{entry['id']}.md", _files_page(entry)


def _index() -> str:
    entries = [_described(entry) for entry in data("catalog.yaml")]
    versions = [version for entry in entries for version in entry["versions"]]
    totals = {
        "datasets": len(entries),
        "schemas": len(versions),
        "fields": sum(len(version["fields"]) for version in versions),
        "known": sum(version["known"] for version in versions),
    }
    return _render("index.md", entries=[_line(entry) for entry in entries], totals=totals)


def _line(described: Mapping[str, Any]) -> dict[str, Any]:
    has_page = described["status_code"] != "listed"
    return {
        **described,
        "page": f"standards/{described['id']}.md" if has_page else None,
        "counts": [f"{version['version']}（{len(version['fields'])}）" for version in described["versions"]],
        "known": [f"{version['version']}: {version['known']}" for version in described["versions"]],
    }


def _page(entry: Mapping[str, Any]) -> str:
    described = _described(entry)
    current, *older = described["versions"]
    return _render("page.md", **described, current=current, older=older[0] if older else None)


def _files_page(entry: Mapping[str, Any]) -> str:
    listed = data(f"{entry['id']}/files.yaml")
    return _render("files.md", **_described(entry), set=listed, evidence=_evidence(listed["evidence"]), words=_words())


def _described(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return a dataset in words, its newest version first."""
    words, definition = _words(), definitions().get(entry["id"])
    return {
        **{name: entry.get(name) for name in ("id", "number", "title", "title_en", "purpose", "file_name")},
        "file_name_basis": words["file_name_basis"][entry["file_name_basis"]],
        "licence": {name: words["licence"][licence] for name, licence in entry["licence"].items()},
        "confidence": words["confidence"][entry["confidence"]],
        "status": words["status"][entry["status"]],
        "status_code": entry["status"],
        "versions": [_version(schema(definition, version)) for version in entry["versions"]] if definition else [],
    }


def _version(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return one version in words."""
    words, fields = _words(), schema_fields(described)
    cited = [piece for field in fields for piece in field.descriptor[f"{PREFIX}evidence"]]
    return {
        "version": described["version"],
        "name": words["versions"].get(described["version"], words["current"]),
        "edition": described[f"{PREFIX}edition"],
        "column_order": described.get(f"{PREFIX}column_order"),
        "key": described[f"{PREFIX}key"],
        "unique": any(field.descriptor.get("constraints", {}).get("unique") for field in fields),
        "gaps": described[f"{PREFIX}known_gaps"],
        "notes": described.get(f"{PREFIX}notes", []),
        "carry": [{**item, "how": words["how"][item["how"]]} for item in described.get(f"{PREFIX}carry", ())],
        "fields": [_row(field) for field in fields],
        "required": [field.name for field in fields if field.descriptor.get("constraints", {}).get("required")],
        "known": sum(field.requirement != "unknown" for field in fields),
        "evidence": _evidence(dict.fromkeys(cited)),
    }


def _row(field: Field) -> dict[str, str]:
    """Return one field in words."""
    explained, about, words = explain(field, "ja"), field.descriptor, _words()
    note = about.get(f"{PREFIX}note")
    emptiness = words["may_be_empty"] if about.get(f"{PREFIX}may_be_empty") else ""
    said_by_the_form = "constraints" in data("value_kinds.yaml")[field.kind]
    listed = "" if said_by_the_form else "".join(f"「{value}」" for value in explained.values)
    certainty = words["confidence"][about[f"{PREFIX}confidence"]]
    return {
        "name": field.name,
        "meaning": f"{explained.meaning}（注: {note}）" if note else explained.meaning,
        "requirement": "。".join(filter(None, (explained.requirement, emptiness))),
        "form": f"{explained.form}: {listed}" if listed else explained.form,
        "example": _example(field),
        "certainty": f"{certainty}（{'、'.join(about[f'{PREFIX}evidence'])}）",
    }


def _example(field: Field) -> str:
    about, words = field.descriptor, _words()
    if "example" not in about:
        return ""
    basis = words["example_basis"][about[f"{PREFIX}example_basis"]]
    failing = "" if about.get(f"{PREFIX}example_passes", True) else f"。{words['example_fails']}"
    return f"`{about['example']}`（{basis}{failing}）"


def _evidence(ids: Mapping[str, Any] | list[str]) -> list[dict[str, str]]:
    known = data("evidence.yaml")
    return [{"id": piece, **known[piece]} for piece in ids]


def _entry(standard_id: str) -> Mapping[str, Any]:
    return next(entry for entry in data("catalog.yaml") if entry["id"] == standard_id)


def _words() -> Mapping[str, Any]:
    words: Mapping[str, Any] = data("words.yaml")
    return words


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(FOLDER / "templates"),
        autoescape=jinja2.select_autoescape(),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["cell"] = _cell
    return environment


def _cell(text: str) -> str:
    """Return text that stays in its cell of a Markdown table: no bar and no line break is left bare."""
    return " ".join(text.replace("|", "\\|").split("\n"))


def _render(template: str, **values: Any) -> str:
    return _environment().get_template(template).render(**values)
