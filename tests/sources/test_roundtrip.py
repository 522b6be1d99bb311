"""Texts are read as the ``csv`` module reads them, wherever blocks end, and in the encoding in which they are."""

from __future__ import annotations

import csv
import io
import random
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from meguro_opendata.errors import SourceError
from meguro_opendata.sources import Grid, read_grid
from meguro_opendata.sources.text import blocks as textblocks
from meguro_opendata.sources.text import textfile as text_module
from meguro_opendata.sources.text.block_parser import parse_block
from meguro_opendata.sources.text.blocks import BadByteError, TooUnevenError
from meguro_opendata.sources.text.textfile import read_text_grid

NASTY = st.lists(
    st.sampled_from(
        [",", '"', '""', "\n", "\r\n", "\r", "a", "名", "ｱ", " ", "\t", ";", "\0", "\x1a", "\ufeff", "1", "'"]
    ),
    max_size=40,
).map("".join)
TIDY = st.lists(
    st.lists(
        st.sampled_from(["", "a", "名", '"b,c"', '"d\n\r\ne"', '"f""g"', '""', "h i", "\t"]), min_size=1, max_size=4
    )
    .map(",".join)
    .flatmap(lambda line: st.sampled_from(["\n", "\r\n"]).map(lambda end: line + end)),
    max_size=12,
).map("".join)


def expected(text: str, delimiter: str) -> tuple[list[list[str]], list[int]] | None:
    """The records and the line on which each begins, ``None`` if a quotation never ends."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    records, lines = [], [0]
    for record in reader:
        records.append(record)
        lines.append(reader.line_num)
    last = [*io.StringIO(text, newline="")][lines[-2] if records else 0 :]
    try:
        list(csv.reader(last, delimiter=delimiter, strict=True))
    except csv.Error:
        return None
    return records, [line + 1 for line in lines[:-1]]


def read_or_refused(path: Path) -> tuple[Grid | None, str]:
    """What is read, with nothing taken off any cell, or the code of the refusal."""
    try:
        return read_text_grid(path, as_written=True), ""
    except SourceError as refused:
        return None, refused.code


@pytest.mark.parametrize("small", [True, False], ids=["record by record", "by blocks"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@settings(max_examples=250, deadline=None)
@given(text=st.one_of(NASTY, TIDY), piece=st.sampled_from([1, 2, 3, 7, 16, 64, 1 << 24]))
@example(text='a,"b\n', piece=7)
@example(text='b"c,d\ne\n', piece=7)
@example(text="a\rb\r", piece=3)
@example(text='"a"b,c\n', piece=16)
@example(text="\n\n,\n", piece=1)
def test_a_text_is_read_as_the_csv_module_reads_it(
    encoding: str, small: bool, text: str, piece: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the quotes, line ends and widths, and wherever blocks end: same records, widths and lines."""
    text = "x" + text
    path = tmp_path_factory.getbasetemp() / "text.csv"
    path.write_bytes(text.encode(encoding))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(textblocks, "_PIECE", piece)
        patched.setattr(text_module, "SMALL", textblocks.SMALL if small else -1)
        grid, code = read_or_refused(path)
    if grid is None:
        assert code == "text-broken"
        assert any(expected(MARKS.sub("", text.rstrip("\x1a")), sign) is None for sign in ",\t;")
        return
    assert grid.delimiter is not None
    unmarked = MARKS.sub("", text.rstrip("\x1a"))
    wanted = expected(unmarked, grid.delimiter)
    assert wanted is not None
    records, lines = wanted
    assert len(grid.marks) == len(MARKS.findall(text.rstrip("\x1a")))
    assert grid.head(grid.height) == records
    assert list(grid.lines or ()) == lines
    assert grid.widths is None or list(grid.widths) == [len(record) for record in records]
    assert all(first < then for first, then in pairwise(grid.lines or ()))


@settings(max_examples=1000, deadline=None)
@given(text=st.one_of(NASTY, TIDY).filter(bool))
@example(text="\r,\n")
@example(text="a,\r,b\n")
@example(text=",, \na\r,,")
@example(text=" ,\n\n,,")
@example(text="a\n\rb\n,")
@example(text='a,""""\r\n"b,c",d')
def test_a_block_is_parsed_as_the_csv_module_reads_it_or_not_at_all(text: str) -> None:
    """Records, widths, and line breaks of each kind are those of the ``csv`` module, or the block is given up."""
    try:
        parsed = parse_block(text.encode(), text.count('"'), ",")
    except (BadByteError, TooUnevenError):
        parsed = None
    if parsed is None:
        return
    wanted = list(csv.reader(io.StringIO(text, newline="")))
    widths = parsed.widths if parsed.widths is not None else [parsed.cells.width] * len(wanted)
    assert [list(row[:width]) for row, width in zip(parsed.cells.rows(), widths, strict=True)] == wanted
    both = text.count("\r\n")
    assert parsed.breaks == (both, text.count("\n") - both, 0)


# Byte order marks where lines begin: left where files were put one behind the other.
MARKS = re.compile("(?<=[\r\n])\ufeff+")
KANA = "ｱｲｳｴｵｶﾞｷﾞｸﾞｹﾞｺﾞｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾟﾋﾟﾌﾟﾍﾟﾎﾟﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜｦﾝｬｭｮｯｰ｡｢｣､･"
SPECIAL = "①②⑳㈱㈲℡㎡№Ⅰⅳ髙﨑彅～―－￥ソ表能予"
COMMON = "目黒区上中下央町公園図書館役所０１２３４５－０３号室ー１丁目東京都"


def small_table(chance: random.Random) -> str:
    """A few records whose cells are mostly half-width kana and machine-dependent letters; some hold nothing else."""
    letters = chance.choice([KANA, SPECIAL, KANA + SPECIAL, KANA + SPECIAL + COMMON])

    def cell() -> str:
        return "".join(chance.choice(letters) for _ in range(chance.randint(3, 8)))

    width = chance.randint(1, 4)
    return "\r\n".join(",".join(cell() for _ in range(width)) for _ in range(chance.randint(2, 5))) + "\r\n"


@pytest.mark.parametrize("encoding", ["cp932", "utf-8"])
def test_the_encoding_of_small_files_is_decided_rightly(encoding: str, tmp_path: Path) -> None:
    """280 small files heavy in half-width kana and ①㈱髙: each is read in the encoding in which it was written."""
    chance = random.Random(encoding)
    wrong = []
    for _ in range(280):
        text = small_table(chance)
        path = tmp_path / "small.csv"
        path.write_bytes(text.encode(encoding))
        grid = read_grid(path)
        read = "\r\n".join(",".join(record) for record in grid.head(grid.height)) + "\r\n"
        if (grid.encoding, read) != (encoding, text):
            wrong.append(text)
    assert wrong == []


@pytest.mark.parametrize("raw", ["ﾃ｡".encode("cp932"), "縺ゅ＞".encode("cp932"), b"ASCII"])
def test_what_is_both_is_utf_8(raw: bytes, tmp_path: Path) -> None:
    """By rule a text that is valid in both encodings is UTF-8: hardly any text in CP932 is valid UTF-8 by chance."""
    path = tmp_path / "both.csv"
    path.write_bytes(raw + b",x\r\n")
    assert raw.decode("cp932")
    grid = read_grid(path)
    assert (grid.encoding, grid.record(0)) == ("utf-8", [raw.decode("utf-8"), "x"])
    assert read_grid(path, encoding="cp932").record(0) == [raw.decode("cp932"), "x"]
