"""Words for the fields, values and withdrawals of a plan, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from meguro_opendata import messages
from meguro_opendata.japan.calendar import japan_day
from meguro_opendata.publication.plan import DatasetPlan

__all__ = ["field_label", "value_text", "withdrawal_text"]


def field_label(field: str, lang: str) -> str:
    """Return the label of a field; its own name, or the file's name, if no word for it exists.

    >>> field_label("extras.frequency", "ja"), field_label("tags.防災", "ja"), field_label("extras.係", "ja")
    ('更新頻度', 'キーワード: 防災', '係')
    """
    name = field.removeprefix("extras.").removeprefix("resources.")
    kind, _, element = name.partition(".")
    code = "field-" + name
    if code in messages.codes("words", lang):
        return messages.word(code, lang)
    return f"{messages.word('field-' + kind, lang)}: {element}" if kind in ("tags", "groups") else name


def value_text(value: str | Sequence[str] | None, lang: str) -> str:
    """Return a field's value as text; a list's elements are joined, and a missing value has a word.

    >>> value_text(["防災", "備蓄"], "ja"), value_text(None, "ja")
    ('防災、備蓄', '（なし）')
    """
    if value is None:
        return messages.word("version-none", lang)
    return value if isinstance(value, str) else messages.word("list-comma", lang).join(value)


def withdrawal_text(change: DatasetPlan, lang: str) -> str | None:
    """Return the sentence about a dataset's withdrawal, ``None`` if the dataset was never withdrawn.

    A dataset that is removed now gets a sentence only if the portal has lost it already: then the ledger alone is
    completed.
    """
    past = change.withdrawn
    if change.action == "remove":
        return messages.message("plan-withdraw-entered", lang) if change.before is None else None
    if past is None:
        return None
    words = {"day": japan_day(past.time), "portal": past.portal, "dataset": change.dataset}
    if not change.stays_withdrawn:
        return messages.message("plan-withdrawn-again", lang, day=words["day"], portal=past.portal)
    if past.found:
        return messages.message("plan-withdrawn-found", lang, files=past.found, **words)
    return messages.message("plan-withdrawn", lang, **words)
