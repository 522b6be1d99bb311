"""Each level of folding does what it says and no more, over all characters of Unicode where that is cheap."""

import re
import sys
import unicodedata
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.japan.folding import (
    filled,
    folded,
    full_width_kana,
    half_width,
    half_width_digits,
    hyphened,
    hyphens,
    in_katakana,
    loose,
    one_width,
    one_width_column,
    plain,
)
from meguro_opendata.packaged import packaged_toml

ROOT = Path(__file__).resolve().parents[2]
# Every character that Unicode has assigned; nothing here folds the rest, which would take six times as long.
_NO_TEXT = ("Cn", "Co", "Cs")
CHARACTERS = [sign for sign in map(chr, range(sys.maxunicode + 1)) if unicodedata.category(sign) not in _NO_TEXT]
SIGNS = packaged_toml("meguro_opendata.japan", "signs.toml")
# Each set as it was where it stood before, after NFKC where the text is folded first.
SETS = {
    "anywhere": "‐‑⁃﹣‒–—―﹘−－⁻₋",
    "between_numbers": "‐‑⁃﹣‒–—―﹘−－⁻₋─━ーｰ",
    "between_words": "‐‑⁃﹣‒–—―﹘−－⁻₋─",
    "addresses": "‐‑⁃﹣‒–—―﹘−－⁻₋─━",
    "compared_addresses": "‐‑⁃﹣‒–—―﹘−－⁻₋ーｰ",
    "coordinates": "‐‑⁃﹣–—―﹘−－⁻₋ーｰ",
    "labels": "‐‑⁃﹣–—―﹘",
}
JAPANESE = st.text(st.sampled_from("アかﾞﾟｶﾊﾟーｰ-‐−－─━　 \t\n１2０９(（)）㈱①ＡbＢ〇年丁目番")) | st.text()


@pytest.mark.parametrize(
    ("text", "widths", "ends", "spaces", "letters"),
    [
        ("　ＡＥＤ　１ ", " AED 1 ", "AED 1", "AED1", "aed1"),
        ("建物名等\n（方書）", "建物名等\n(方書)", "建物名等\n(方書)", "建物名等(方書)", "建物名等(方書)"),
        ("ﾌﾟｰﾙ", "プール", "プール", "プール", "プール"),
        ("か\u3099", "が", "が", "が", "が"),
        ("㈱①㎡Ⅱ", "(株)1m2II", "(株)1m2II", "(株)1m2II", "(株)1m2ii"),
        ("\u00a0a\u2003b\x1f", " a b\x1f", "a b", "ab", "ab"),
        ("STRASSE ß", "STRASSE ß", "STRASSE ß", "STRASSEß", "strassess"),
        ("髙島屋・﨑", "髙島屋・﨑", "髙島屋・﨑", "髙島屋・﨑", "髙島屋・﨑"),
        ("", "", "", "", ""),
    ],
)
def test_levels(text: str, widths: str, ends: str, spaces: str, letters: str) -> None:
    """Each level folds what the one before does, and one thing more."""
    assert [one_width(text), plain(text), folded(text), loose(text)] == [widths, ends, spaces, letters]


@given(JAPANESE)
def test_levels_build_on_one_another(text: str) -> None:
    """A level can be had from the one before; one width is reached in one step."""
    assert one_width(one_width(text)) == one_width(text)
    assert plain(text) == one_width(text).strip()
    assert folded(text) == re.sub(r"\s", "", plain(text))
    assert loose(text) == folded(text).casefold()


def test_no_character_leaves_a_space_when_folded() -> None:
    """What Python calls a space is what its regular expressions call one, so both ways to fold are the same."""
    assert not [sign for sign in CHARACTERS if re.search(r"\s", folded(sign))]
    assert not [sign for sign in CHARACTERS if sign.isspace() != bool(re.fullmatch(r"\s", sign))]


def test_columns_fold_as_texts_do() -> None:
    """Of every character that Japanese encodings have, polars makes the same as Python."""
    japanese = [sign for sign in CHARACTERS if any(_has(code, sign) for code in ("cp932", "euc_jis_2004"))]
    assert len(japanese) > 11_000
    assert one_width_column(pl.Series(japanese)).to_list() == [one_width(sign) for sign in japanese]
    voiced = [letter + mark for letter in japanese for mark in "\u3099\u309aﾞﾟ" if "\u3041" <= letter <= "\u30ff"]
    assert one_width_column(pl.Series(voiced)).to_list() == [one_width(sign) for sign in voiced]


def _has(encoding: str, sign: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


def test_half_width_changes_full_width_ascii_spaces_and_hyphens_only() -> None:
    """Of all characters alone: ！ to ～ and the wide space become ASCII, the hyphens a hyphen, all others stay."""
    expected = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)} | {"\u3000": " "}
    expected |= dict.fromkeys(SETS["anywhere"], "-")
    assert {sign: half_width(sign) for sign in CHARACTERS if half_width(sign) != sign} == expected


def test_half_width_digits_changes_digits_only() -> None:
    """Of all characters alone, the ten full-width digits."""
    changed = {sign: half_width_digits(sign) for sign in CHARACTERS if half_width_digits(sign) != sign}
    assert changed == dict(zip("０１２３４５６７８９", "0123456789", strict=True))


@pytest.mark.parametrize("fold", [half_width, half_width_digits])
def test_between_digits_more_signs_are_hyphens(fold: "type[str]") -> None:
    """ー and ─ are a hyphen where digits or brackets are on both sides."""
    found = {sign for sign in CHARACTERS if fold(f"1{sign}2") == "1-2"}
    assert found == {"-", *SETS["between_numbers"]}
    assert [fold(text) for text in ("1ー", "ー2", "1ー階", "(03)ー(57)", "１ー２ー３")] == [
        *("1ー", "ー2", "1ー階", "(03)-(57)", "1-2-3"),
    ]


@given(JAPANESE)
def test_rewriting_is_done_in_one_step(text: str) -> None:
    """A value that was rewritten is not rewritten again, and no character is lost or added."""
    for fold in (half_width, half_width_digits, in_katakana):
        assert fold(fold(text)) == fold(text)
        assert len(fold(text)) == len(text)
    assert full_width_kana(full_width_kana(text)) == full_width_kana(text)


def test_half_width_kana_become_full_width() -> None:
    """Each of the 63 by its compatibility form; the two marks alone become signs that stand alone."""
    half = [chr(code) for code in range(0xFF61, 0xFFA0)]
    expected = [unicodedata.normalize("NFKC", sign) for sign in half[:-2]] + ["゛", "゜"]
    assert [full_width_kana(sign) for sign in half] == expected
    assert {sign for sign in CHARACTERS if full_width_kana(sign) != sign} == set(half)


@given(st.text(st.characters(min_codepoint=0xFF61, max_codepoint=0xFF9F)))
def test_no_half_width_kana_stay(text: str) -> None:
    """Letters and marks in any order."""
    assert not re.search("[\uff61-\uff9f\u3099\u309a]", full_width_kana(text))


def test_hiragana_become_the_katakana_of_their_name() -> None:
    """さ is HIRAGANA LETTER SA and becomes KATAKANA LETTER SA; nothing but hiragana changes."""
    changed = [sign for sign in CHARACTERS if in_katakana(sign) != sign]
    assert len(changed) == 88
    for sign in changed:
        assert unicodedata.name(in_katakana(sign)) == unicodedata.name(sign).replace("HIRAGANA", "KATAKANA")


@pytest.mark.parametrize("name", SIGNS["hyphens"])
def test_sets_of_hyphens(name: str) -> None:
    """A set is what it was, and exactly its signs become a hyphen."""
    assert sorted(hyphens(name)) == sorted(SETS[name])
    assert {sign for sign in CHARACTERS if hyphened(sign, name) != sign} == set(SETS[name])
    assert hyphened(f"1{hyphens(name)}2", name) == f"1{'-' * len(SETS[name])}2"
    assert re.fullmatch(filled(f"[<<{name}>>]+"), hyphens(name))


def test_each_sign_is_of_one_kind() -> None:
    """No sign is listed twice, and no kind is in no set."""
    signs = "".join(SIGNS["kinds"].values())
    assert len(set(signs)) == len(signs)
    assert {kind for kinds in SIGNS["hyphens"].values() for kind in kinds} == set(SIGNS["kinds"])
    assert set(SIGNS["hyphens"]) == set(SETS)


def test_an_unknown_set_is_a_fault() -> None:
    """A pattern with a misspelt name is refused, not searched."""
    with pytest.raises(KeyError):
        filled("[<<hyphens>>]")


def test_folding_has_one_home() -> None:
    """No other module folds by NFKC, and no other file lists hyphens, but for examples."""
    written = [*(ROOT / "meguro_opendata").rglob("*.py"), *(ROOT / "meguro_opendata").rglob("*.toml")]
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in written}
    assert [name for name, text in texts.items() if '"NFKC"' in text] == ["meguro_opendata/japan/folding.py"]
    many = re.compile("[‐‑‒–—―−]{3}")
    listed = {Path(name).name for name, text in texts.items() if many.search(text)}
    assert listed == {"folding.py", "signs.toml"}
