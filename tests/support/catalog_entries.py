"""Datasets as a catalogue can have them, with texts of any letters: a strategy for properties."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from hypothesis import strategies as st

from meguro_opendata.catalog import CatalogEntry, Contact, Distribution

LETTERS = st.characters(exclude_categories=("Cs", "Cc"))
FILLED = (
    st.text(LETTERS, min_size=1, max_size=12).map(lambda text: unicodedata.normalize("NFC", text)).filter(str.strip)
)
KEYWORDS = st.one_of(FILLED, st.sampled_from(["水", "子育て・教育", "㈱", "（仮）", "a" * 101, "自治体標準ODS"]))
PERHAPS = st.none() | FILLED
DAYS = st.none() | st.dates().map(str)
DEGREES = st.floats(-180, 180, allow_nan=False)
PARTS = st.builds(
    Distribution,
    name=FILLED,
    format=FILLED,
    url=FILLED,
    description=st.just("") | FILLED,
    size=st.none() | st.integers(1, 10**12),
    sha256=st.none() | st.text("0123456789abcdef", min_size=64, max_size=64),
    rows=st.none() | st.integers(1, 10**9),
    issued=DAYS,
    modified=DAYS,
    encoding=PERHAPS,
    temporal=PERHAPS,
    access_url=PERHAPS,
    status=PERHAPS,
).map(lambda part: replace(part, modified=part.modified or part.issued))
CONTACTS = st.builds(
    Contact, **{name: st.just("") | FILLED for name in ("email", "phone", "extension", "form", "note")}
)
ENTRIES = st.builds(
    CatalogEntry,
    name=st.from_regex(r"\A[a-z0-9_-]{2,20}\Z"),
    title=FILLED,
    description=st.just("") | FILLED,
    department=FILLED,
    frequency=st.just("") | FILLED,
    license_id=st.just("") | FILLED,
    license_title=st.just("") | FILLED,
    license_url=st.just("") | FILLED,
    keywords=st.lists(KEYWORDS, max_size=4, unique=True).map(tuple),
    groups=st.lists(st.one_of(FILLED, st.just("c003")), max_size=3).map(tuple),
    issued=DAYS,
    modified=st.dates().map(str),
    landing_page=PERHAPS,
    spatial=PERHAPS,
    temporal=PERHAPS,
    provenance=PERHAPS,
    standard=PERHAPS,
    language=st.sampled_from(["ja", "en"]),
    bbox=st.none() | st.tuples(DEGREES, DEGREES, DEGREES, DEGREES),
    subtitle=PERHAPS,
    universal_menu=PERHAPS,
    version=PERHAPS,
    documents=st.lists(FILLED, max_size=2).map(tuple),
    remarks=PERHAPS,
    contact=CONTACTS,
    publisher=FILLED,
    publisher_id=FILLED,
    extras=st.dictionaries(st.text("abcxyz", min_size=1, max_size=5).map("x_".__add__), FILLED, max_size=3).map(
        lambda extras: tuple(extras.items())
    ),
    distributions=st.lists(PARTS, max_size=3).map(tuple),
)
