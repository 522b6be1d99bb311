"""Long cells: every rule takes time in proportion to the length of a cell."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hangs import at_most
from hostile_texts import ENDS, FRONTS, UNITS, hostile

from meguro_opendata.cleaning.rules import DOUBTERS, NORMALISERS
from meguro_opendata.files.formulas import guarded
from meguro_opendata.japan.addresses import parse_address, split_town
from meguro_opendata.japan.addresses.canonical import canonical_name
from meguro_opendata.japan.addresses.composing import compose_address
from meguro_opendata.japan.folding import one_width
from meguro_opendata.privacy import screen
from meguro_opendata.sources.blocks.cellkinds import cell_kind
from meguro_opendata.standard.model import load_standard
from meguro_opendata.validation import validate_file

# On a text of 60,000 signs a quadratic rule takes 4 to 20 seconds of processor, a linear one some milliseconds.
LENGTH, SECONDS = 60_000, 2
RULES: dict[str, Callable[[str], Any]] = {
    **{f"rule {name}": rule for name, rule in NORMALISERS.items()},
    **{f"doubt {name}": rule for name, rule in DOUBTERS.items()},
    "parse_address": parse_address,
    "split_town": split_town,
    "canonical_name": canonical_name,
    "compose_address": lambda text: compose_address(text, "東京都", "目黒区"),
    "one_width": one_width,
    "guarded": guarded,
    "cell_kind": cell_kind,
    "screen": lambda text: screen(pl.DataFrame({"備考": [text]})),
}


@pytest.mark.parametrize("name", RULES)
def test_a_rule_is_done_with_a_long_cell(name: str) -> None:
    """Each sign and pair of signs that some rule looks for, a hundred thousand signs of it, and then another end."""
    rule = RULES[name]
    for unit in UNITS:
        text = hostile(unit, LENGTH, "", ENDS[1])
        with at_most(SECONDS, f"{name} {unit!r}"):
            rule(text)


@pytest.mark.parametrize("front", FRONTS)
@pytest.mark.parametrize("name", ["rule markup", "rule phone", "doubt date", "parse_address", "screen"])
def test_a_rule_is_done_with_a_long_cell_behind_a_front(name: str, front: str) -> None:
    """What makes a rule look more closely is in front."""
    for unit in UNITS[::3]:
        with at_most(SECONDS, f"{name} {front!r} {unit!r}"):
            RULES[name](hostile(unit, LENGTH, front, ""))


def test_long_runs_mean_what_they_meant() -> None:
    """A value in front of or behind a long run is found, and blanks go as they do in a short cell."""
    assert NORMALISERS["one_line"](f"本館{' ' * 50_000}\n 2階") == "本館 2階"
    assert NORMALISERS["trim"](f"{'　' * 50_000}本館{' ' * 50_000}") == "本館"
    assert NORMALISERS["markup"](f"1<br>{' ' * 50_000}<br>2") == NORMALISERS["markup"]("1<br> <br>2")
    assert NORMALISERS["separators"]("内科、" * 20_000) == ";".join(["内科"] * 20_000)
    assert NORMALISERS["date"](f"{'一' * 50_000}") == "一" * 50_000
    hits = screen(pl.DataFrame({"備考": [f"{'一' * 50_000} 携帯 090-1234-5678 {' ' * 50_000}"]}))
    assert [found.hit.code for found in hits] == ["personal-mobile"]


@pytest.mark.parametrize("unit", [" ", "一", "(", "0-"])
def test_a_file_with_long_cells_is_checked(unit: str, tmp_path: Path) -> None:
    """A long cell in every column of a standard: two million signs."""
    names = [field.name for field in load_standard("aed").fields]
    cell = hostile(unit, LENGTH, "", "")
    rows = [names, ["見本"] * len(names), [cell] * len(names)]
    file = tmp_path / "aed.csv"
    file.write_text("".join(",".join(f'"{one}"' for one in row) + "\n" for row in rows), encoding="utf-8")
    with at_most(60, repr(unit)):
        assert validate_file(file, "aed", personal=True).rows


@pytest.mark.parametrize("unit", ["a", "名", "カ\u3099", "１．", "_"])
def test_a_file_with_a_long_label_is_checked(unit: str, tmp_path: Path) -> None:
    """A header of a megabyte is the name of no item, and is compared with none of them letter by letter."""
    label = hostile(unit, 1_000_000 // len(unit.encode()), "", "")
    file = tmp_path / "aed.csv"
    file.write_text(f"名称,{label}\n見本,1\n", encoding="utf-8")
    with at_most(30, repr(unit)):
        report = validate_file(file, "aed")
    assert [found.column for found in report.findings if found.code == "column-unknown"] == [label]
