"""A user's own patterns: linear where the translation is exact, else within a time; and both engines say the same."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hangs import at_most
from hypothesis import given, settings
from hypothesis import strategies as st
from pattern_parts import SIGNS, STANDARD, TEXTS

from meguro_opendata.validation import validate_table
from meguro_opendata.validation.engine import boundedpatterns
from meguro_opendata.validation.engine.boundedpatterns import PatternLimits, bounded_pattern, pattern_limits
from meguro_opendata.validation.engine.choice import Engine
from meguro_opendata.validation.engine.exactpatterns import exact_pattern

ENGINES: tuple[Engine, ...] = ("fast", "frictionless")
MORE = [
    "a+",
    "b*",
    "(a+)+",
    "(?:a|b)+",
    "[^a]",
    r"[^\w]",
    r"[\w-]",
    r"\S",
    r"\W",
    "$",
    "^",
    "a$",
    "|",
    ".*",
    "a{2,3}",
    "\u0660",
]
SHOWN = [
    "",
    "a",
    "ab",
    "0",
    "a0",
    "\n",
    "a\n",
    "a\n\n",
    "aab",
    "\u0660",
    "\u2028",
    "\x85",
    "\u0345",
    "\u200d",
    "é",
    "\U0001d7d8",
]
# Patterns whose repetition lies in a repetition, and a text on which Python's own search takes for ever.
ENDLESS = ["(a+)+$", "(a|aa)+b", "(a+a*)+b", r"(\w+\s?)+!", "^(([a-z])+.)+[A-Z]([a-z])+$", "(?:(?:a{1,9}){1,9}){1,9}b"]


@settings(max_examples=500, deadline=None)
@given(st.lists(st.sampled_from([*SIGNS, *MORE]), max_size=8).map("".join), st.lists(TEXTS, max_size=8), st.booleans())
def test_an_exact_translation_accepts_what_python_accepts(pattern: str, texts: list[str], whole: bool) -> None:
    """What is translated is a pattern to Python, and polars accepts the same texts, no more and no fewer."""
    written = exact_pattern(pattern, whole=whole).written
    if written is None:
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        meant = re.compile(pattern).fullmatch if whole else re.compile(f"^{pattern}$").match
    shown = [*SHOWN, *texts]
    assert pl.Series(shown).str.contains(written).to_list() == [meant(text) is not None for text in shown]


def test_categories_are_pythons_for_every_character() -> None:
    r"""``\d``, ``\s`` and ``\w`` and their opposites mean the same of each of the 1.1 million code points."""
    signs = [chr(code) for code in range(0x110000) if not 0xD800 <= code < 0xE000]
    for pattern in (r"\d", r"\s", r"\w", r"\D", r"\S", r"\W", r"[^\d]", r"[\w.]", "."):
        found = pl.Series(signs).str.contains(exact_pattern(pattern, whole=True).written or "")
        meant = re.compile(pattern).fullmatch
        assert [sign for sign, good in zip(signs, found, strict=True) if good != (meant(sign) is not None)] == []


@pytest.mark.parametrize("pattern", STANDARD)
def test_no_pattern_of_the_standard_needs_a_process(pattern: str) -> None:
    """Each is quick in Python, or translated exactly."""
    known = exact_pattern(pattern)
    assert known.written is not None or known.cost.degree <= 1


@pytest.mark.parametrize("pattern", ENDLESS)
@pytest.mark.parametrize("engine", ENGINES)
def test_an_endless_pattern_is_judged_all_the_same(pattern: str, engine: Engine, tmp_path: Path) -> None:
    """A schema's pattern that Python would search for ever is judged by the other engine, in both of ours."""
    file = tmp_path / "表.csv"
    file.write_text("名称\n" + "a" * 60 + "#\n", encoding="utf-8")
    with at_most(30, pattern):
        report = validate_table(file, _schema(pattern), engine=engine)
    assert [finding.code for finding in report.findings] == ["constraint-pattern"]
    assert report.not_checked == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_pattern_that_takes_too_long_is_named(engine: Engine, tmp_path: Path, monkeypatch: Any) -> None:
    """What is not translated is stopped; the other constraints are checked, the pattern not at all."""
    monkeypatch.setattr(boundedpatterns, "_SECONDS", 0.5)
    file = tmp_path / "表.csv"
    file.write_text("名称,数\nb,1\n" + "a" * 60 + "#,x\nab,2\n", encoding="utf-8")
    schema = _schema("(?=a)(a+)+", {"name": "数", "type": "integer"}, maxLength=10)
    report = validate_table(file, schema, engine=engine)
    assert [finding.code for finding in report.findings] == ["constraint-maxLength", "type-integer"]
    assert [(one.constraint, one.field, one.reason) for one in report.not_checked] == [
        ("pattern", "名称", "unchecked-slow")
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_a_pattern_judged_in_a_process_gives_frictionless_findings(engine: Engine, tmp_path: Path) -> None:
    """A look-ahead is Python's own; its verdicts and the order of the constraints are the same."""
    file = tmp_path / "表.csv"
    file.write_text("名称\naab\nb\nac\n", encoding="utf-8")
    report = validate_table(file, _schema("(?=a)(a+)+b", enum=["aab"], minLength=2), engine=engine)
    assert [(finding.row, finding.code) for finding in report.findings] == [
        (3, "constraint-minLength"),
        (3, "constraint-pattern"),
        (3, "constraint-enum"),
        (4, "constraint-pattern"),
        (4, "constraint-enum"),
    ]
    assert report.not_checked == ()


def test_the_specification_has_the_same_bounds(tmp_path: Path, monkeypatch: Any) -> None:
    """``--specification`` puts a pattern to the whole value, within the same time."""
    monkeypatch.setattr(boundedpatterns, "_SECONDS", 0.5)
    file = tmp_path / "表.csv"
    file.write_text("名称\n" + "a" * 60 + "#\n", encoding="utf-8")
    assert [one.check for one in validate_table(file, _schema("(a+)+$"), specification=True).findings] == [
        "constraint-error"
    ]
    report = validate_table(file, _schema("(?=a)(a+)+"), specification=True)
    assert report.findings == ()
    assert [one.reason for one in report.not_checked] == ["unchecked-slow"]


def test_long_values_are_judged_in_linear_time() -> None:
    """Patterns of several repetitions one behind the other, on a value of a megabyte."""
    for pattern in ("a*a*a*b", r"[^@]+@[^@]+\.[^@]+", ".*,.*,.*", r"\w*\d*\w*!"):
        with at_most(30, pattern):
            assert not bounded_pattern("名称", pattern)("a" * 1_000_000)


def test_each_field_has_its_own_time() -> None:
    """A slow field does not take another field's time, and what was judged before the end keeps its verdict."""
    limits = PatternLimits(seconds=0.5)
    first = limits.matcher("甲", "(?=a)(a+)+", whole=True)
    second = limits.matcher("乙", "(?=a)(a+)+", whole=True)
    try:
        assert (first.good("aa"), first.good("ba")) == (True, False)
        assert (first.good("a" * 60 + "#"), first.good("ba"), first.good("bb")) == (True, False, True)
        assert limits.slow == ["甲"]
        assert not second.good("ba")
    finally:
        limits.close()


def test_blocks_within_a_block_share_its_limits() -> None:
    """One check of a file is one block, whatever it calls."""
    with pattern_limits() as outer, pattern_limits() as inner:
        assert inner is outer


def _schema(pattern: str, *more: dict[str, Any], **constraints: Any) -> dict[str, Any]:
    field = {"name": "名称", "type": "string", "constraints": {"pattern": pattern, **constraints}}
    return {"fields": [field, *more]}


@pytest.mark.parametrize("pattern", STANDARD)
def test_patterns_of_the_standard_are_quick(pattern: str) -> None:
    """They are put to values by Python itself, in time that grows with the length."""
    test = bounded_pattern("名称", pattern)
    with at_most(5, pattern):
        for unit in ("1", "1;", "1.1", "-1.5;", "(03)1234-5678 / ", "階数;", "1234;", "09:00", "a", "月"):
            test(unit * 20_000 + "!")
