"""A catalogue in JSON-LD against DCAT-AP's mandatory and recommended properties, by rules kept as data."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from meguro_opendata.catalog.forms.jsonld import all_of, first, label, nodes_of, text_of
from meguro_opendata.catalog.package import Json, JsonObject
from meguro_opendata.findings import Finding
from meguro_opendata.packaged import packaged_toml

__all__ = ["check_catalog", "check_dataset", "check_document"]

_SEVERITIES = {"mandatory": "error", "recommended": "warning"}
# The codes for a single node, and for several files.
_LACKS = {
    "mandatory": ("dcat-mandatory", "dcat-mandatory-files"),
    "recommended": ("dcat-recommended", "dcat-recommended-files"),
}
# A finding quotes the start of a value; a whole description would fill the terminal.
_SHOWN = 60
_RULES = "dcat_ap.toml"


@dataclass(frozen=True)
class Rule:
    """The requirement of one class on one property (``dcat_ap.toml``)."""

    kind_of_thing: str
    property: str
    need: str
    kind: str
    says: str
    after_publication: bool = False


def check_document(document: JsonObject) -> list[Finding]:
    """Return findings on a catalogue against DCAT-AP; a finding on a dataset has its name as ``file``.

    Args:
        document: As :func:`meguro_opendata.catalog.forms.jsonld.load_document` gives it.
    """
    catalogs = [found for node in nodes_of(document, "dcat:Catalog") for found in check_catalog(node)]
    return [*catalogs, *(found for node in nodes_of(document, "dcat:Dataset") for found in check_dataset(node))]


def check_catalog(node: JsonObject) -> list[Finding]:
    """Return findings on the properties that the catalogue itself lacks."""
    return list(_findings("dcat:Catalog", [node], None))


def check_dataset(node: JsonObject, *, published: bool = True) -> list[Finding]:
    """Return findings on a dataset and its distributions.

    A property that several files lack gives one finding with their number.

    Args:
        node: The dataset.
        published: Whether its files have been published; before, their addresses are unknown.
    """
    name = text_of(first(node, "dct:identifier")) or text_of(first(node, "dct:title")) or text_of(node)
    parts = [part for part in all_of(node, "dcat:distribution") if isinstance(part, dict)]
    own = _findings("dcat:Dataset", [node], name, published)
    return [*own, *_findings("dcat:Distribution", parts, name, published)]


def _findings(kind: str, nodes: list[JsonObject], dataset: str | None, published: bool = True) -> Iterator[Finding]:
    for rule in _rules():
        if rule.kind_of_thing == kind and (published or not rule.after_publication):
            yield from _lacking(rule, nodes, dataset)
            yield from _misshapen(rule, nodes, dataset)


def _lacking(rule: Rule, nodes: list[JsonObject], dataset: str | None) -> Iterator[Finding]:
    lacking = [node for node in nodes if not _filled(node, rule)]
    if lacking and rule.need in _SEVERITIES:
        yield Finding(
            _LACKS[rule.need][len(nodes) > 1],
            _SEVERITIES[rule.need],
            field=rule.property,
            value=_title(lacking[0]) or None,
            params={"property": rule.says, "term": rule.property, "count": len(lacking), "of": len(nodes)},
            file=dataset,
        )


def _misshapen(rule: Rule, nodes: list[JsonObject], dataset: str | None) -> Iterator[Finding]:
    wrong = [value for node in nodes for value in all_of(node, rule.property) if not _fits(value, rule)]
    if wrong:
        params: dict[str, object] = {"property": rule.says, "term": rule.property}
        value = _written(wrong[0])[:_SHOWN]
        yield Finding("dcat-form", "error", field=rule.property, value=value, params=params, file=dataset)


def _title(node: JsonObject) -> str:
    return text_of(first(node, "dct:title"))


def _filled(node: Mapping[str, Json], rule: Rule) -> bool:
    return any(value not in (None, "", {}, []) for value in all_of(node, rule.property))


def _written(value: Json) -> str:
    """Return a value's text or address, else its label."""
    return text_of(value) or label(value)


def _fits(value: Json, rule: Rule) -> bool:
    """Return whether a value has the form that its property asks for; a node may be an object or an address."""
    if value in (None, "", {}, []) or rule.kind == "node":
        return True
    return re.fullmatch(_kinds()[rule.kind], _written(value), re.DOTALL) is not None


@cache
def _rules() -> tuple[Rule, ...]:
    rules = packaged_toml(__package__, _RULES)["rule"]
    return tuple(Rule(one["class"], **{name: part for name, part in one.items() if name != "class"}) for one in rules)


@cache
def _kinds() -> Mapping[str, str]:
    """Return the pattern of each kind of value."""
    kinds: Mapping[str, str] = packaged_toml(__package__, _RULES)["kinds"]
    return kinds
