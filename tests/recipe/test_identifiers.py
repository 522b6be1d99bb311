"""The register of IDs: every facility keeps its ID, no ID is minted twice, and a damaged register is refused."""

import random
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.errors import ConfigurationError
from meguro_opendata.recipe.identifiers import (
    Doubtful,
    Minting,
    Register,
    assign,
    form_fault,
    minted_id,
    numbers_used,
    read_register,
    register_bytes,
)

FORM = "A{number:03}"
MINTING = Minting("ID", ("名称", "住所"), FORM)
PARK = ("A001", ("見本公園", "見本1"))
SQUARE = ("A002", ("見本広場", "見本2"))
KNOWN = Register((PARK, SQUARE))
cells = st.text("見本公園広場12 ", max_size=4).map(str.strip)
rows_of_cells = st.lists(st.tuples(cells, cells), max_size=8)


def register_of(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    """Write a register and return its path."""
    path = folder / "ids.csv"
    path.write_bytes(text.encode(encoding))
    return path


def refused(folder: Path, text: str, minting: Minting = MINTING) -> list[tuple[str, str, dict[str, object]]]:
    """Return place, code and parameters of each fault of a register."""
    with pytest.raises(ConfigurationError) as error:
        read_register(register_of(folder, text), minting)
    return [(fault.path, fault.code, dict(fault.params)) for fault in error.value.faults]


@pytest.mark.parametrize(
    ("form", "fault"),
    [
        ("{number}", None),
        ("{number:06}", None),
        ("131105{number:06}", None),
        ("A-{number:012}-B", None),
        ("", "ids-form-number"),
        ("131105", "ids-form-number"),
        ("{number}{number}", "ids-form-number"),
        ("{number}{code}", "ids-form-number"),
        ("{number:6}", "ids-form-number"),
        ("{number:0}", "ids-form-number"),
        ("{number:0123}", "ids-form-number"),
        ("A {number}", "ids-form-number"),
        ("A}{number}", "ids-form-number"),
    ],
)
def test_a_form_has_its_number_exactly_once_and_no_other_braces(form: str, fault: str | None) -> None:
    """A width has one or two digits behind a zero; spaces would break the ID in two."""
    assert form_fault(form) == fault


@pytest.mark.parametrize(
    ("form", "number", "identifier"),
    [
        ("{number}", 7, "7"),
        ("A{number:03}", 7, "A007"),
        ("A{number:03}", 999, "A999"),
        ("A{number:03}", 1000, "A1000"),
        ("A{number}-B", 0, "A0-B"),
    ],
)
def test_a_number_fills_its_place_in_the_form(form: str, number: int, identifier: str) -> None:
    """The width is a least width: numbers grow beyond it."""
    assert minted_id(form, number) == identifier


@pytest.mark.parametrize(
    ("form", "ids", "numbers"),
    [
        ("A{number:03}", ["A001", "A12", "B9", "A", "A1x", "xA1"], {1, 12}),
        ("{number}", ["5", "05", "x"], {5}),
        ("A.{number}+", ["A.5+", "Ax5+"], {5}),
        ("A{number}", ["A" + "9" * 18, "A" + "9" * 19], {10**18 - 1}),
    ],
)
def test_numbers_in_use_are_read_from_ids_of_the_form(form: str, ids: list[str], numbers: set[int]) -> None:
    """IDs of another form use no number; signs of the form are no pattern."""
    assert numbers_used(form, ids) == numbers


@given(st.integers(0, 10**15), st.integers(1, 20))
def test_a_minted_number_is_read_back(number: int, width: int) -> None:
    """Minting has an inverse, whatever the width."""
    form = f"X{{number:0{width}}}Y"
    assert numbers_used(form, [minted_id(form, number)]) == ({number} if len(str(number).zfill(width)) <= 18 else set())


@pytest.mark.parametrize(
    ("rows", "ids", "minted", "doubts"),
    [
        ([], (), 0, []),
        # Known facilities in any order, with other widths and spaces.
        ([SQUARE[1], PARK[1]], ("A002", "A001"), 0, []),
        ([("見本 公園", "見本１")], ("A001",), 0, []),
        # A new facility gets a number above every used one.
        ([("見本池", "見本9")], ("A003",), 1, []),
        ([("見本池", "見本9"), ("見本山", "見本8")], ("A003", "A004"), 2, []),
        # One value changed: renamed, moved.
        ([("新公園", "見本1")], ("A001",), 0, [(0, "id-renamed")]),
        ([("見本公園", "見本7")], ("A001",), 0, [(0, "id-renamed")]),
        # Both values changed: another facility.
        ([("新公園", "見本7")], ("A003",), 1, []),
        # Two facilities fit one row: the name of one, the address of the other.
        ([("見本公園", "見本2")], ("",), 0, [(0, "id-ambiguous")]),
        # Two rows fit one facility: neither is certain.
        ([("新公園", "見本1"), ("旧公園", "見本1")], ("", ""), 0, [(0, "id-ambiguous"), (1, "id-ambiguous")]),
        # The facility itself is there: a similar row is new.
        ([PARK[1], ("新公園", "見本1")], ("A001", "A003"), 1, []),
        # Duplicates and empty rows get no ID.
        ([PARK[1], PARK[1]], ("", ""), 0, [(0, "id-row-double"), (1, "id-row-double")]),
        ([("", ""), PARK[1]], ("", "A001"), 0, [(0, "id-without-match")]),
        ([(" ", "　")], ("",), 0, [(0, "id-without-match")]),
        # An empty value proves nothing: the same name without an address is a new facility.
        ([("見本公園", "")], ("A001",), 0, [(0, "id-renamed")]),
        ([("", "見本1")], ("A001",), 0, [(0, "id-renamed")]),
    ],
)
def test_a_row_gets_the_id_of_its_facility(
    rows: Sequence[tuple[str, ...]], ids: tuple[str, ...], minted: int, doubts: list[tuple[int, str]]
) -> None:
    """By all values, then by all values but one where that is certain on both sides; else a new ID."""
    made = assign(rows, KNOWN, FORM)
    assert (made.ids, made.minted) == (ids, minted)
    assert [(doubt.position, doubt.code) for doubt in made.doubtful] == doubts


def test_the_register_grows_by_new_and_by_renamed_facilities_only() -> None:
    """A known row adds no line; an earlier name of a facility keeps leading to its ID."""
    rows = [PARK[1], ("新広場", "見本2"), ("見本池", "見本9")]
    made = assign(rows, KNOWN, FORM)
    assert made.register.lines == (PARK, SQUARE, ("A002", rows[1]), ("A003", rows[2]))
    assert made.register.ids == {"A001", "A002", "A003"}
    assert assign([SQUARE[1]], made.register, FORM).ids == ("A002",)
    assert assign([rows[1]], made.register, FORM).register == made.register


def test_two_names_of_one_facility_in_one_table_are_reported() -> None:
    """The earlier and the present name in two rows lead to one ID, which neither gets."""
    register = Register((PARK, ("A001", ("新公園", "見本1"))))
    made = assign([PARK[1], ("新公園", "見本1")], register, FORM)
    assert made.ids == ("", "")
    assert made.doubtful == (
        Doubtful(0, "id-claimed-twice", {"id": "A001", "first": 1}),
        Doubtful(1, "id-claimed-twice", {"id": "A001", "first": 0}),
    )


def test_findings_name_the_other_row_and_the_old_and_new_values() -> None:
    """A person can decide from the message alone."""
    made = assign([("新公園", "見本1"), ("池", "9"), ("池", "9")], KNOWN, FORM)
    assert made.doubtful == (
        Doubtful(0, "id-renamed", {"id": "A001", "before": "見本公園 / 見本1", "after": "新公園 / 見本1"}),
        Doubtful(1, "id-row-double", {"first": 2}),
        Doubtful(2, "id-row-double", {"first": 1}),
    )


@pytest.mark.parametrize(("count", "shown"), [(2, 2), (5, 5), (6, 6), (7, 6)])
def test_an_ambiguous_row_lists_five_candidates_at_most(count: int, shown: int) -> None:
    """From six candidates on, the list ends with an ellipsis."""
    lines = tuple((f"A{number:03}", ("見本公園", f"見本{number}")) for number in range(1, count + 1))
    made = assign([("見本公園", "新")], Register(lines), FORM)
    ids = [f"A{number:03}" for number in range(1, min(count, 5) + 1)] + ["..."] * (count > 5)
    assert made.doubtful == (Doubtful(0, "id-ambiguous", {"ids": ids}),)
    assert len(ids) == shown


def test_a_single_match_field_never_leads_to_a_renamed_facility() -> None:
    """Without a second value there is nothing by which a renamed facility could be found."""
    made = assign([("新公園",)], Register((("A001", ("見本公園",)),)), FORM)
    assert (made.ids, made.minted, made.doubtful) == (("A002",), 1, ())


def test_a_new_number_avoids_ids_of_another_form() -> None:
    """A number is skipped if its ID was given under another form of IDs."""
    register = Register((("A2", ("古い", "1")),))
    assert assign([("新しい", "2")], register, "A{number}").ids == ("A3",)
    register = Register((("1", ("古い", "1")), ("B2", ("別", "3"))))
    assert assign([("新しい", "2")], register, "B{number}").ids == ("B3",)


@given(rows_of_cells)
def test_a_second_build_mints_nothing_and_gives_the_same_ids(rows: list[tuple[str, str]]) -> None:
    """Building is idempotent: each row with an ID finds it again, and the register stays as it is."""
    first = assign(rows, Register(), FORM)
    again = assign(rows, first.register, FORM)
    assert again.ids == first.ids
    assert (again.minted, again.register) == (0, first.register)


@given(rows_of_cells, rows_of_cells)
def test_no_id_is_given_to_two_rows_and_no_id_is_ever_lost(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    """Over two builds: IDs in a table are distinct, the register only grows, and numbers never repeat."""
    first = assign(before, Register(), FORM)
    second = assign(after, first.register, FORM)
    for made in (first, second):
        given_ids = [identifier for identifier in made.ids if identifier]
        assert len(given_ids) == len(set(given_ids))
    assert second.register.lines[: len(first.register.lines)] == first.register.lines
    assert len(second.register.ids) == first.minted + second.minted


@given(rows_of_cells, st.randoms(use_true_random=False))
def test_the_order_of_known_rows_does_not_matter(rows: list[tuple[str, str]], chance: random.Random) -> None:
    """A sorted table gives every facility the same ID."""
    known = assign(rows, Register(), FORM)
    order = list(range(len(rows)))
    chance.shuffle(order)
    sorted_rows = assign([rows[at] for at in order], known.register, FORM)
    assert sorted_rows.ids == tuple(known.ids[at] for at in order)


@given(st.lists(st.tuples(st.from_regex("A[0-9]{3}", fullmatch=True), cells, cells), max_size=6))
def test_a_register_is_read_back_as_it_was_written(lines: list[tuple[str, str, str]]) -> None:
    """Bytes → register is the inverse of register → bytes, for every register without faults."""
    register = Register(tuple((identifier, (name, place)) for identifier, name, place in lines))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ids.csv"
        path.write_bytes(register_bytes(register, MINTING))
        try:
            found = read_register(path, MINTING)
        except ConfigurationError as error:
            codes = {fault.code for fault in error.faults}
            assert codes <= {"ids-line-without-values", "ids-two-for-one"}
            return
    assert [(one, tuple(" ".join(value.split()) for value in values)) for one, values in register.lines] == [
        (one, values) for one, values in found.lines
    ]


def test_a_register_without_a_file_is_empty(tmp_path: Path) -> None:
    """The first build of a dataset begins with it."""
    assert read_register(tmp_path / "ids.csv", MINTING) == Register()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932"])
def test_a_register_is_read_in_the_encodings_of_excel(tmp_path: Path, encoding: str) -> None:
    """Columns are found by name in any order, spaces at the ends of cells are dropped, and blank lines are skipped."""
    text = "備考,住所,ID,名称\r\nx, 見本1 ,A001,見本公園\r\n,,,\r\n,見本2,A002\r\n"
    register = read_register(register_of(tmp_path, text, encoding), MINTING)
    assert register.lines == (("A001", ("見本公園", "見本1")), ("A002", ("", "見本2")))


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("ID,名称\nA001,見本公園\n", [("1", "ids-columns", {"missing": ["住所"], "columns": ["ID", "名称", "住所"]})]),
        ("番号,住所\n", [("1", "ids-columns", {"missing": ["ID", "名称"], "columns": ["ID", "名称", "住所"]})]),
        ("ID,名称,住所\n,見本公園,見本1\n", [("2.ID", "ids-line-without-id", {"line": 2})]),
        ("ID,名称,住所\nA001,,\n", [("2", "ids-line-without-values", {"line": 2, "value": "A001"})]),
        ("ID,名称,住所\n1.31E+11,見本,1\n", [("2.ID", "ids-destroyed", {"line": 2, "value": "1.31E+11"})]),
        ("ID,名称,住所\n1E5,見本,1\n", [("2.ID", "ids-destroyed", {"line": 2, "value": "1E5"})]),
        ('ID,名称,住所\nA001,"見本\n公園",1\n', [("2", "ids-line-break", {"line": 2})]),
        (
            "ID,名称,住所\nA001,見本公園,1\nA002,見本 公園,１\n",
            [("3", "ids-two-for-one", {"line": 3, "first": 2, "value": "A002", "other": "A001"})],
        ),
        (
            "ID,名称,住所\n,x,1\nA002,,\n",
            [
                ("2.ID", "ids-line-without-id", {"line": 2}),
                ("3", "ids-line-without-values", {"line": 3, "value": "A002"}),
            ],
        ),
    ],
)
def test_a_damaged_register_is_refused_with_every_fault(
    tmp_path: Path, text: str, faults: list[tuple[str, str, dict[str, object]]]
) -> None:
    """Each fault names its line as a text editor counts it."""
    assert refused(tmp_path, text) == faults


@pytest.mark.parametrize(
    ("form", "identifier", "destroyed"),
    [
        ("{number:06}", "000001", False),
        ("{number:06}", "123456", False),
        ("{number:06}", "1234567", False),
        ("{number:06}", "12345", True),
        ("{number:06}", "x2345", False),
        ("A{number:06}", "12345", False),
        ("{number}", "1", False),
        ("{number}", "1.5e3", True),
    ],
)
def test_an_id_that_lost_its_zeros_is_refused(tmp_path: Path, form: str, identifier: str, destroyed: bool) -> None:
    """Only for a form of digits alone is a shorter number certainly damaged."""
    text = f"ID,名称,住所\n{identifier},見本公園,見本1\n"
    minting = Minting("ID", ("名称", "住所"), form)
    if destroyed:
        assert [code for _, code, _ in refused(tmp_path, text, minting)] == ["ids-destroyed"]
    else:
        assert read_register(register_of(tmp_path, text), minting).ids == {identifier}


def test_a_facility_may_have_several_lines_under_one_id(tmp_path: Path) -> None:
    """Its former names stay; lines without values are compared with nothing."""
    text = "ID,名称,住所\nA001,見本公園,1\nA001,新公園,1\nA001,見本公園,1\n"
    assert len(read_register(register_of(tmp_path, text), MINTING).lines) == 3


@pytest.mark.parametrize("raw", [b"ID,\x81\xff\n", b"ID,\x81"])
def test_bytes_in_no_known_encoding_are_refused(tmp_path: Path, raw: bytes) -> None:
    """The register is then restored from an earlier version."""
    (tmp_path / "ids.csv").write_bytes(raw)
    with pytest.raises(ConfigurationError) as error:
        read_register(tmp_path / "ids.csv", MINTING)
    assert [fault.code for fault in error.value.faults] == ["ids-unreadable"]


def test_a_register_beyond_the_limit_is_refused_unread(tmp_path: Path) -> None:
    """A file of more than 100 million bytes is no register."""
    path = tmp_path / "ids.csv"
    with path.open("wb") as file:
        file.truncate(100_000_001)
    with pytest.raises(ConfigurationError) as error:
        read_register(path, MINTING)
    assert [(fault.code, fault.params["limit"]) for fault in error.value.faults] == [("file-too-large", 100_000_000)]


def test_line_breaks_in_values_are_written_as_spaces() -> None:
    """No cell breaks its line, so that every line of the file is one ID."""
    register = Register((("A001", ("見本\n公園", "見本 1")),))
    assert register_bytes(register, MINTING).decode("utf-8-sig") == "ID,名称,住所\r\nA001,見本 公園,見本 1\r\n"
