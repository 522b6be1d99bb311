"""Limits of CKAN: names, tags and lists in extras, at and beside each limit."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.catalog.ckanlimits import is_sendable_name, sendable_tag, sendable_tags, strings_of
from meguro_opendata.catalog.forms.dates import day_range
from meguro_opendata.catalog.licences import find_licence


@pytest.mark.parametrize(
    ("name", "sendable"),
    [
        ("ab", True),
        ("a", False),
        ("", False),
        ("a" * 100, True),
        ("a" * 101, False),
        ("a_b-9", True),
        ("AED", False),
        ("a b", False),
        ("a.b", False),
        ("aed\n", False),
        ("ａｂ", False),
        ("new", False),
        ("edit", False),
        ("search", False),
        ("news", True),
    ],
)
def test_a_name_has_2_to_100_small_letters_digits_hyphens_and_underscores(name: str, sendable: bool) -> None:
    """Words that CKAN reserves for its own pages are refused."""
    assert is_sendable_name(name) is sendable


@pytest.mark.parametrize(
    ("keyword", "tag"),
    [
        ("水", ""),
        ("水道", "水道"),
        ("", ""),
        ("a" * 100, "a" * 100),
        ("a" * 101, ""),
        ("  a   b  ", "a b"),
        ("か\u3099す", "がす"),
        ("㈲見本", "有限会社見本"),
        ("食＆農", "食 and 農"),
        ("R&D", "R and D"),
        ("v1.0_a-b", "v1.0_a-b"),
        ("（）", ""),
        ("a,b", "a b"),
    ],
)
def test_a_keyword_becomes_a_tag_that_ckan_accepts(keyword: str, tag: str) -> None:
    """Refused characters are replaced; too short or too long ones have no tag."""
    assert sendable_tag(keyword) == tag


@settings(max_examples=80, deadline=None)
@given(st.lists(st.text(alphabet="水道a&＆・（ \u3000か\u3099", max_size=6), max_size=5))
def test_tags_stay_the_same_when_they_are_made_tags_again(keywords: list[str]) -> None:
    """Each tag comes once and needs no further change."""
    tags = sendable_tags(keywords)
    assert sendable_tags(tags) == tags
    assert len(set(tags)) == len(tags)


@pytest.mark.parametrize(
    ("text", "texts"),
    [
        ("", []),
        ("[]", []),
        ('["a", 1, null]', ["a", "1", "None"]),
        ("公園", ["公園"]),
        ('"公園"', ['"公園"']),
        ('{"a": 1}', ['{"a": 1}']),
        ("12", ["12"]),
        ("[" * 100_000, ["[" * 100_000]),
        ('["a"', ['["a"']),
    ],
    ids=["empty", "no element", "mixed", "word", "quoted", "object", "number", "very deep", "torn"],
)
def test_a_list_in_an_extra_is_read_and_other_text_is_one_element(text: str, texts: list[str]) -> None:
    """Other programs write keywords as plain text."""
    assert strings_of(text) == texts


@settings(max_examples=50, deadline=None)
@given(st.lists(st.text(max_size=5), max_size=4))
def test_a_list_written_as_json_reads_back(texts: list[str]) -> None:
    """Also with quotes, brackets and commas in its texts."""
    assert strings_of(json.dumps(texts)) == texts


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2024", ("2024-01-01", "2024-12-31")),
        ("2024-02", ("2024-02-01", "2024-02-29")),
        ("2023-02", ("2023-02-01", "2023-02-28")),
        ("2024-12", ("2024-12-01", "2024-12-31")),
        ("2024-02-29", ("2024-02-29", "2024-02-29")),
        ("2023-02-29", None),
        ("2024-13", None),
        ("0000", None),
        ("2024-4-1", None),
        ("2024-04-01T00:00", None),
        ("２０２４", None),
        ("", None),
        ("2024-04-01\n", None),
    ],
)
def test_a_day_a_month_or_a_year_is_a_range_of_days(text: str, days: tuple[str, str] | None) -> None:
    """Everything else is no date of a catalogue."""
    found = day_range(text)
    assert (None if found is None else tuple(map(str, found))) == days


@pytest.mark.parametrize(
    ("licence_id", "url", "name"),
    [
        ("CC-BY-4.0", "", "CC BY 4.0"),
        (" cc-by-4.0 ", "", "CC BY 4.0"),
        ("", "https://creativecommons.org/licenses/by/4.0/deed.ja", "CC BY 4.0"),
        ("other", "https://example.org/", None),
        ("", "", None),
        ("cc-zero", "https://creativecommons.org/licenses/by/4.0/", "CC0 1.0"),
    ],
)
def test_a_licence_is_found_by_its_id_first_and_then_by_its_address(
    licence_id: str, url: str, name: str | None
) -> None:
    """A known id is preferred to an address that contradicts it."""
    found = find_licence(licence_id, url)
    assert (found and found.name) == name
