"""The role of a text field, found by its name."""

from __future__ import annotations

import re
from functools import cache

from meguro_opendata.cleaning.data import read_data

__all__ = ["role_of"]


@cache
def role_of(name: str, kind: str = "text") -> str:
    """Return the role of a field: ``remarks``, ``address``, ``name`` or ``free``.

    Fields of other kinds than text have the role ``name``, addresses the role ``address``.

    >>> role_of("備考"), role_of("所在地_連結表記"), role_of("名称"), role_of("説明"), role_of("番地", "address")
    ('remarks', 'address', 'name', 'free', 'address')
    """
    if kind == "address":
        return "address"
    if kind != "text":
        return "name"
    entries = read_data("roles.toml")["roles"]
    return next((entry["role"] for entry in entries if re.search(entry["pattern"], name)), "free")
