"""Personal numbers in texts: the check digit of 個人番号, phones, mail addresses, dates of birth, accounts."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.privacy.counts import small_counts
from meguro_opendata.privacy.data import mask
from meguro_opendata.privacy.numbering import birth_dates, is_my_number, numbers_in


def check_digit(eleven: str) -> int:
    """Return the check digit of 個人番号, computed from the right as the ordinance writes it."""
    total = sum(int(digit) * (at + 1 if at <= 6 else at - 5) for at, digit in enumerate(reversed(eleven), start=1))
    return 0 if total % 11 <= 1 else 11 - total % 11


@settings(max_examples=100, deadline=None)
@given(st.from_regex("[1-9][0-9]{10}", fullmatch=True))
def test_exactly_one_check_digit_makes_eleven_digits_a_my_number(eleven: str) -> None:
    """The other nine are refused."""
    fitting = [last for last in range(10) if is_my_number(f"{eleven}{last}")]
    same = set(eleven) == {str(check_digit(eleven))}
    assert fitting == ([] if same else [check_digit(eleven)])


@pytest.mark.parametrize("digits", ["", "12345678901", "1234567890180", "000000000000", "111111111111", "000456789018"])
def test_numbers_of_another_length_or_a_filler_are_no_my_number(digits: str) -> None:
    """Fillers such as twelve equal digits are common in forms."""
    assert not is_my_number(digits)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("090-1234-5678", ["personal-mobile"]),
        ("０８０（１２３４）５６７８", ["personal-mobile"]),
        ("03-5722-1111", []),
        ("mihon@gmail.com", ["personal-mail"]),
        ("MIHON@GMAIL.COM", ["personal-mail"]),
        ("kocho@city.meguro.tokyo.jp", []),
        ("個人番号 123456789018", ["my-number"]),
        ("123456789012", []),
        ("昭和60年4月1日生", ["birth-date"]),
        ("平成5年4月1日開設", []),
        ("普通 1234567", ["bank-account"]),
        ("", []),
    ],
)
def test_each_kind_of_personal_number_is_found_by_its_code(text: str, codes: list[str]) -> None:
    """Numbers of offices and dates of openings are not personal."""
    assert [hit.code for hit in numbers_in(text)] == codes


def test_in_a_column_of_phones_a_mobile_number_is_a_contact() -> None:
    """A spreadsheet removes the leading zero of a number."""
    assert [(hit.code, hit.text) for hit in numbers_in("9012345678", phones=True)] == [
        ("mobile-as-contact", "9012345678")
    ]
    assert numbers_in("9012345678") == []
    assert [hit.code for hit in numbers_in("090-1234-5678", phones=True)] == ["mobile-as-contact"]


def test_in_a_column_of_codes_digits_are_neither_phones_nor_my_numbers() -> None:
    """Identifiers of twelve digits are common."""
    assert numbers_in("123456789018", codes=True) == []
    assert numbers_in("09012345678", codes=True) == []
    assert [hit.code for hit in numbers_in("mihon@gmail.com", codes=True)] == ["personal-mail"]


def test_a_column_of_birth_dates_keeps_texts_that_are_dates() -> None:
    """Blanks and words are no dates."""
    assert list(birth_dates(pl.Series(["1985-04-01", "S60.4.1", "不明", ""]))) == ["1985-04-01", "S60.4.1"]


@pytest.mark.parametrize(
    ("text", "shown"), [("佐藤", "佐＊"), ("(佐藤)", "佐＊"), ("（（佐", "佐＊"), ("(", "＊"), ("", ""), ("a", "a＊")]
)
def test_a_masked_text_shows_its_first_letter_only(text: str, shown: str) -> None:
    """The length is hidden as well."""
    assert mask(text) == shown


@pytest.mark.parametrize(
    ("columns", "hits"),
    [
        ({"町名": ["a"], "0-4歳": ["2"], "5-9歳": ["1"], "10-14歳": ["3"]}, [("0-4歳", 0, "2"), ("5-9歳", 0, "1")]),
        ({"町名": ["a"], "0-4歳": [" 2 "], "5-9歳": ["0"], "10-14歳": ["12"]}, [("0-4歳", 0, " 2 ")]),
        ({"町名": ["a"], "0-4歳": ["2"]}, []),
        ({"町名": ["a"], "年齢": ["1"], "人口": ["2"]}, [("人口", 0, "2")]),
        ({"年齢": ["1"], "人口": ["2"]}, []),
        ({"町名": ["a"], "人口": ["2"]}, []),
    ],
    ids=["one and two", "blanks and zero", "too few ages", "age as a column", "no town", "no age"],
)
def test_cells_of_one_or_two_persons_by_town_and_age_are_found(
    columns: dict[str, list[str]], hits: list[tuple[str, int, str]]
) -> None:
    """Without a town or an age, a number identifies no person."""
    assert list(small_counts(pl.DataFrame(columns))) == hits
