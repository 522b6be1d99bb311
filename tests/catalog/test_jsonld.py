"""JSON-LD of other catalogues: whatever their prefixes are, the properties get ours, and nothing is fetched."""

from __future__ import annotations

import json
import socket
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.catalog.forms.jsonld import all_of, compact, load_document, nodes_of
from meguro_opendata.catalog.package import Json

DCT = "http://purl.org/dc/terms/"
TITLED = [{"@type": ["dcat:Dataset"], "dct:title": "名称"}]


@pytest.mark.parametrize(
    "document",
    [
        {"@type": "dcat:Dataset", "dct:title": "名称"},
        {"@type": "http://www.w3.org/ns/dcat#Dataset", f"{DCT}title": "名称"},
        {"@context": {"terms": DCT}, "@type": "dcat:Dataset", "terms:title": "名称"},
        {"@context": [{"dct": "http://example.com/"}, {"terms": DCT}], "@type": "dcat:Dataset", "terms:title": "名称"},
        {"@graph": [{"@type": ["dcat:Dataset"], "dct:title": "名称"}]},
        {"@context": "https://example.com/context.jsonld", "@type": "dcat:Dataset", "dct:title": "名称"},
    ],
    ids=["ours", "addresses", "prefix", "last context", "graph", "remote context"],
)
def test_a_property_has_our_prefix_however_it_is_named(
    document: dict[str, Json], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The dataset and its title are found, without any connection to the network."""

    def refuse(*_: object) -> NoReturn:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    datasets = list(nodes_of(load_document(json.dumps(document)), "dcat:Dataset"))
    assert [{"@type": node["@type"], "dct:title": node["dct:title"]} for node in datasets] == TITLED


@pytest.mark.parametrize("levels", [40, 41])
def test_a_document_that_is_too_deep_is_refused(levels: int) -> None:
    """Up to 40 levels are read; one more is an error, not an endless descent."""
    text = '{"dct:a":' * levels + "1" + "}" * levels
    if levels > 40:
        with pytest.raises(ValueError, match="too deep"):
            load_document(text)
    else:
        assert load_document(text)


names = st.sampled_from(["dct:title", f"{DCT}title", "@id", "x"])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(names, values, max_size=3))
def test_what_has_our_prefixes_stays(node: dict[str, Json]) -> None:
    """Compacting twice changes nothing more, and every value of a property is kept."""
    once = compact(node, {DCT: "dct:"})
    assert compact(once, {DCT: "dct:"}) == once
    assert [len(all_of(node, name)) for name in ("@id", "x")] == [len(all_of(once, name)) for name in ("@id", "x")]
    assert not any(name.startswith(DCT) for name in once)
