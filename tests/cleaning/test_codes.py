"""Codes: lost zeros, check digits, destroyed numbers, and what is proposed where the reading is uncertain."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.cleaning.codes import (
    code_doubt,
    corporate_doubt,
    corporate_number,
    id_doubt,
    machiaza_doubt,
    machiaza_id,
    municipality_code,
    municipality_doubt,
    poi_code,
    poi_doubt,
    postcode,
    postcode_doubt,
)
from meguro_opendata.cleaning.data import Unsure
from meguro_opendata.japan.municipalities import Municipality, municipalities


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("3.00002E+12", ()),
        ("1E+5", ()),
        ("1.31E+05", ()),
        ("1.3110510E+05", ()),
        ("1.5E2", ()),
        ("##", ()),
        ("#######", ()),
        # All digits are still there.
        ("1.31105E+05", ("131105",)),
        ("1.3110500E+05", ("131105",)),
        ("1.2E+1", ("12",)),
    ],
)
def test_a_code_that_was_stored_as_a_number_is_destroyed(text: str, readings: tuple[str, ...]) -> None:
    """A whole number is proposed, except for an ID, which may have begun with zeros."""
    assert code_doubt(text) == Unsure("number-destroyed", readings)
    assert id_doubt(text) == Unsure("number-destroyed")


@pytest.mark.parametrize("text", ["", "#", "1E5", "1E01", "A0001", "12E+3", "1.2E1234", "131105", "1.5"])
def test_a_code_with_an_e_is_no_destroyed_number(text: str) -> None:
    """``1E01`` is a code of its own; a number has a sign or a point."""
    assert code_doubt(text) is None
    assert id_doubt(text) is None


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("131105", "131105"),
        ("13110", "131105"),
        ("13110-5", "131105"),
        ("92011", "092011"),
        ("01100", "011002"),
        # Two readings, an unknown prefecture, a wrong check digit: unchanged.
        ("11002", "11002"),
        ("13421", "13421"),
        ("48000", "48000"),
        ("99999", "99999"),
        ("00000", "00000"),
        ("131106", "131106"),
        ("1311", "1311"),
        ("131105X", "131105X"),
        ("", ""),
    ],
)
def test_a_municipality_code_is_completed_if_one_reading_is_right(written: str, code: str) -> None:
    """A check digit is added or a leading zero restored; prefectures are numbered from 01 to 47."""
    assert municipality_code(written) == code


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        ("131106", Unsure("check-digit-wrong", ("131105",))),
        ("11002", Unsure("ambiguous-value", ("011002",))),
        ("1100", Unsure("ambiguous-value", ("011002",))),
        ("1311", Unsure("ambiguous-value", ("013111",))),
        ("13421", Unsure("ambiguous-value", ("134210",))),
        ("1.31105E+05", Unsure("number-destroyed", ("131105",))),
        ("131105", None),
        ("48000", None),
        ("", None),
        ("目黒区", None),
    ],
)
def test_a_doubtful_municipality_code_has_its_readings(text: str, doubt: Unsure | None) -> None:
    """Those of existing municipalities first; a wrong check digit is never corrected by itself."""
    assert municipality_doubt(text) == doubt


@given(st.sampled_from(municipalities()))
def test_the_code_of_every_municipality_is_restored_or_proposed(one: Municipality) -> None:
    """Without its check digit, and without its leading zero."""
    code = one.code
    assert (municipality_code(code), municipality_doubt(code)) == (code, None)
    for lost in (code[:5], code.removeprefix("0")):
        doubt = municipality_doubt(lost)
        assert municipality_code(lost) == code or (doubt is not None and code in doubt.readings)


@pytest.mark.parametrize(
    ("written", "number", "doubt"),
    [
        ("1000020131105", "1000020131105", None),
        ("1-0000-2013-1105", "1000020131105", None),
        ("1 0000 2013 1105", "1000020131105", None),
        ("2000020131105", "2000020131105", Unsure("check-digit-wrong")),
        ("T1000020131105", "T1000020131105", Unsure("ambiguous-value", ("1000020131105",))),
        ("T2000020131105", "T2000020131105", None),
        ("100002013110", "100002013110", None),
        ("10000201311055", "10000201311055", None),
        ("1.00002E+12", "1.00002E+12", Unsure("number-destroyed")),
    ],
)
def test_a_corporate_number_has_13_digits_with_a_check_digit_in_front(
    written: str, number: str, doubt: Unsure | None
) -> None:
    """A T in front is the invoice system's, whose number may be another one."""
    assert corporate_number(written) == number
    assert corporate_doubt(number) == doubt


@given(st.integers(0, 10**12 - 1))
def test_exactly_one_first_digit_fits_twelve_others(rest: int) -> None:
    """The check digit is determined by the others, and never 0."""
    fitting = [first for first in range(10) if corporate_doubt(f"{first}{rest:012}") is None]
    assert len(fitting) == 1
    assert fitting != [0]


@pytest.mark.parametrize(
    ("written", "code", "readings"),
    [
        ("0136000", "0136000", None),
        ("1234567", "1234567", None),
        ("0007-002", "0007-002", None),
        ("136000", "0136000", None),
        ("036000", "036000", None),
        ("12345", "12345", ("0012345",)),
        ("7002", "7002", ("0007002", "7002000")),
        ("702", "702", ("0000702",)),
        ("1", "1", ("0000001",)),
        ("00000001", "00000001", None),
        ("", "", None),
    ],
)
def test_a_town_section_id_has_seven_digits(written: str, code: str, readings: tuple[str, ...] | None) -> None:
    """One lost zero is restored; of fewer digits the readings are proposed."""
    assert machiaza_id(written) == code
    doubt = machiaza_doubt(code)
    assert doubt == (None if readings is None else Unsure("ambiguous-value", readings))


@pytest.mark.parametrize(
    ("written", "code", "reading"),
    [
        ("〒153-8573", "153-8573", None),
        ("〒 1538573", "1538573", None),
        ("153 - 8573", "153-8573", None),
        ("153ー8573", "153-8573", None),
        ("153-857", "153-857", None),
        ("15385730", "15385730", None),
        ("600001", "600001", "0600001"),
        ("60-0001", "60-0001", "060-0001"),
        ("1-0001", "1-0001", None),
        ("〒", "〒", None),
    ],
)
def test_a_postal_code_has_seven_digits(written: str, code: str, reading: str | None) -> None:
    """Six digits may have lost their first one, or their last."""
    assert postcode(written) == code
    assert postcode_doubt(code) == (None if reading is None else Unsure("ambiguous-value", (reading,), partial=True))


@pytest.mark.parametrize(
    ("written", "codes", "reading"),
    [
        ("1302", "1302", None),
        ("1302、1003", "1302;1003", None),
        ("1302/1003・1004", "1302;1003;1004", None),
        ("1302 1003", "1302;1003", None),
        ("1302;801", "1302;801", None),
        ("801", "801", "0801"),
        ("80", "80", None),
        (";", ";", None),
        ("", "", None),
    ],
)
def test_poi_codes_have_four_digits_each(written: str, codes: str, reading: str | None) -> None:
    """Three digits may have lost a zero."""
    assert poi_code(written) == codes
    assert poi_doubt(codes) == (None if reading is None else Unsure("ambiguous-value", (reading,)))
