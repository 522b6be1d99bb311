"""Every sentence that a user reads, one catalogue a language; code holds codes and parameters only."""

from __future__ import annotations

from meguro_opendata.packaged.lazy import attach

TYPE_CHECKING = False  # As in ``packaged``: the command line needs ``harmless`` at its start, and no sentence yet.

if TYPE_CHECKING:
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

__getattr__, __dir__ = attach(__name__, {"texts": __all__})
