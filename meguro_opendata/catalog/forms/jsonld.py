"""JSON-LD of any writer: names with any prefix or without one, values alone or in lists, as texts or objects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from meguro_opendata.catalog.forms.dcat import dcat_words
from meguro_opendata.catalog.package import Json, JsonObject
from meguro_opendata.files.jsontext import parsed_json

__all__ = ["all_of", "compact", "first", "is_a", "label", "load_document", "nodes_of", "text_of"]

# ``pyld`` (3.3, compaction with our own context) and ``rdflib`` (7.6) know more of JSON-LD. They are not used:
# - Of 20 documents (an exported catalogue and variants of its context) pyld reads 12 alike, and 4 better: ``@vocab``,
#   terms as aliases, a context within a node, a language map. But it refuses 3 that are read now: those with a remote
#   context, which could only be had from the network, and known prefixes without a context. CKAN and portals like it
#   write ``@graph`` and prefixes, which are read here. A document of 200 levels is refused here only.
# - Both fetch remote contexts unless that is forbidden; here nothing can. rdflib does not keep the order of datasets.
# - Their import costs 160 ms and 130 ms of processor time; pyld brings lxml (12 MB) and takes five times as long.
_DEEPEST = 40
_LABELS = ("rdfs:label", "skos:prefLabel", "foaf:name", "vcard:fn", "dct:title")


def load_document(text: str) -> JsonObject:
    """Return a document of JSON-LD with the names of its properties under our own prefixes.

    Raises:
        ValueError: If it is no JSON, holds half of a sign (``HalfSignError``), or is deeper than any catalogue is.
        TypeError: If it is no object.
    """
    loaded = parsed_json(text)
    if not isinstance(loaded, dict):
        raise TypeError("no object")
    return compact(loaded, _prefixes(loaded.get("@context")))


def _prefixes(context: Json) -> dict[str, str]:
    """Return our prefix for each prefix or whole address of a document; the last of several contexts counts."""
    own = {address: prefix for prefix, address in dcat_words()["context"].items()}
    contexts = [part for part in (context if isinstance(context, list) else [context]) if isinstance(part, dict)]
    named = [(name, address) for part in contexts for name, address in part.items() if isinstance(address, str)]
    theirs = {f"{name}:": f"{own[address]}:" for name, address in named if address in own}
    return {**{address: f"{prefix}:" for address, prefix in own.items()}, **theirs}


def compact(node: JsonObject, prefixes: Mapping[str, str]) -> JsonObject:
    """Return a node, with all nodes inside it, whose properties and types have our prefixes.

    >>> compact({"http://purl.org/dc/terms/title": "a"}, {"http://purl.org/dc/terms/": "dct:"})
    {'dct:title': 'a'}

    Raises:
        ValueError: If it is deeper than any catalogue is.
    """
    return _compact_node(node, prefixes, 0)


def _compact_node(node: JsonObject, prefixes: Mapping[str, str], depth: int) -> JsonObject:
    named = {_name(key, prefixes): _compact_value(part, prefixes, depth + 1) for key, part in node.items()}
    if "@type" in named:
        named["@type"] = [_name(str(kind), prefixes) for kind in _as_list(named["@type"])]
    return named


def _compact_value(value: Json, prefixes: Mapping[str, str], depth: int) -> Json:
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, list):
        return [_compact_value(part, prefixes, depth + 1) for part in value]
    return _compact_node(value, prefixes, depth) if isinstance(value, dict) else value


def _as_list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _name(name: str, prefixes: Mapping[str, str]) -> str:
    long = next((start for start in prefixes if name.startswith(start)), None)
    return name if long is None else prefixes[long] + name[len(long) :]


def is_a(node: Mapping[str, Json], kind: str) -> bool:
    """Return whether a node has a type."""
    return kind in all_of(node, "@type")


def nodes_of(document: JsonObject, kind: str) -> Iterator[JsonObject]:
    """Yield every node of a type at any depth, in the order of the document."""
    waiting: list[Json] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            if is_a(value, kind):
                yield value
            waiting += reversed(list(value.values()))


def all_of(node: Mapping[str, Json], name: str) -> list[Json]:
    """Return all values of a property as a list."""
    value = node.get(name)
    return [] if value is None else _as_list(value)


def first(node: Mapping[str, Json], name: str) -> Json:
    """Return the first value of a property, ``None`` if it has none."""
    return next(iter(all_of(node, name)), None)


def text_of(value: Json) -> str:
    """Return a value as text: a literal's, or a node's address.

    >>> text_of({"@value": "名称", "@language": "ja"}), text_of({"@id": "https://example.com/"}), text_of(None)
    ('名称', 'https://example.com/', '')
    """
    if isinstance(value, dict):
        value = value.get("@value", value.get("@id"))
    return "" if value is None or isinstance(value, list | dict) else str(value)


def label(value: Json) -> str:
    """Return the label of a node, or a text itself."""
    if not isinstance(value, dict) or "@value" in value:
        return text_of(value)
    return next((text for name in _LABELS if (text := text_of(first(value, name)))), text_of(value))
