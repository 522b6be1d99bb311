"""``datapackage.json`` is written and read through one type: what is written comes back, damage is reported."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import MeguroOpendataError
from meguro_opendata.release.descriptor import DescribedFile, DescribedPublisher, Descriptor, Disclosure
from meguro_opendata.release.facts import ReleaseFacts
from meguro_opendata.release.freshness import SeriesFiles, SourceList, SourceStamp
from meguro_opendata.release.places import PlaceStamp

TEXT = st.text(max_size=5)
NAMES = st.dictionaries(TEXT, TEXT, max_size=3)
MAYBE = st.none() | TEXT
DEGREE = st.floats(-180, 180)
SERIES = st.builds(SeriesFiles, TEXT, st.lists(TEXT, max_size=2).map(tuple))
STAMP = st.builds(SourceStamp, st.builds(SourceList, NAMES, st.none() | SERIES), NAMES)
COUNT = st.integers(0, 10**6)
TABLES = st.fixed_dictionaries({"encoding": TEXT, "schema": st.dictionaries(TEXT, TEXT, max_size=2)})
PERIODS = st.fixed_dictionaries({"period": TEXT, "temporal": TEXT, "rows": COUNT})


@st.composite
def files(draw: st.DrawFn) -> DescribedFile:
    """A table or another file, of a series or not."""
    more = {**draw(st.just({}) | TABLES), **draw(st.just({}) | PERIODS)}
    return DescribedFile(draw(TEXT), draw(TEXT), draw(TEXT), draw(TEXT), draw(COUNT), draw(TEXT), **more)


DESCRIPTORS = st.builds(
    Descriptor,
    name=TEXT,
    title=TEXT,
    description=TEXT,
    slug=TEXT,
    standard=MAYBE,
    key=st.lists(TEXT, max_size=2).map(tuple),
    metadata=NAMES,
    rows=COUNT,
    files=st.lists(files(), min_size=1, max_size=3).map(tuple),
    stamp=st.none() | STAMP,
    publisher=st.none() | st.builds(DescribedPublisher, TEXT, MAYBE, TEXT, TEXT, TEXT),
    keywords=st.lists(TEXT, max_size=2).map(tuple),
    facts=st.builds(ReleaseFacts, st.none() | st.tuples(DEGREE, DEGREE, DEGREE, DEGREE), MAYBE, MAYBE),
    places=st.none() | st.builds(PlaceStamp, MAYBE, st.booleans(), st.lists(TEXT, max_size=2).map(tuple), NAMES),
    personal=st.lists(st.builds(Disclosure, TEXT, MAYBE, COUNT, MAYBE), max_size=2).map(tuple),
    coordinates=st.lists(NAMES, max_size=2).map(tuple),
)
FILE = DescribedFile("a_csv", "表（CSV）", "a.csv", "csv", 3, "0" * 64, encoding="utf-8-sig", schema={"fields": []})
WHOLE = Descriptor("a", "表", "", "a", None, (), {"department": "課"}, 1, (FILE,), SourceStamp(SourceList({}), {}))


@given(DESCRIPTORS)
def test_what_is_written_comes_back(descriptor: Descriptor) -> None:
    """Reading the bytes gives the same descriptor; writing it again gives the same bytes."""
    again = Descriptor.of(json.loads(descriptor.to_bytes()))
    assert again == descriptor
    assert again.to_bytes() == descriptor.to_bytes()


@given(DESCRIPTORS)
def test_every_file_has_its_rows(descriptor: Descriptor) -> None:
    """A file of a series has its own rows, any other those of the one table."""
    for file in descriptor.files:
        assert descriptor.rows_of(file) == (descriptor.rows if file.period is None else file.rows)


def test_a_folder_without_release_has_no_descriptor(tmp_path: Path) -> None:
    """Neither a missing folder nor an empty one is an error."""
    assert Descriptor.read(tmp_path) is None
    assert Descriptor.read(tmp_path / "a") is None


@pytest.mark.parametrize(
    "edit",
    [
        lambda content: content.clear(),
        lambda content: content.update(resources=[]),
        lambda content: content.update(resources=[1]),
        lambda content: content["resources"][0].pop("hash"),
        lambda content: content["resources"][0].update({"mo:rows": "many"}),
        lambda content: content.pop("mo:rows"),
        lambda content: content.pop("mo:key"),
        lambda content: content.update({"mo:made_of": 1}),
        lambda content: content.update({"mo:made_of": {"files": {}, "series": {}}}),
        lambda content: content.update({"mo:places": {"code": None}}),
        lambda content: content.update({"mo:personal": [{}]}),
        lambda content: content.update({"mo:facts": {"bbox": [1]}}),
    ],
)
def test_damage_names_the_dataset(edit: Callable[[dict[str, Any]], object], tmp_path: Path) -> None:
    """A descriptor that is not as it was written is refused."""
    content = WHOLE.to_dict()
    edit(content)
    (tmp_path / "datapackage.json").write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(MeguroOpendataError) as damaged:
        Descriptor.read(tmp_path)
    assert (damaged.value.code, damaged.value.params["slug"]) == ("release-damaged", tmp_path.name)


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"\xff", b"[" * 100_000])
def test_what_is_no_json_is_damaged(text: bytes, tmp_path: Path) -> None:
    """Neither broken text nor deep nesting stops with a traceback."""
    (tmp_path / "datapackage.json").write_bytes(text)
    with pytest.raises(MeguroOpendataError) as damaged:
        Descriptor.read(tmp_path)
    assert damaged.value.code == "release-damaged"


@pytest.mark.parametrize("missing", ["mo:made_of", "mo:made_from"])
def test_a_release_without_stamp_has_none(missing: str) -> None:
    """It is readable, and counts as out of date."""
    content = WHOLE.to_dict()
    content.pop(missing)
    assert Descriptor.of(content).stamp is None
