"""The HTML frame of all pages: links, blanks, CSS strings, units and the content security policy."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.pages.frame import css_text, render, safe_link, seen_blanks, spaced_unit
from meguro_opendata.pages.numbers import figure_text


@pytest.mark.parametrize(
    ("address", "linked"),
    [
        ("https://example.org/a:b", True),
        ("HTTP://example.org/", True),
        ("a/b.csv", True),
        ("表.csv", True),
        ("a/b:c", True),
        ("#g1", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("vbscript:x", False),
        ("ftp://example.org/", False),
        ("mailto:a@example.org", False),
        (" javascript:alert(1)", False),
        ("", False),
        (None, False),
    ],
)
def test_only_web_addresses_and_relative_paths_are_linked(address: str | None, linked: bool) -> None:
    """Every other scheme could run code or read files of the reader."""
    assert safe_link(address) == (address if linked else None)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("a", "a"),
        (" ", "␣"),
        ("\u3000", "□"),
        (" \u3000a", "␣□a"),
        ("a b", "a b"),
        ("a\t", "a␣"),
        ("a\n", "a␣"),
        ("\u3000 ", "□␣"),
        ("a a ", "a a␣"),
    ],
)
def test_blanks_at_the_ends_of_a_text_are_shown_as_signs(text: str, shown: str) -> None:
    """Blanks inside a text stay unchanged."""
    assert seen_blanks(text) == shown


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=12))
def test_a_css_string_contains_no_character_that_could_end_it(text: str) -> None:
    """Decoding the escapes gives the text again."""
    quoted = css_text(text)
    inner = quoted[1:-1]
    assert (quoted[0], quoted[-1]) == ('"', '"')
    assert re.fullmatch(r"(?:[A-Za-z0-9]|\\[0-9a-f]+ )*", inner)
    assert re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), inner) == text


@pytest.mark.parametrize(
    ("unit", "spaced"), [("cases", " cases"), ("件", "件"), ("%", "%"), ("", ""), ("ｍ", "ｍ"), ("m²", " m²")]
)
def test_a_space_precedes_a_unit_of_latin_letters_only(unit: str, spaced: str) -> None:
    """«5 cases», but «5件» and «5%»."""
    assert spaced_unit(unit) == spaced


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (-0.0, "0"),
        (999, "999"),
        (1000, "1,000"),
        (1234567.5, "1,234,567.5"),
        (100, "100"),
        (10.10, "10.1"),
        (-1250.5, "-1,250.5"),
        (1e21, "1,000,000,000,000,000,000,000"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_a_figure_has_separators_and_all_of_its_digits(number: float, text: str) -> None:
    """Zeros of whole numbers stay; zeros behind the point go."""
    assert figure_text(number) == text


@settings(max_examples=80, deadline=None)
@given(st.floats(-1e15, 1e15, allow_nan=False))
def test_a_figure_reads_back_as_the_same_number(number: float) -> None:
    """No digit is lost and none is added."""
    assert float(figure_text(number).replace(",", "")) == number


def page(**values: object) -> str:
    """Return a small page: the start page without datasets."""
    shown = {"title": "目黒区", "datasets": [], "portal": "portal/index.html", "boards": [], **values}
    return render("start.html", "ja", **shown)  # type: ignore[arg-type]


def policy_of(html: str) -> str:
    """Return the content security policy of a page."""
    found = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', html)
    assert found is not None
    return unescape(found[1])


def test_a_page_without_a_script_allows_no_script() -> None:
    """The default forbids everything; the own style alone is allowed, by its digest."""
    rules = [rule.split(" ")[0] for rule in policy_of(page()).split("; ")]
    assert rules == ["default-src", "style-src", "img-src", "base-uri", "form-action"]
    assert policy_of(page()).startswith("default-src 'none'; style-src 'sha256-")


def test_a_page_with_a_script_allows_that_script_by_its_digest() -> None:
    """Another style has another digest; a host of pictures is named."""
    with_script = policy_of(page(script="report.js", images="https://example.org"))
    assert "; script-src 'sha256-" in with_script
    assert "img-src data: https://example.org;" in with_script
    assert policy_of(page(more_style="p { color: red }")) != policy_of(page())


def test_values_are_escaped() -> None:
    """A title from a file cannot add elements to the page."""
    html = page(title="<script>alert(1)</script>")
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
