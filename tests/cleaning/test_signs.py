"""Hyphens, long vowels and separators: what is certain is rewritten, what is not is reported and stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.cleaning.groups import GROUPED
from meguro_opendata.cleaning.kana import kana_doubt, katakana
from meguro_opendata.cleaning.phones import phone_doubt, split_phone
from meguro_opendata.cleaning.rules import normalised
from meguro_opendata.cleaning.words import separators
from meguro_opendata.japan.folding import hyphens
from meguro_opendata.packaged import packaged_toml
from meguro_opendata.standard.model import Field

WORDS = packaged_toml("meguro_opendata.cleaning", "kana.toml")["words"].split()
HYPHENS = st.sampled_from([*hyphens("between_words"), "-"])
BETWEEN_NUMBERS = [*hyphens("between_numbers"), "-"]
LETTERS = st.sampled_from("アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワン")
PARTS = st.text(st.sampled_from("内科外神経小児あア1 "), min_size=1, max_size=5).map(str.strip).filter(bool)
MARKS = st.text(st.sampled_from("、，,;；\n 　"), min_size=1, max_size=6).filter(lambda text: text.strip(" 　"))


def cleaned(kind: str, value: str, name: str = "x") -> str:
    """A value after all rules of a kind."""
    return normalised(Field(name, kind, "", "", {}), value)


@given(parts=st.lists(PARTS, min_size=1, max_size=6), marks=st.lists(MARKS, min_size=7, max_size=7))
def test_any_separators_between_two_values_are_one(parts: list[str], marks: list[str]) -> None:
    """Commas, semicolons and line breaks in any number and order; no value of a list is empty."""
    text = "".join(part + mark for part, mark in zip(parts, marks, strict=False))
    assert separators(marks[-1] + text) == ";".join(parts)
    assert cleaned("list", text) == ";".join(part.replace("\u3000", " ") for part in parts)


@given(parts=st.lists(PARTS, min_size=1, max_size=5))
def test_a_list_that_is_right_stays(parts: list[str]) -> None:
    """One semicolon between values is the standard's form."""
    assert separators(";".join(parts)) == ";".join(parts)


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("内科;精神科,\n呼吸器外科", "内科;精神科;呼吸器外科"),
        ("内科\n,精神科", "内科;精神科"),
        ("内科(月、\n水),外科", "内科(月、\n水);外科"),
        ("", ""),
    ],
)
def test_lists_as_offices_write_them(written: str, right: str) -> None:
    """A comma and a line break behind it are one separator; inside brackets neither is one."""
    assert separators(written) == right


@given(
    word=st.sampled_from([word for word in WORDS if "ー" in word]), sign=HYPHENS, before=st.text(LETTERS, max_size=3)
)
def test_the_hyphen_of_a_known_word_is_its_long_vowel(word: str, sign: str, before: str) -> None:
    """Whatever hyphen was typed, alone or at the end of a longer name."""
    assert katakana(word.replace("ー", sign)) == word
    assert katakana(before + word.replace("ー", sign)).endswith(word)


@given(first=st.text(LETTERS, min_size=1, max_size=4), sign=HYPHENS, second=st.text(LETTERS, max_size=4))
def test_any_other_hyphen_between_kana_stays_and_is_reported(first: str, sign: str, second: str) -> None:
    """It may join two words; a reading with the long vowel is proposed unless the letter before takes none."""
    text = first + sign + second
    if katakana(text) != text:
        assert any(word.replace("ー", sign) in text for word in WORDS if "ー" in word)
        return
    doubt = kana_doubt(text)
    assert doubt is not None
    assert doubt.code == "hyphen-in-reading"
    assert doubt.readings == (() if first[-1] in "ンッ" else (f"{first}ー{second}",))


@pytest.mark.parametrize("text", ["A-1", "ミホン - カイカン", "ミホン1-2", "センター", "ミホン・カイカン"])
def test_a_hyphen_that_is_no_long_vowel_is_no_doubt(text: str) -> None:
    """Between digits, letters or blanks it is not taken for one."""
    assert (katakana(text), kana_doubt(text)) == (text, None)


@pytest.mark.parametrize("sign", BETWEEN_NUMBERS)
def test_every_look_alike_is_a_hyphen_in_a_phone_number(sign: str) -> None:
    """Of full and half width, with blanks around it or not."""
    assert cleaned("phone", f"03{sign}5722{sign}9270") == "(03)5722-9270"
    assert cleaned("phone", f"０３{sign}５７２２{sign}９２７０") == "(03)5722-9270"
    assert cleaned("phone", f"0000{sign}00{sign}0000") == "0000-00-0000"


@given(
    number=st.sampled_from(["03-5722-9270", "(03)5722-9270", "000-000-0000"]),
    stray=st.text(st.sampled_from("_*※。?!^~"), min_size=1, max_size=3),
)
def test_a_stray_sign_beside_a_number_is_reported_and_goes_nowhere(number: str, stray: str) -> None:
    """It is no remark, and the number without it is proposed."""
    assert "phone" in GROUPED
    text = number + stray
    assert split_phone(text) is None
    doubt = phone_doubt(cleaned("phone", text))
    assert doubt is not None
    assert re.sub("[^0-9]", "", doubt.readings[0]) == re.sub("[^0-9]", "", number)


@pytest.mark.parametrize("sign", "_・/~゠一")
def test_another_sign_between_the_groups_is_a_doubt(sign: str) -> None:
    """Nothing says for certain that it stands for a hyphen."""
    text = f"03{sign}5722{sign}9270"
    assert cleaned("phone", text) == text
    doubt = phone_doubt(text)
    assert doubt is not None
    assert doubt.readings == ("(03)5722-9270",)


def test_words_beside_a_number_still_go_to_the_remarks() -> None:
    """Only signs alone are no words."""
    parts = split_phone("施設課 03-5722-9270")
    assert parts is not None
    assert (parts.number, parts.note) == ("(03)5722-9270", "施設課")
