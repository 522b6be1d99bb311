"""Both gates: no text obeys a terminal, no JSON loses a value, and no token is shown in any of its forms."""

from __future__ import annotations

import base64
import html
import json
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
from hangs import at_most
from hypothesis import given
from hypothesis import strategies as st

from meguro_opendata.messages.harmless import escaped_json, harmless, mask_tokens, mask_tokens_within

# What a terminal or a reader's eye is misled by, by Unicode's own categories and its property Bidi_Control.
BIDI = [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
MISLEADING = [
    chr(code)
    for code in range(0x110000)
    if (unicodedata.category(chr(code)) in ("Cc", "Cs", "Zl", "Zp") and chr(code) not in "\t\n") or code in BIDI
]
ANY = st.text(st.characters() | st.characters(categories=["Cs"]) | st.sampled_from(MISLEADING[:80] + MISLEADING[-12:]))
JSON = st.recursive(
    ANY | st.integers() | st.booleans() | st.none(), lambda part: st.lists(part) | st.dictionaries(ANY, part)
)
TOKENS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=16, max_size=80)
FORMS: dict[str, Callable[[str], str]] = {
    "plain": str,
    "percent": lambda text: quote(text, safe=""),
    "plus": quote_plus,
    "every byte": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "html": html.escape,
    "json": lambda text: json.dumps(text)[1:-1],
    "hexadecimal": lambda text: text.encode().hex(),
}


def test_every_misleading_character_is_written_out() -> None:
    """Of all characters of Unicode."""
    assert [sign for sign in MISLEADING if harmless(sign) == sign or not harmless(sign).isprintable()] == []


@given(ANY)
def test_a_text_cannot_obey_a_terminal(text: str) -> None:
    """Nothing of the kind is left, ordinary characters stay as they are, and a second time changes nothing."""
    shown = harmless(text)
    assert not set(shown) & set(MISLEADING)
    assert shown.encode("utf-8").decode("utf-8") == shown
    assert harmless(shown) == shown
    if not set(text) & set(MISLEADING):
        assert [sign for sign in text if sign not in shown] == []


@given(st.text(st.characters(exclude_categories=["Cc", "Cs", "Cf", "Zl", "Zp"])))
def test_an_ordinary_text_is_unchanged(text: str) -> None:
    """Japanese, emoji, marks above letters, a soft hyphen."""
    assert harmless(f"{text}\t\n") == f"{text}\t\n"


@given(JSON, st.booleans())
def test_json_keeps_every_value(value: object, ascii_only: bool) -> None:
    """Read again it is what it was, and nothing in it obeys a terminal; the text gate finds nothing more to do."""
    text = escaped_json(value, ascii_only=ascii_only)
    assert json.loads(text) == value
    assert harmless(text) == text
    assert text.encode("ascii" if ascii_only else "utf-8")


@pytest.mark.parametrize("form", FORMS)
@given(token=TOKENS)
def test_a_token_is_masked_in_every_form(form: str, token: str) -> None:
    """However a portal or a library writes it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEGURO_OPENDATA_TOKEN_WARD", token)
        shown = mask_tokens(f"Authorization: {FORMS[form](token)}, 様")
    assert FORMS[form](token) not in shown
    assert shown.startswith("Authorization: ")
    assert shown.endswith(", 様")


@given(token=TOKENS, before=st.binary(max_size=20), after=st.binary(max_size=20))
def test_a_token_is_masked_inside_base64(token: str, before: bytes, after: bytes) -> None:
    """Wherever it begins: what is left gives at most three of its letters."""
    coded = base64.b64encode(before + token.encode() + after).decode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MEGURO_OPENDATA_TOKEN_WARD", token)
        left = mask_tokens(coded)
    assert "***" in left
    assert len(left.replace("***", "")) <= len(coded) - len(token) * 8 // 6 + 4


def test_tokens_are_masked_within_json(monkeypatch: pytest.MonkeyPatch) -> None:
    """In values and names at any depth; every variable counts, a value too short for a token does not."""
    monkeypatch.setenv("MEGURO_OPENDATA_TOKEN_A", " geheim-1234 ")
    monkeypatch.setenv("MEGURO_OPENDATA_TOKEN_B", "other-5678")
    monkeypatch.setenv("MEGURO_OPENDATA_TOKEN_C", "on")
    value = {"x geheim-1234": ["other-5678", ("on", 1, None)]}
    assert mask_tokens_within(value) == {"x ***": ["***", ["on", 1, None]]}
    assert json.loads(escaped_json(value)) == {"x ***": ["***", ["on", 1, None]]}


def test_a_large_value_of_json_is_masked_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment is searched for tokens once a value, not once a text in it, which would take 10 s here."""
    monkeypatch.setenv("MEGURO_OPENDATA_TOKEN_A", "geheim-1234")
    value = [{"dataset": f"見本{at}", "file": "一覧.csv", "field": "issued", "kind": "early"} for at in range(20_000)]
    with at_most(3, "JSON of 100,000 texts"):
        assert json.loads(escaped_json(value)) == value
