"""Guards: reasons that stop a publication until a person has checked the change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction

from meguro_opendata.catalog import Package, Resource
from meguro_opendata.errors import GuardError, MeguroOpendataError
from meguro_opendata.findings import Finding
from meguro_opendata.publication.fields import EDITED, publication_rules
from meguro_opendata.publication.plan import DatasetPlan, Plan, ResourcePlan, Wishes
from meguro_opendata.publication.tables import TableChange
from meguro_opendata.release.dataset import PublishedDataset
from meguro_opendata.workspace.city import Workspace, has_placeholder

__all__ = [
    "allowed_by_name",
    "foreign_guards",
    "refuse_conflicts",
    "refuse_guards",
    "refuse_unknown_overwrites",
    "release_guards",
    "table_guards",
    "tie_guards",
]


def allowed_by_name() -> tuple[str, ...]:
    """Return the codes of the guards that ``--allow`` accepts."""
    return tuple(publication_rules()["guards"]["by_name"])


def table_guards(tables: Iterable[TableChange], workspace: Workspace) -> Iterator[str]:
    """Yield a guard if more rows than ``max_row_loss`` allows would vanish from a table, or a column would.

    Args:
        tables: The change of each table of one dataset.
        workspace: The workspace, whose ``[guards]`` state the share of rows.
    """
    changes = list(tables)
    # Each table by itself: in a series a month that lost all its rows would vanish in the sum of the year.
    # Exactly the allowed share is no loss too many: the comparison is `<`, so 0.3 lets 7 of 10 rows pass.
    # As a decimal fraction: with binary ones the loss of exactly 7 of 10 rows would exceed an allowed 0.7.
    least = 1 - Fraction(str(workspace.guards.max_row_loss))
    if any(change.rows.after < change.rows.before * least for change in changes):
        yield "row-loss"
    if any(change.columns_gone for change in changes):
        yield "columns-gone"


def release_guards(release: PublishedDataset, notes: Iterable[Finding], workspace: Workspace) -> Iterator[str]:
    """Yield guards on the content of a release: fields that the portal refuses, personal data, sample values.

    Args:
        release: The release.
        notes: The portal's findings on the package; those of severity ``error`` would be refused there.
        workspace: The workspace, whose profile can still have the sample values of ``init``.
    """
    if any(note.severity == "error" for note in notes):
        yield "not-sendable"
    if release.personal:
        yield "personal-data"
    if has_placeholder(workspace.city, release.entry.department):
        yield "placeholder"


def tie_guards(package: Package, old: Package | None, files: Mapping[str, Resource], ours: bool) -> Iterator[str]:
    """Yield guards for ownership conflicts and for public links that would change.

    Args:
        package: The dataset as it will be sent.
        old: The dataset as the portal has it, ``None`` for a new one.
        files: The portal's resources by the names of our files.
        ours: Whether the dataset bears this workspace's mark.
    """
    if old is None:
        return
    if not ours:
        same_owner = old.fields.get("owner_org") == package.fields.get("owner_org")
        yield "name-taken" if same_owner else "other-organization"
    # An uploaded file keeps its address; only a resource that links elsewhere gets its address from the recipe.
    links = {name: part.url for name, part in files.items() if not part.is_upload}
    moved = any(links.get(part.name, part.url) != part.url for part in package.resources)
    if moved or old.name != package.name:
        yield "link-changes"


def foreign_guards(resources: Iterable[ResourcePlan]) -> Iterator[str]:
    """Yield a guard if a resource that was not published from here would be removed."""
    if any(part.action == "remove" and not part.ours for part in resources):
        yield "foreign-resource"


def refuse_guards(plan: Plan, allow: Sequence[str]) -> None:
    """Raise an error for the first guard, in the order of the codes, that is not allowed by name.

    Args:
        plan: The plan.
        allow: The values of ``--allow``; codes that no option accepts have no effect.

    Raises:
        GuardError: With the datasets that have this guard.
    """
    by_name = set(allow) & set(allowed_by_name())
    for guard in sorted({guard for change in plan.changes for guard in change.guards} - by_name):
        raise GuardError(f"guard-{guard}", datasets=[c.dataset for c in plan.changes if guard in c.guards])


def refuse_unknown_overwrites(changes: Iterable[DatasetPlan], wishes: Wishes) -> None:
    """Raise an error if ``--overwrite`` names a dataset that the plan does not publish.

    A misspelled name would otherwise have no effect, and the conflict would seem to resist the option.

    Raises:
        MeguroOpendataError: With the names that the plan lacks.
    """
    planned = {change.dataset for change in changes}
    unknown = [name for name in wishes.overwrite if name not in planned]
    if unknown:
        raise MeguroOpendataError("overwrite-unknown", names=unknown)


def refuse_conflicts(plan: Plan) -> None:
    """Raise an error if the plan has a conflict: a field edited on the portal, or a resource that is uncertain.

    Raises:
        GuardError: With the datasets and fields; ``plan-conflict`` if all are edits, else ``plan-identity``.
    """
    disputed = [change for change in plan.changes if change.action == "conflict"]
    if disputed:
        edited = all(field.reason == EDITED for change in disputed for field in change.conflicts)
        fields = [f"{change.dataset} ({field.field})" for change in disputed for field in change.conflicts]
        code = "plan-conflict" if edited else "plan-identity"
        raise GuardError(code, datasets=[change.dataset for change in disputed], fields=fields)
