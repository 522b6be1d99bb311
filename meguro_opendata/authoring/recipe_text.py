"""The text of a drafted recipe: YAML with the proposed mapping, and comments on everything to be confirmed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from meguro_opendata.authoring.draft import Draft
from meguro_opendata.files.declarations import scalar
from meguro_opendata.geo.datum.crs import parse_crs
from meguro_opendata.geo.places.extents import zone_crs, zones_of
from meguro_opendata.mapping.ownfields import OwnField
from meguro_opendata.mapping.proposal import Proposal, reason_text
from meguro_opendata.mapping.valueforms import METRES
from meguro_opendata.messages import form, message, word
from meguro_opendata.recipe.blockwords import block_line
from meguro_opendata.workspace.city import City

__all__ = ["comment_of", "recipe_text"]

_EXAMPLE = 20  # characters of an example value: enough to recognise the column, short enough for one line
_FREQUENCY = "随時"


def recipe_text(draft: Draft, city: City, file: str, sheet: str | None, lang: str) -> str:
    """Return the whole ``dataset.yaml`` of a draft.

    Args:
        draft: The draft.
        city: The city, whose departments are listed as a choice.
        file: Name of the source's copy.
        sheet: Name of the mapping sheet, ``None`` if the mapping is in the recipe.
        lang: Language of the comments.
    """
    parts = (
        _head(draft, file, lang),
        _source(draft, city, file, lang),
        _blocks(draft, lang),
        _mapping(draft, sheet, lang),
        _formats(draft, lang),
        _geometry(draft, lang),
        _places(draft, lang),
        _left(draft, lang),
    )
    return (
        "\n".join(
            line for part in map(list, (*parts, _metadata(draft, city, lang))) if part for line in (*part, "")
        ).rstrip()
        + "\n"
    )


def comment_of(text: str) -> str:
    r"""Return a text that stays within one comment line.

    A line break from a cell would end the comment, and the rest of the cell would become a part of the recipe.

    >>> comment_of("施設\n名称")
    '施設 名称'
    """
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _head(draft: Draft, file: str, lang: str) -> Iterator[str]:
    mark = word("new-confirm", lang)
    yield f"# {comment_of(message('new-recipe-head', lang, file=file, mark=mark))}"
    if draft.standard is None:
        yield f"title: {scalar(_title(draft))}   # {message('new-title', lang)}"
        yield f"schema: schema.json   # {message('new-own-schema', lang, file='schema.json')}"
        yield from (f"# {comment_of(text)}" for text in draft.hints(lang))
        return
    yield f"title: {scalar(draft.standard.title)}"
    how = message("new-standard-given", lang)
    if draft.match is not None:
        how = message("new-standard-found", lang, score=round(draft.match.score * 100))
    yield f"standard: {draft.standard.id}@{scalar(draft.standard.version).strip(chr(39))}   # {how}"


def _title(draft: Draft) -> str:
    return draft.table.path.stem.strip() or draft.slug


def _source(draft: Draft, city: City, file: str, lang: str) -> Iterator[str]:
    grid, table = draft.table.grid, draft.table
    yield "source:"
    yield f"  file: {scalar(file)}"
    if draft.is_geo:
        yield from _layer(draft, city, lang)
        return
    if draft.layout.sheets:
        yield f"  sheets: {scalar(list(draft.layout.sheets))}   # {comment_of(message('new-sheets', lang))}"
        yield f"  # sheet_column: {word('sheet', lang)}   # {comment_of(message('new-sheet-column', lang))}"
    elif grid.sheet is not None:
        yield f"  sheet: {scalar(grid.sheet)}"
    yield f"  header_row: {table.header_row}"
    if table.header_rows > 1:
        yield f"  header_rows: {table.header_rows}"
    yield from _encoding(draft)
    if draft.in_metres or any(proposal.seen == METRES for proposal in draft.proposals):
        yield _crs_line(city, "new-crs-metres", lang)
    if draft.layout.unsure:
        asked = message("new-header", lang, row=table.header_row, second=_second(draft))
        yield f"  confirm: header   # {comment_of(asked)}"


def _encoding(draft: Draft) -> Iterator[str]:
    """Yield the encoding of a text file."""
    encoding = (draft.table.grid.encoding or "").removesuffix("-sig")
    if encoding in ("utf-8", "cp932", "utf-16"):
        yield f"  encoding: {encoding}"


def _second(draft: Draft) -> int | str:
    found = draft.table.proposed
    return found.second[1] if found and found.second else "-"


def _blocks(draft: Draft, lang: str) -> Iterator[str]:
    """Yield the parts of the source that are read, and those left out with their reasons."""
    if not draft.layout.blocks:
        return
    yield f"blocks:   # {comment_of(message('new-blocks', lang))}"
    yield from (f"  {block_line(block)}" for block in draft.layout.blocks)


def _layer(draft: Draft, city: City, lang: str) -> Iterator[str]:
    """Yield the layer of a GIS file with several, its reference system if the file names none, and its encoding."""
    grid = draft.table.grid
    declared = draft.words
    if len(grid.sheets) > 1 or declared.layer:
        yield f"  sheet: {scalar(declared.layer or grid.sheet)}" + _other_sheets(draft, lang)
    if declared.crs:
        yield f"  crs: {scalar(declared.crs)}"
    elif grid.crs is None:
        yield _crs_line(city, "new-crs", lang)
    encoding = declared.encoding or grid.encoding
    if encoding is not None:
        yield f"  encoding: {encoding}"


def _formats(draft: Draft, lang: str) -> Iterator[str]:
    """Yield the formats of an own schema with coordinates, from which a map can be made."""
    if draft.has_own_points:
        yield f"formats: [csv, xlsx, geojson]   # {comment_of(message('new-geojson', lang))}"


def _crs_line(city: City, why: str, lang: str) -> str:
    """Return the reference system to be confirmed: the city's legal plane rectangular zone; others in the comment."""
    zones = zones_of(city.code)
    shown = [f"{zone_crs(zone).code} ({zone})" for zone in zones]
    code = zone_crs(zones[0]).code if zones else parse_crs("JGD2011").code
    text = f"{message(why, lang)} / {message('new-crs-zone' if zones else 'new-crs-no-zone', lang, zones=shown)}"
    return f"  # {word('new-confirm', lang)} crs: {code}   # {comment_of(text)}"


def _places(draft: Draft, lang: str) -> Iterator[str]:
    """Yield the proposal to estimate positions from addresses, with the question to be confirmed."""
    found = draft.places
    if found is None:
        return
    counts = {"rows": found.rows, "found": found.found, "error": round(found.error)}
    yield "geocode:"
    yield f"  address: {scalar(found.field)}   # {comment_of(message('new-geocode', lang, **counts))}"
    yield f"  level: {found.level}   # {comment_of(word(f'level-{found.level}', lang))}"
    yield f"  confirm: {scalar(word('new-geocode-ask', lang))}   # {comment_of(message('new-geocode-confirm', lang))}"


def _geometry(draft: Draft, lang: str) -> Iterator[str]:
    """Yield the setting that publishes areas and lines unchanged."""
    if draft.has_shapes:
        yield f"gis: {{geometry: source}}   # {comment_of(message('new-geometry', lang))}"


def _other_sheets(draft: Draft, lang: str) -> str:
    """Return a comment with the names of the sheets that are not read; empty if all are read."""
    names = ", ".join(draft.other_sheets)
    return f"   # {comment_of(message('new-other-sheets', lang, names=names))}" if names else ""


def _mapping(draft: Draft, sheet: str | None, lang: str) -> Iterator[str]:
    if sheet is not None:
        yield f"mapping: {sheet}   # {message('new-sheet-head', lang, file=sheet)}"
        return
    if draft.standard is None:
        yield "mapping:"
        yield from (_own_line(draft, one, lang) for one in draft.own_fields)
        return
    yield "mapping:" if draft.sure else "mapping: {}"
    for proposal in draft.proposals:
        yield _line(proposal, proposal in draft.sure, lang)


def _own_line(draft: Draft, own: OwnField, lang: str) -> str:
    kind = word("true-or-false", lang) if own.type == "boolean" else form(own.kind, lang)
    guess = f"   # {message('new-kind-guess', lang, kind=kind)}" if own.guessed else ""
    return f"  {scalar(own.name)}: {scalar(own.column)}{guess}"


def _line(proposal: Proposal, applied: bool, lang: str) -> str:
    percent = round(proposal.confidence * 100)
    why = message("new-line", lang, reason=reason_text(proposal.reason, lang), percent=percent)
    if proposal.others:
        why += " " + message("new-several", lang, columns=", ".join((*proposal.columns, *proposal.others)))
    rule = proposal.rule
    if rule is None:
        made = message("new-unmade", lang, columns=", ".join(proposal.columns))
        return f"  # {comment_of(f'{proposal.field}: {made}')}"
    written = f"{scalar(proposal.field)}: {_rule(rule.model_dump(exclude_unset=True))}"
    if applied:
        return f"  {written}   # {comment_of(why)}"
    return f"  # {word('new-confirm', lang)} {comment_of(written)}   # {comment_of(why)}"


def _rule(rule: dict[str, Any]) -> str:
    """Return a rule in the form of a recipe: the column's name alone, if the rule has no other words."""
    if list(rule) == ["column"]:
        return scalar(rule["column"])
    plain = {name: list(value) if isinstance(value, tuple) else value for name, value in rule.items()}
    return scalar(plain)


def _left(draft: Draft, lang: str) -> Iterator[str]:
    """Yield the columns that no field uses, as comments with the recipe's words that would keep or drop them."""
    if not draft.left:
        return
    yield f"# {message('new-left', lang)}"
    for column in draft.left:
        line = _left_line(draft, column, lang)
        if column not in draft.unclaimed:
            line = message("new-left-asked", lang, line=line, mark=word("new-confirm", lang))
        yield f"#   {comment_of(line)}"
    taken = draft.places.column if draft.places and draft.places.extra else None
    if taken is None:
        yield "# extensions:"
    else:
        yield "extensions:"
        yield f"  - {scalar(_extension(taken, 'address'))}   # {comment_of(message('new-geocode-extension', lang))}"
    for column in (column for column in draft.left if column != taken):
        yield f"#   - {comment_of(scalar(_extension(column, 'text')))}"
    yield "# drop:"
    yield from (f"#   {comment_of(scalar(column))}: " for column in draft.left if column != taken)


def _extension(column: str, kind: str) -> dict[str, str]:
    """Return the recipe's words for a column that is published besides the standard's fields."""
    return {"name": " ".join(column.split()), "column": column, "kind": kind, "description": column}


def _left_line(draft: Draft, column: str, lang: str) -> str:
    filled: Sequence[str] = [value for value in draft.table.frame[column].head(1000).to_list() if value.strip()]
    if not filled:
        return message("new-left-empty", lang, column=column)
    return message("new-left-line", lang, column=column, example=filled[0][:_EXAMPLE])


def _metadata(draft: Draft, city: City, lang: str) -> Iterator[str]:
    yield "metadata:"
    title = draft.standard.title if draft.standard else _title(draft)
    yield f"  description: {scalar(title)}   # {message('new-description', lang)}"
    if len(city.departments) == 1:
        yield f"  department: {scalar(city.departments[0])}   # {message('new-only-department', lang)}"
    else:
        yield '  department: ""'
        yield f"  # {message('new-department', lang)}"
        yield from _listed(city.departments)
    # A value that is true of any dataset: the office replaces it, and a missing one would stop the build.
    yield f"  frequency: {scalar(_FREQUENCY)}   # {message('new-frequency', lang)}"


def _listed(names: Iterable[str]) -> Iterator[str]:
    yield from (f"  #   {comment_of(name)}" for name in names)
