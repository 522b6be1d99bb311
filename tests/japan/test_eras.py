"""Eras follow one another without a gap; a year in an era becomes a western one and back."""

import re
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata import messages
from meguro_opendata.cleaning.dates import to_iso
from meguro_opendata.japan.eras import (
    SOLAR_CALENDAR,
    Era,
    era_at_start,
    era_letters,
    era_name,
    era_names,
    eras,
)
from meguro_opendata.recipe.series.periods import periods_in

# First days as laws have them; Meiji's is the first day of the western calendar in Japan (明治5年太政官布告第337号).
FIRST_DAYS = {
    "令和": date(2019, 5, 1),
    "平成": date(1989, 1, 8),
    "昭和": date(1926, 12, 25),
    "大正": date(1912, 7, 30),
    "明治": date(1873, 1, 1),
}


def test_the_table_of_eras() -> None:
    """Five eras, the newest first, each with its letter and the single character that Unicode has for it."""
    assert {era.names[0]: era.first for era in eras()} == FIRST_DAYS
    assert [(era.letter, era.names[1:]) for era in eras()] == [
        ("R", ("令", "㋿")),
        ("H", ("平", "㍻")),
        ("S", ("昭", "㍼")),
        ("T", ("大", "㍽")),
        ("M", ("明", "㍾")),
    ]
    assert eras()[-1].first == SOLAR_CALENDAR


def test_eras_follow_without_a_gap() -> None:
    """Each era ends on the day before the next one, and the current one has no end."""
    for newer, older in zip(eras(), eras()[1:], strict=False):
        assert older.last == newer.first - timedelta(days=1)
    assert eras()[0].last == date.max


@pytest.mark.parametrize("era", eras(), ids=lambda era: era.letter)
def test_the_first_year_is_that_of_the_first_day(era: Era) -> None:
    """元 is 1, and year 1 is the western year of the era's first day; only Meiji began before the calendar."""
    assert era.western_year("元") == era.western_year("1") == era.offset + 1
    assert era.western_year("1") == (1868 if era.letter == "M" else era.first.year)


@given(st.dates(date(1873, 1, 1), date(2199, 12, 31)), st.integers(0, 4), st.booleans())
def test_every_day_has_one_era(day: date, spelling: int, small: bool) -> None:
    """A day written in its era, by any of its names, comes back; in any other era it does not."""
    for era in eras():
        written = (*era.names, era.letter.lower() if small else era.letter)[min(spelling, len(era.names))]
        number = day.year - era.offset
        if 1 <= number <= 99:
            read = to_iso(f"{written}{number}.{day.month}.{day.day}")
            assert (read == day.isoformat()) == (era.first <= day <= era.last)


def test_the_days_around_each_border() -> None:
    """On a new era's first day the old one has ended, and the day before the new one has not begun."""
    for newer, older in zip(eras(), eras()[1:], strict=False):
        first, last = newer.first, older.last
        in_old = f"{older.letter}{first.year - older.offset}.{first.month}.{first.day}"
        assert to_iso(in_old) == in_old
        assert to_iso(f"{older.letter}{last.year - older.offset}.{last.month}.{last.day}") == last.isoformat()
        too_early = f"{newer.letter}1.{last.month}.{last.day}"
        assert to_iso(too_early) == too_early


@pytest.mark.parametrize(
    ("text", "letter", "rest"),
    [
        ("令和5年", "R", "5年"),
        ("令 5", "R", "5"),
        ("r.5.4.1", "R", "5.4.1"),
        ("R．5", "R", "5"),
        ("㍻30", "H", "30"),
        ("昭和63", "S", "63"),
        ("大正元年", "T", "元年"),
        ("m45", "M", "45"),
        ("Ｒ5", "", "Ｒ5"),
        ("2023年", "", "2023年"),
        ("", "", ""),
    ],
)
def test_the_era_at_the_start(text: str, letter: str, rest: str) -> None:
    """The whole name wins over its first letter; full-width letters are folded before."""
    era, behind = era_at_start(text)
    assert (era.letter if era else "", behind) == (letter, rest)


def test_only_names_of_eras_are_found() -> None:
    """Of all characters of the basic plane, just those that stand for an era begin a year in one."""
    found = {chr(code) for code in range(0x10000) if era_at_start(chr(code))[0] is not None}
    assert found == set("令㋿平㍻昭㍼大㍽明㍾RHSTMrhstm")


def test_years_have_their_name_in_the_era() -> None:
    """令和 and 平成 by the year that begins in April; the first year is 元."""
    years = (2026, 2020, 2019, 2018, 1989, 1988)
    assert [era_name(year) for year in years] == ["令和8", "令和2", "令和元", "平成30", "平成元", "1988"]
    assert [era_name(year, "en") for year in (2025, 1990, 1926)] == ["Reiwa 7", "Heisei 2", "1926"]


def test_names_of_years_say_what_the_table_says() -> None:
    """The Japanese word of an era among the messages is its official name."""
    named = [era for era in eras() if era.word]
    assert [messages.word(era.word, "ja") for era in named] == [era.names[0] for era in named] == ["令和", "平成"]


@given(st.integers(1989, 2199))
def test_names_of_years_are_read_back(year: int) -> None:
    """A fiscal year's name, with 年度 behind it, is the period of that fiscal year."""
    if year <= eras()[0].western_year("99"):
        assert [period.label for period in periods_in(f"{era_name(year)}年度")] == [f"FY{year}"]


def test_patterns_of_eras() -> None:
    """From an era on: names and letters of it and all newer ones."""
    assert (era_names("S"), era_letters("S")) == ("令和|平成|昭和", "RHSrhs")
    assert all(re.fullmatch(era_names("M"), era.names[0]) for era in eras())
    assert era_letters("R") == "Rr"
