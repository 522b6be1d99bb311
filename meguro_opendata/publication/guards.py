"""Guards: what stops a publication until somebody has looked at it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    """Return the guards that may be allowed on the command line."""
    return tuple(publication_rules()["guards"]["by_name"])


def table_guards(tables: Iterable[TableChange], workspace: Workspace) -> Iterator[str]:
    """Yield guards on rows and columns that vanish."""
    changes = list(tables)
    least = 1 - workspace.guards.max_row_loss
    if any(change.rows.before and change.rows.after < change.rows.before * least for change in changes):
        yield "row-loss"
    if any(change.columns_gone for change in changes):
        yield "columns-gone"


def release_guards(release: PublishedDataset, notes: Iterable[Finding], workspace: Workspace) -> Iterator[str]:
    """Yield guards on what a release holds, and on what the portal would refuse of it."""
    if any(note.severity == "error" for note in notes):
        yield "not-sendable"
    if release.personal:
        yield "personal-data"
    if has_placeholder(workspace.city, release.entry.department):
        yield "placeholder"


def tie_guards(package: Package, old: Package | None, files: Mapping[str, Resource], ours: bool) -> Iterator[str]:
    """Yield guards for ownership conflicts and for public links that would change.

    Args:
        package: The dataset as it is to be.
        old: The dataset as it is.
        files: Its resources by the names of our files.
        ours: Whether we made it.
    """
    if old is None:
        return
    if not ours:
        same_owner = old.fields.get("owner_org") == package.fields.get("owner_org")
        yield "name-taken" if same_owner else "other-organization"
    links = {name: part.url for name, part in files.items() if not part.is_upload}
    moved = any(links.get(part.name, part.url) != part.url for part in package.resources)
    if moved or old.name != package.name:
        yield "link-changes"


def foreign_guards(resources: Iterable[ResourcePlan]) -> Iterator[str]:
    """Yield the guard on resources of others that would be taken away."""
    if any(part.action == "remove" and not part.ours for part in resources):
        yield "foreign-resource"


def refuse_guards(plan: Plan, allow: Sequence[str]) -> None:
    """Stop at the first guard that is not allowed by name.

    Raises:
        GuardError: Naming the datasets.
    """
    by_name = set(allow) & set(allowed_by_name())
    for guard in sorted({guard for change in plan.changes for guard in change.guards} - by_name):
        raise GuardError(f"guard-{guard}", datasets=[c.dataset for c in plan.changes if guard in c.guards])


def refuse_unknown_overwrites(changes: Iterable[DatasetPlan], wishes: Wishes) -> None:
    """Stop if a dataset that is to be overwritten is not among those to be published.

    Raises:
        MeguroOpendataError: Naming them.
    """
    planned = {change.dataset for change in changes}
    unknown = [name for name in wishes.overwrite if name not in planned]
    if unknown:
        raise MeguroOpendataError("overwrite-unknown", names=unknown)


def refuse_conflicts(plan: Plan) -> None:
    """Stop if a field of ours was edited on the portal.

    Raises:
        GuardError: Naming the datasets and fields.
    """
    disputed = [change for change in plan.changes if change.action == "conflict"]
    if disputed:
        edited = all(field.reason == EDITED for change in disputed for field in change.conflicts)
        fields = [f"{change.dataset} ({field.field})" for change in disputed for field in change.conflicts]
        code = "plan-conflict" if edited else "plan-identity"
        raise GuardError(code, datasets=[change.dataset for change in disputed], fields=fields)
