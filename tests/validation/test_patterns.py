"""Patterns for whole columns: which are translated, which are left to Python, and that nothing more is accepted."""

from __future__ import annotations

import re
import warnings
from typing import Any

import polars as pl
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pattern_parts import SIGNS, STANDARD, TEXTS

from meguro_opendata.validation.engine.patterns import whole_match


def accepted(written: str, texts: list[str]) -> list[bool]:
    """Which texts polars accepts."""
    return pl.Series(texts, dtype=pl.String).str.contains(written).to_list()


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        ("[0-9]{3}-?[0-9]{4}", ["1530043", "153-0043"], ["15-30043", "153-0043\n", "１５３００４３"]),
        ("a|bc", ["a", "bc"], ["ab", "c", "abc"]),
        ("(a|b)*c", ["c", "abac"], ["ab", ""]),
        (r"\d{,2}", ["", "12"], ["123", "a"]),
        (r"[\w.-]+", ["a.b-c_1"], ["a b", "有"]),
        ("[]a]", ["]", "a"], ["", "[", "]]"]),
        ("[^]a]", ["b", "\n"], ["]", "a"]),
        ("[a-]", ["a", "-"], ["b", "`"]),
        (r"[\x41-\u3042]+", ["A", "あa"], ["@"]),
        (r"\{\}\.", ["{}."], ["{}a"]),
        (".", ["有", "\r"], ["\n", ""]),
        ("^a$", ["a"], ["^a$"]),
        ("a{2,3}?", ["aa", "aaa"], ["a", "aaaa"]),
        (r"[&&~~||a-]+", ["&~|a-"], ["b"]),
        ("", [""], ["a"]),
    ],
)
def test_a_pattern_is_translated(pattern: str, good: list[str], bad: list[str]) -> None:
    """Each construct that schemas use accepts what it means, and not its neighbours."""
    written = whole_match(pattern)
    assert written is not None
    assert accepted(written, good + bad) == [True] * len(good) + [False] * len(bad)


@pytest.mark.parametrize(
    "pattern",
    [
        *(
            "(?=a)a",
            "(?!a)b",
            "(?i)a",
            "(?i:a)",
            "(?P<n>a)",
            "(?#x)a",
            "(?>a)",
            r"(a)\1",
            r"\0",
            r"\ba",
            r"\D",
            r"[^\d]",
        ),
        *(
            "a**",
            "a*+",
            "a{2}{3}",
            "a{3,1}",
            "{",
            "a{",
            "a{}",
            "{2}",
            "*",
            "^*",
            "(a",
            "a)",
            "[a",
            "[]",
            "[b-a]",
            r"[a-\d]",
        ),
        *(r"[\d-a]", "\\", r"\q", r"\x4", r"\N{BULLET}", "[\ud800-a]", "\ud800", "a{9999999}", "((a{999}){999}){999}"),
        "(" * 5000 + ")" * 5000,
    ],
    ids=lambda pattern: ascii(pattern)[:20],
)
def test_a_pattern_whose_meaning_might_differ_is_left_to_python(pattern: str) -> None:
    """What is not known, not well formed or too large has no column test."""
    assert whole_match(pattern) is None


@pytest.mark.parametrize("pattern", STANDARD)
def test_every_pattern_of_the_standard_is_translated(pattern: str) -> None:
    """No column of the national standard is read value by value for its pattern."""
    assert whole_match(pattern) is not None


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_what_a_standard_pattern_means_is_accepted_by_its_translation(data: Any) -> None:
    """Every text that a pattern of the standard describes is proved good by the column test."""
    pattern = data.draw(st.sampled_from(STANDARD))
    text = data.draw(st.from_regex(pattern, fullmatch=True))
    assume(re.fullmatch(r"[^\ud800-\udfff]*", text))
    assert accepted(whole_match(pattern) or "", [text]) == [True]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from(SIGNS), max_size=8).map("".join), st.lists(TEXTS, max_size=8))
def test_a_translation_is_one_of_a_pattern_that_python_takes(pattern: str, texts: list[str]) -> None:
    """What Python refuses is never translated; what polars accepts, Python accepts."""
    written = whole_match(pattern)
    if written is None:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        meant = re.compile(f"^{pattern}$")
    shown = ["", "a", "ab", "0", "a0", "\n", "a\n", *texts]
    assert [
        text for text, good in zip(shown, accepted(written, shown), strict=True) if good and not meant.match(text)
    ] == []
