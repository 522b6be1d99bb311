"""IDs that were something else before: two tables of one dataset, the earlier one and the later one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import polars as pl

from meguro_opendata.cleaning.roles import role_of
from meguro_opendata.standard.model import Field
from meguro_opendata.validation.rules.data import Hit, rule_data

__all__ = ["moved_ids"]


def moved_ids(before: pl.DataFrame, after: pl.DataFrame, fields: Sequence[Field]) -> Iterator[Hit]:
    """Find IDs given to another thing, and things given another ID; positions are those of the later table.

    A thing is the same if its name and its address are. Something that was renamed, or has moved, keeps its ID, so one
    of the two may differ. An entry that occurs twice in a table is not compared.

    >>> fields = [Field("ID", "id", "", "", {"constraints": {"unique": True}}), Field("名称", "text", "", "", {})]
    >>> fields += [Field("住所", "text", "", "", {})]
    >>> one = pl.DataFrame({"ID": ["1", "2"], "名称": ["北館", "南館"], "住所": ["北1", "南1"]})
    >>> [(hit.code, hit.position) for hit in moved_ids(one, one.reverse().with_columns(ID=one["ID"]), fields)]
    [('identifier-reused', 0), ('identifier-reused', 1)]
    """
    marks = _marks([field for field in fields if field.name in before.columns], after)
    if marks is None:
        return
    own = marks[0]
    old, new = (_things(frame, *marks) for frame in (before, after))
    same = new.join(old, on="id", suffix="_before")
    reused = same.filter((pl.col("name") != pl.col("name_before")) & (pl.col("address") != pl.col("address_before")))
    for at, value, was, now in reused.sort("at").select("at", "id", "name_before", "name").iter_rows():
        yield Hit("identifier-reused", at, own, value, params={"was": was, "now": now})
    alike = new.join(old, on=["name", "address"], suffix="_before").filter(pl.col("id") != pl.col("id_before"))
    reported = set(reused["at"])
    for at, value, was, now in alike.sort("at").select("at", "id", "id_before", "name").iter_rows():
        if at not in reported:
            yield Hit("identifier-changed", at, own, value, params={"was": was, "now": now})


def _marks(fields: Sequence[Field], table: pl.DataFrame) -> tuple[str, str, str] | None:
    """Return the fields of ID, name and address; ``None`` if the table lacks one of them or has it empty."""
    there = [field for field in fields if field.name in table.columns]
    own = next((field.name for field in there if field.descriptor.get("constraints", {}).get("unique")), None)
    filled = [field.name for field in there if field.name != own and (table[field.name] != "").any()]
    name = next(filter(_is_name, filled), None)
    address = next((name for name in filled if role_of(name) == "address"), None)
    return (own, name, address) if own and name and address else None


def _is_name(field: str) -> bool:
    """Return whether a field is the name of the thing, and not that of who keeps it or where it is."""
    return role_of(field) == "name" and not re.search(rule_data()["earlier"]["of_others"], field)


def _things(frame: pl.DataFrame, own: str, name: str, address: str) -> pl.DataFrame:
    """Return the rows whose ID is unique and whose pair of name and address is unique."""
    named = frame.select(pl.col(own).alias("id"), pl.col(name).alias("name"), pl.col(address).alias("address"))
    filled = named.with_row_index("at").filter(pl.all_horizontal(pl.col("id", "name", "address") != ""))
    return filled.filter(pl.col("id").is_unique() & pl.struct("name", "address").is_unique())
