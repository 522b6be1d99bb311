"""Phone numbers: exact results at the boundaries of the numbering plan, notes beside numbers, readings of doubts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.cleaning.data import Unsure, read_data
from meguro_opendata.cleaning.phones import Parts, phone, phone_doubt, split_phone

SERVICES = [(entry["beginning"], tuple(entry["groups"])) for entry in read_data("phones.toml")["services"]]
AREAS = {
    beginning: entry["digits"]
    for entry in read_data("area_codes.toml")["areas"]
    for beginning in entry["beginnings"].split()
}


@pytest.mark.parametrize(
    ("written", "number"),
    [
        # Area codes of two to five digits.
        ("0357229270", "(03)5722-9270"),
        ("0467221111", "(0467)22-1111"),
        ("0499221111", "(04992)2-1111"),
        ("099-999-9999", "(099)999-9999"),
        # The sixth digit can decide: 05979 is an area code of its own, except for the numbers from 059790 and the like.
        ("0597921111", "(05979)2-1111"),
        ("0597901111", "(0597)90-1111"),
        ("0597-90-1111", "(0597)90-1111"),
        ("0259171111", "(025)917-1111"),
        ("0829411111", "(082)941-1111"),
        # A lost leading zero, and the international form.
        ("357229270", "(03)5722-9270"),
        ("9012345678", "090-1234-5678"),
        ("120123456", "0120-123-456"),
        ("+81357229270", "(03)5722-9270"),
        ("+810357229270", "(03)5722-9270"),
        ("+81 (0)3-5722-9270", "(03)5722-9270"),
        # Signs between the groups.
        ("03.5722.9270", "(03)5722-9270"),
        ("03 5722 9270", "(03)5722-9270"),
        ("03(5722)9270", "(03)5722-9270"),
        ("03--5722--9270", "(03)5722-9270"),
        ("-03-5722-9270", "(03)5722-9270"),
        # A service number in other groups behind the same beginning.
        ("0120-12-3456", "0120-123-456"),
        ("0570 000 000", "0570-000-000"),
        # Labels and several numbers.
        ("電話番号:03-5722-9270", "(03)5722-9270"),
        ("電話 . 03-5722-9270", "(03)5722-9270"),
        ("03-5722-9270または03-5722-9271", "(03)5722-9270 / (03)5722-9271"),
    ],
)
def test_a_certain_number_is_written_in_the_standard_form(written: str, number: str) -> None:
    """The area code is split off by the numbering plan."""
    assert phone(written) == number


@pytest.mark.parametrize(
    "text",
    [
        *("57229270", "035722927", "03572292700", "03-5722-927", "03-5722-92700", "12345-6789"),
        *("01201234567", "0801234567", "0501234567", "0120123-456", "0120-123456", "0800-1234567"),
        *("046-722-1111", "0467-222-111", "0847-72-1234", "(03)57229270", "(03) 5722-9270", "+1-202-555-0100"),
        *("0000-00-0000", "03_5722_9270", "03-5722-9270/内線", "又は", ""),
    ],
)
def test_a_number_that_is_not_certain_is_unchanged(text: str) -> None:
    """One digit too few or too many, other groups than the numbering plan's, and foreign numbers."""
    assert phone(text) == text


@pytest.mark.parametrize(("beginning", "groups"), SERVICES)
def test_a_service_number_needs_exactly_its_digits(beginning: str, groups: tuple[int, int, int]) -> None:
    """A number without an area has its own groups; with one digit more or less it is unknown."""
    digits = beginning + "1" * (sum(groups) - len(beginning))
    first, second = groups[0], groups[0] + groups[1]
    assert phone(digits) == f"{digits[:first]}-{digits[first:second]}-{digits[second:]}"
    assert phone(digits + "1") == digits + "1"
    assert not phone(digits[:-1]).startswith(beginning + "-")


@given(st.sampled_from(sorted(AREAS)), st.integers(0, 10**8 - 1))
def test_the_longest_beginning_decides_the_area_code(beginning: str, rest: int) -> None:
    """Ten digits of a place have the area code of their longest known beginning, and keep all their digits."""
    digits = (beginning + f"{rest:08}")[:10]
    if any(digits.startswith(service) and len(digits) == sum(groups) for service, groups in SERVICES):
        return
    length = next(AREAS[digits[:n]] for n in range(6, 1, -1) if digits[:n] in AREAS)
    assert phone(digits) == f"({digits[:length]}){digits[length:-4]}-{digits[-4:]}"


@pytest.mark.parametrize(
    ("text", "reading", "partial"),
    [
        ("0120123-456", "0120-123-456", False),
        ("046-722-1111", "(0467)22-1111", False),
        ("0467-222-111", "(0467)22-2111", False),
        ("0847-72-1234", "(08477)2-1234", False),
        ("(03)57229270", "(03)5722-9270", False),
        ("0999-99-9999", "(099)999-9999", False),
        ("03_5722_9270", "(03)5722-9270", True),
        ("03一5722一9270", "(03)5722-9270", True),
        ("課 03-5722-9270、係 03-5722-9271", "(03)5722-9270 / (03)5722-9271", True),
        ("03-5722-9270 ・", "(03)5722-9270", True),
        ("課03-5722-9270係5", "(03)5722-9270", True),
    ],
)
def test_a_doubtful_number_has_this_reading(text: str, reading: str, partial: bool) -> None:
    """The reading is partial where the value has more than digits and their signs."""
    assert phone_doubt(text) == Unsure("ambiguous-value", (reading,), partial=partial)
    assert phone(text) == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("5722-9270", "phone-without-area"),
        ("1-2345", "phone-without-area"),
        ("1234-5678", "phone-without-area"),
        ("3.00002E+09", "number-destroyed"),
        ("####", "number-destroyed"),
    ],
)
def test_a_number_without_its_area_or_its_digits_has_no_reading(text: str, code: str) -> None:
    """The office has to look the number up."""
    assert phone_doubt(text) == Unsure(code)


@pytest.mark.parametrize(
    "text",
    [
        *("", "(03)5722-9270", "(03) 5722-9270", "090-1234-5678", "0120-123456", "0800-1234567", "+1-202-555-0100"),
        *("0000-00-0000", "0722-9270", "12345-6789", "57229270", "03-57229270-1", "03-5722-927", "なし"),
        "(03)5722-9270 / (047)373-3112",
    ],
)
def test_a_valid_number_or_a_value_without_a_reading_is_no_doubt(text: str) -> None:
    """The check of its form reports a value that is no number at all."""
    assert phone_doubt(text) is None


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("スポーツ施設課 (047)373-3112", Parts("(047)373-3112", "", "スポーツ施設課")),
        ("03-5722-9270(内線1234)", Parts("(03)5722-9270", "1234", "")),
        ("03-5722-9270 内線 12,13", Parts("(03)5722-9270", "12,13", "")),
        ("内線番号:55 03-5722-9270", Parts("(03)5722-9270", "55", "")),
        ("03-5722-9270 (内)12)", Parts("(03)5722-9270", "12", "")),
        ("見本課 03-5722-9270 内線5", Parts("(03)5722-9270", "5", "見本課")),
        ("(課)03-5722-9270", Parts("(03)5722-9270", "", "課")),
        ("見本課(03-5722-9270)", Parts("(03)5722-9270", "", "見本課")),
        ("03-5722-9270(見本課", Parts("(03)5722-9270", "", "見本課")),
        ("(03)5722-9270(課", Parts("(03)5722-9270", "", "課")),
        ("((03)5722-9270 課", Parts("(03)5722-9270", "", "課")),
        ("代表03-5722-9270 直通", Parts("(03)5722-9270", "", "代表 直通")),
        ("TEL:03-5722-9270 平日", Parts("(03)5722-9270", "", "平日")),
        ("03-5722-9270\n見本課", Parts("(03)5722-9270", "", "見本課")),
        ("357229270 課", Parts("(03)5722-9270", "", "課")),
    ],
)
def test_a_number_with_words_is_split_into_its_parts(text: str, parts: Parts) -> None:
    """Brackets and labels around the number belong to no part; nine digits are a number without its zero."""
    assert split_phone(text) == parts


@pytest.mark.parametrize(
    "text",
    [
        *("03-5722-9270", "03-5722-9270、03-5722-9271 課", "課 5722-9270", "03-5722-92 課", "35722927 課", "内線3"),
        *("03-5722-9270 ・", "03-5722-9270 1号", "課03-5722-9270係5", "見本課", ""),
    ],
)
def test_a_cell_without_exactly_one_number_and_words_is_not_split(text: str) -> None:
    """A number alone, several numbers, an incomplete number, a note with another number, and signs without words."""
    assert split_phone(text) is None


@given(st.sampled_from(["見本課", "代表", "Office"]), st.integers(0, 9999), st.booleans())
def test_a_note_and_an_extension_are_found_on_either_side(note: str, extension: int, before: bool) -> None:
    """The parts are the same whether the note precedes or follows the number."""
    number = f"03-5722-9270 内線{extension}"
    found = split_phone(f"{note} {number}" if before else f"{number} {note}")
    assert found == Parts("(03)5722-9270", str(extension), note)
