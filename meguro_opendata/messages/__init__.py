"""Every sentence that a user reads, one catalogue a language; code holds codes and parameters only."""

from __future__ import annotations

from meguro_opendata.messages.texts import (
    LANGUAGES,
    codes,
    default_language,
    doctor_text,
    error_text,
    finding_text,
    form,
    message,
    property_text,
    rule_name,
    word,
)

__all__ = [
    "LANGUAGES",
    "codes",
    "default_language",
    "doctor_text",
    "error_text",
    "finding_text",
    "form",
    "message",
    "property_text",
    "rule_name",
    "word",
]
