"""Fields and withdrawals of a plan in words: what people call them, and their values."""

from __future__ import annotations

from collections.abc import Sequence

from meguro_opendata import messages
from meguro_opendata.japan.calendar import japan_day
from meguro_opendata.publication.plan import DatasetPlan

__all__ = ["field_label", "value_text", "withdrawal_text"]


def field_label(field: str, lang: str) -> str:
    """What people call a field; its own name, or a file's, where there is no word for it.

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
    """Return a field's value; the elements of a list beside each other, a word where there is none.

    >>> value_text(["防災", "備蓄"], "ja"), value_text(None, "ja")
    ('防災、備蓄', '（なし）')
    """
    if value is None:
        return messages.word("version-none", lang)
    return value if isinstance(value, str) else messages.word("list-comma", lang).join(value)


def withdrawal_text(change: DatasetPlan, lang: str) -> str | None:
    """Return what the ledger and the portal say of a dataset's withdrawal, ``None`` if there is nothing to say."""
    past = change.withdrawn
    if change.action == "remove":
        return messages.message("plan-withdraw-entered", lang) if change.before is None else None
    if past is None:
        return None
    told = {"day": japan_day(past.time), "portal": past.portal, "dataset": change.dataset}
    if not change.stays_withdrawn:
        return messages.message("plan-withdrawn-again", lang, day=told["day"], portal=past.portal)
    if past.found:
        return messages.message("plan-withdrawn-found", lang, files=past.found, **told)
    return messages.message("plan-withdrawn", lang, **told)
