"""JSON-LD as it comes: names with whatever prefix or none, values alone or in lists, as texts or as objects."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from meguro_opendata.catalog.forms.dcat import dcat_words

__all__ = ["Node", "all_of", "compact", "first", "is_a", "label", "load_document", "nodes_of", "text_of"]

Node = dict[str, Any]
_DEEPEST = 40
_LABELS = ("rdfs:label", "skos:prefLabel", "foaf:name", "vcard:fn", "dct:title")


def load_document(text: str) -> Node:
    """A document of JSON-LD with the names of its properties under our own prefixes.

    Raises:
        ValueError: If it is no JSON, no object, or deeper than any catalogue is.
    """
    loaded = json.loads(text)
    if not isinstance(loaded, dict):
        raise TypeError("no object")
    named: Node = compact(loaded, _prefixes(loaded.get("@context")))
    return named


def _prefixes(context: Any) -> dict[str, str]:
    """What each prefix of a document, or a whole address, is with us; of several contexts the last counts."""
    own = {address: prefix for prefix, address in dcat_words()["context"].items()}
    contexts = [part for part in (context if isinstance(context, list) else [context]) if isinstance(part, dict)]
    named = [(name, address) for part in contexts for name, address in part.items() if isinstance(address, str)]
    theirs = {f"{name}:": f"{own[address]}:" for name, address in named if address in own}
    return {**{address: f"{prefix}:" for address, prefix in own.items()}, **theirs}


def compact(value: Any, prefixes: Mapping[str, str], depth: int = 0) -> Any:
    """A value whose property names, and types, have our prefixes.

    >>> compact({"http://purl.org/dc/terms/title": "a"}, {"http://purl.org/dc/terms/": "dct:"})
    {'dct:title': 'a'}
    """
    if depth > _DEEPEST:
        raise ValueError("too deep")
    if isinstance(value, list):
        return [compact(part, prefixes, depth + 1) for part in value]
    if not isinstance(value, dict):
        return value
    named = {_name(key, prefixes): compact(part, prefixes, depth + 1) for key, part in value.items()}
    if "@type" in named:
        types = named["@type"] if isinstance(named["@type"], list) else [named["@type"]]
        named["@type"] = [_name(str(kind), prefixes) for kind in types]
    return named


def _name(name: str, prefixes: Mapping[str, str]) -> str:
    long = next((start for start in prefixes if name.startswith(start)), None)
    return name if long is None else prefixes[long] + name[len(long) :]


def is_a(node: Mapping[str, Any], kind: str) -> bool:
    """Whether a node has a type."""
    return kind in node.get("@type", ())


def nodes_of(document: Node, kind: str) -> Iterator[Node]:
    """Every node of a type, wherever it stands, in the order of the document."""
    waiting: list[Any] = [document]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list):
            waiting += reversed(value)
        elif isinstance(value, dict):
            if is_a(value, kind):
                yield value
            waiting += reversed(list(value.values()))


def all_of(node: Mapping[str, Any], name: str) -> list[Any]:
    """The values of a property, however many."""
    value = node.get(name)
    return [] if value is None else value if isinstance(value, list) else [value]


def first(node: Mapping[str, Any], name: str) -> Any:
    """The first value of a property, ``None`` if it has none."""
    return next(iter(all_of(node, name)), None)


def text_of(value: Any) -> str:
    """A value as text: a literal's, or a node's address.

    >>> text_of({"@value": "名称", "@language": "ja"}), text_of({"@id": "https://example.com/"}), text_of(None)
    ('名称', 'https://example.com/', '')
    """
    if isinstance(value, dict):
        value = value.get("@value", value.get("@id"))
    return "" if value is None or isinstance(value, list | dict) else str(value)


def label(value: Any) -> str:
    """What a node is called, or the text itself."""
    if not isinstance(value, dict) or "@value" in value:
        return text_of(value)
    return next((text for name in _LABELS if (text := text_of(first(value, name)))), text_of(value))
