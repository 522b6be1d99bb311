"""Write everything that follows from the definitions: schemas, their samples, and the documents.

    python -m meguro_opendata.standard_schemas.generate

The definitions (``<id>/definition.yaml``) are the files to edit; the schemas are plain Frictionless Table Schemas, for
anybody to use.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from . import documents, samples
from .schemas import FOLDER, as_json, definitions, schema

__all__ = ["files", "main"]

DOCS = FOLDER.parent / "docs"


def files(folder: Path = FOLDER, docs: Path = DOCS) -> Iterator[tuple[Path, str]]:
    """Yield path and text of each generated file; documents are included only if their folder exists."""
    for standard_id, definition in definitions().items():
        for version in definition["versions"]:
            described, place = schema(definition, version), folder / standard_id / version
            yield place / "schema.json", as_json(described)
            yield place / "valid.csv", samples.valid(described)
            yield place / "invalid.csv", samples.invalid(described)
            yield place / "invalid.findings.yaml", samples.findings(described)
        yield folder / standard_id / "README.md", documents.readme(standard_id)
    if docs.is_dir():
        yield from ((docs / name, text) for name, text in documents.pages())


def main() -> None:
    """Write every generated file."""
    for path, text in files():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
