"""Parts of regular expressions and of texts, of which the tests of patterns make their own at random."""

from __future__ import annotations

from hypothesis import strategies as st

from meguro_opendata.standard.model import load_standard, standards

STANDARD = sorted(
    {
        field["constraints"]["pattern"]
        for standard in standards()
        for version in standard.versions
        for field in (load_standard(standard.id, str(version)).schema or {"fields": []})["fields"]
        if "pattern" in field.get("constraints", {})
    }
)
SIGNS = [
    *(
        "a",
        "b",
        "0",
        "-",
        "^",
        "$",
        ".",
        "|",
        "(",
        "(?:",
        ")",
        "[",
        "[^",
        "]",
        "*",
        "+",
        "?",
        "{2}",
        "{,2}",
        "{2,}",
        "{",
    ),
    *("{3,1}", "{,}", r"\d", r"\s", r"\w", r"\D", r"\b", r"\.", r"\-", r"\n", r"\x41", r"\u3042", "あ", "１", "a-z"),
    *("(?P<a>", "(?i)", "(?=", r"\1", r"\0", r"\A", "\\", " ", "#", "&&", "--", "[0-9]", "(a|b)", "(?#x)", "\n"),
]
TEXTS = st.text("ab0A-^$ |{}[]\n.あ１#,2", max_size=4)
