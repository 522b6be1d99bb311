"""Row differences between two versions of a published CSV file: counts, rows, and the cells that name a row."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from meguro_opendata.files.csvrows import plain_csv_bytes
from meguro_opendata.files.rowdiff import RowChange, RowCounts, compare_tables, table_changes

HEADER = ("ID", "名称", "所在地", "電話", "備考")


def table(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> bytes:
    """Return rows as the bytes of a published CSV file."""
    return plain_csv_bytes(header, rows)


def changes(before: bytes, after: bytes, *key: str, most: int = 9) -> list[RowChange]:
    """Return the differing rows of two tables."""
    return list(table_changes(before, after, key, most)[1])


@pytest.mark.parametrize(
    ("row", "key", "named"),
    [
        (("1", "a", "b", "c", "d"), (), {"ID": "1", "名称": "a", "所在地": "b"}),
        (("1", "", "b", "c", "d"), (), {"ID": "1", "所在地": "b", "電話": "c"}),
        (("", "", "", "c", ""), (), {"電話": "c"}),
        (("", "", "", "", ""), (), {}),
        (("1", "a", "b", "c", "d"), ("備考",), {"備考": "d"}),
        (("1", "a", "b", "c", "d"), ("備考", "ID"), {"備考": "d", "ID": "1"}),
        (("1", "a", "b", "c", "d"), ("ID", "名称", "所在地", "電話"), dict(zip(HEADER, "1abc", strict=False))),
        (("1", "a", "b", "c", ""), ("ID", "備考"), {"ID": "1"}),
        (("", "a", "b", "c", "d"), ("ID",), {"名称": "a", "所在地": "b", "電話": "c"}),
        (("1", "a", "b", "c", "d"), ("番号",), {"ID": "1", "名称": "a", "所在地": "b"}),
    ],
)
def test_a_row_is_named_by_its_key_or_by_its_first_three_filled_cells(
    row: tuple[str, ...], key: tuple[str, ...], named: dict[str, str]
) -> None:
    """Empty cells and absent key columns name nothing."""
    (change,) = changes(table(), table(row), *key)
    assert change == RowChange("added", 2, named)
    assert list(change.named) == list(named)


def test_a_removed_row_is_named_by_the_old_file_and_numbered_by_it() -> None:
    """The new file has no such row."""
    before = table(("1", "a", "", "", ""), ("2", "b", "", "", ""), ("3", "c", "", "", ""))
    after = table(("1", "a", "", "", ""))
    assert changes(before, after, "ID") == [RowChange("removed", 3, {"ID": "2"}), RowChange("removed", 4, {"ID": "3"})]


def test_a_changed_row_has_the_number_and_the_name_of_the_new_file() -> None:
    """Staff look the row up in the new file."""
    before = table(("1", "a", "", "", ""), ("2", "b", "", "", ""))
    after = table(("9", "z", "", "", ""), ("2", "B", "", "", ""), ("1", "a", "", "", ""))
    assert changes(before, after, "ID") == [
        RowChange("changed", 3, {"ID": "2"}, (("名称", "b", "B"),)),
        RowChange("added", 2, {"ID": "9"}),
    ]
    assert changes(table(("1", "a", "x", "", "")), table(("1", "b", "x", "", "")))[0].named == {
        "ID": "1",
        "名称": "b",
        "所在地": "x",
    }


def test_the_first_row_of_both_files_can_be_the_changed_one() -> None:
    """Position 0 is a position, not an absent row."""
    assert changes(table(("1", "a", "", "", "")), table(("1", "b", "", "", "")), "ID") == [
        RowChange("changed", 2, {"ID": "1"}, (("名称", "a", "b"),))
    ]


def test_only_changed_rows_list_cells() -> None:
    """An added or removed row has no earlier or later value."""
    found = changes(table(("1", "a", "", "", "")), table(("2", "b", "", "", "")), "ID")
    assert [(change.action, change.row, change.cells) for change in found] == [("added", 2, ()), ("removed", 2, ())]


@pytest.mark.parametrize(
    ("before", "after", "cells"),
    [
        (b"ID,a,b\r\n1,x,y\r\n", b"ID,a\r\n1,x\r\n", (("b", "y", ""),)),
        (b"ID,a\r\n1,x\r\n", b"ID,a,b\r\n1,x,y\r\n", (("b", "", "y"),)),
        (b"ID,a,b\r\n1,x,y\r\n", b"ID,b,a\r\n1,z,w\r\n", (("a", "x", "w"), ("b", "y", "z"))),
        (b"ID,a,b\r\n1,x\r\n", b"ID,a,b\r\n1,x,y\r\n", (("b", "", "y"),)),
        (b"ID,a,b\r\n1\r\n", b"ID,a,b\r\n1,x,y\r\n", (("a", "", "x"), ("b", "", "y"))),
        (b"ID,a\r\n1,x,surplus\r\n", b"ID,a\r\n1,y\r\n", (("a", "x", "y"),)),
        (b"ID,a\r\n1,x\r\n", b"ID,a\r\n1,y,surplus\r\n", (("a", "x", "y"),)),
    ],
    ids=["column gone", "column new", "columns swapped", "short row", "key only", "long old row", "long new row"],
)
def test_cells_are_compared_by_column_also_in_ragged_rows(
    before: bytes, after: bytes, cells: tuple[tuple[str, str, str], ...]
) -> None:
    """A missing cell counts as empty; a surplus cell has no column."""
    assert changes(before, after, "ID") == [RowChange("changed", 2, {"ID": "1"}, cells)]


def test_an_old_row_that_differs_in_surplus_cells_only_is_unchanged() -> None:
    """Cells without a header are not compared."""
    assert compare_tables(b"ID,a\r\n1,x,surplus\r\n", b"ID,a\r\n1,x\r\n", ["ID"]) == RowCounts(1, 1, 0, 0, 0)
    assert compare_tables(b"ID,a\r\n1,x,surplus\r\n", b"ID,a\r\n1,x\r\n", []) == RowCounts(1, 1, 0, 0, 0)


@pytest.mark.parametrize(
    ("before", "after", "key", "counts"),
    [
        ("1a 2b", "2b 1a", ["ID"], (2, 2, 0, 0, 0)),
        ("1a 2b", "2b 1a", [], (2, 2, 0, 0, 0)),
        ("1a 2b", "2a 1b", ["ID"], (2, 2, 0, 2, 0)),
        ("1a 2b", "3a 4b", ["ID"], (2, 2, 2, 0, 2)),
        ("1a 2b", "3a 4b", [], (2, 2, 0, 2, 0)),
        ("1a 2b 3c", "4d", [], (3, 1, 0, 1, 2)),
        ("4d", "1a 2b 3c", [], (1, 3, 2, 1, 0)),
        ("", "1a 2b", ["ID"], (0, 2, 2, 0, 0)),
        ("1a 2b", "", ["ID"], (2, 0, 0, 0, 2)),
        ("", "", ["ID"], (0, 0, 0, 0, 0)),
        ("1a 1a 1a", "1a", [], (3, 1, 0, 0, 2)),
        ("1a", "1a 1a 1a", [], (1, 3, 2, 0, 0)),
    ],
)
def test_rows_before_after_added_changed_and_removed_are_counted(
    before: str, after: str, key: list[str], counts: tuple[int, ...]
) -> None:
    """Equal rows are paired whatever their order."""
    old, new = ([tuple(word) for word in text.split()] for text in (before, after))
    header = ("ID", "名称")
    assert compare_tables(table(*old, header=header), table(*new, header=header), key) == RowCounts(*counts)


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ("1a 1b", "1a 1c", ["ID"]),
        ("1a 2b", "1a 1c", ["ID"]),
        ("1a 1b", "1a 2b", ["ID"]),
        ("_a 2b", "3a 2b", ["ID"]),
        ("1a 2b", "_c 2b", ["ID"]),
        ("1a 2b", "1a 2c", ["番号"]),
        ("1a 2b", "1a 2c", ["ID", "番号"]),
    ],
    ids=["doubled", "doubled after", "doubled before", "empty before", "empty after", "no such column", "part absent"],
)
def test_a_key_that_does_not_identify_every_row_is_not_used(before: str, after: str, key: list[str]) -> None:
    """Rows are then paired by content and position."""
    header = ("ID", "名称")
    old, new = (
        table(*((word[0].strip("_"), word[1]) for word in text.split()), header=header) for text in (before, after)
    )
    assert compare_tables(old, new, key) == compare_tables(old, new, []) == RowCounts(2, 2, 0, 1, 0)


def test_a_key_of_two_columns_identifies_rows_that_one_column_does_not() -> None:
    """Both columns together form the key."""
    before = b"a,b,c\r\n1,1,x\r\n1,2,y\r\n"
    after = b"a,b,c\r\n1,2,y\r\n1,3,z\r\n1,1,w\r\n"
    assert changes(before, after, "a", "b") == [
        RowChange("changed", 4, {"a": "1", "b": "1"}, (("c", "x", "w"),)),
        RowChange("added", 3, {"a": "1", "b": "3"}),
    ]


@pytest.mark.parametrize(("most", "shown"), [(0, []), (1, [2, 5, 4]), (2, [2, 3, 5, 6, 4]), (3, [2, 3, 5, 6, 7, 4])])
def test_at_most_so_many_rows_of_each_kind_are_listed_changed_then_added_then_removed(
    most: int, shown: list[int]
) -> None:
    """The counts stay those of all rows."""
    before = b"ID,a\r\n1,x\r\n2,x\r\n3,x\r\n4,x\r\n"
    after = b"ID,a\r\n1,y\r\n2,y\r\n4,x\r\n5,x\r\n6,x\r\n7,x\r\n"
    counts, listed = table_changes(before, after, ["ID"], most)
    assert counts == RowCounts(4, 6, 3, 2, 1)
    assert [change.row for change in listed] == shown


def test_counts_and_changes_as_json_have_the_fields_of_a_plan() -> None:
    """The names are those of ``plan@1``."""
    counts, (change,) = table_changes(b"ID,a\r\n1,x\r\n", b"ID,a\r\n1,y\r\n", ["ID"], 1)
    assert counts.to_dict() == {"before": 1, "after": 1, "added": 0, "changed": 1, "removed": 0}
    assert change.to_dict() == {
        "action": "changed",
        "row": 2,
        "named": {"ID": "1"},
        "cells": [{"field": "a", "before": "x", "after": "y"}],
    }


ROWS = st.lists(st.tuples(st.sampled_from("1234"), st.sampled_from("ab")), max_size=6)


@settings(max_examples=60, deadline=None)
@given(ROWS, ROWS)
def test_without_a_key_the_counts_agree_with_the_multisets_of_rows(
    old: list[tuple[str, str]], new: list[tuple[str, str]]
) -> None:
    """Checked against the difference of two multisets."""
    header = ("ID", "名称")
    counts = compare_tables(table(*old, header=header), table(*new, header=header), [])
    gone, come = (Counter(old) - Counter(new)).total(), (Counter(new) - Counter(old)).total()
    assert counts == RowCounts(len(old), len(new), max(come - gone, 0), min(come, gone), max(gone - come, 0))


@settings(max_examples=60, deadline=None)
@given(
    st.dictionaries(st.sampled_from("12345"), st.sampled_from("ab")),
    st.dictionaries(st.sampled_from("12345"), st.sampled_from("ab")),
)
def test_swapping_the_files_swaps_added_and_removed_rows(old: dict[str, str], new: dict[str, str]) -> None:
    """Checked against the sets of keys."""
    one, two = (table(*rows.items(), header=("ID", "名称")) for rows in (old, new))
    there, back = compare_tables(one, two, ["ID"]), compare_tables(two, one, ["ID"])
    assert (there.added, there.changed, there.removed) == (back.removed, back.changed, back.added)
    assert there.added == len(new.keys() - old.keys())
    assert there.changed == sum(old[name] != new[name] for name in old.keys() & new.keys())
