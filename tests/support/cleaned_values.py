"""Values as all rules of their kind leave them."""

from meguro_opendata.cleaning.rules import rules_of
from meguro_opendata.standard.model import Field

FULL_DIGITS = "０１２３４５６７８９"


def cleaned(kind: str, value: str) -> str:
    """A value after all rules of its kind."""
    for _, rule in rules_of(field("見本", kind)):
        value = rule(value)
    return value


def field(name: str, kind: str) -> Field:
    """A field of a kind, of which cleaning needs nothing else."""
    return Field(name=name, kind=kind, requirement="optional", description="見本。", descriptor={"name": name})
