"""``Review``: the findings on a dataset's metadata, its quality score and its treatment by the crawler."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from meguro_opendata import messages
from meguro_opendata.catalog.entry import CatalogEntry
from meguro_opendata.catalog.forms.ckan import to_ckan
from meguro_opendata.catalog.forms.dcat import dcat_parts
from meguro_opendata.catalog.forms.jsonld import compact
from meguro_opendata.catalog.package import JsonObject
from meguro_opendata.catalog.review.ckanrules import PortalRules, check_package
from meguro_opendata.catalog.review.crawler import Pickup, judge_pickup
from meguro_opendata.catalog.review.dcatrules import check_catalog, check_dataset
from meguro_opendata.catalog.review.oddities import doubled_names, oddity_findings
from meguro_opendata.catalog.review.quality import Quality, measure_quality
from meguro_opendata.errors import ExitCode
from meguro_opendata.findings import Finding
from meguro_opendata.workspace.city import City

__all__ = ["CATALOG_FORMAT", "CatalogReview", "Review", "review_catalog"]

CATALOG_FORMAT = "meguro-opendata/catalog@1"


@dataclass(frozen=True)
class Review:
    """The review of one dataset: findings, quality of the metadata, and treatment by BODIK's crawler."""

    entry: CatalogEntry
    findings: tuple[Finding, ...]
    quality: Quality
    pickup: Pickup

    def to_dict(self, lang: str) -> JsonObject:
        """Return the review as a part of the JSON of ``catalog@1``."""
        step = self.quality.next_step
        sums = self.quality.by_characteristic()
        return {
            "name": self.entry.name,
            "title": self.entry.title,
            "department": self.entry.department,
            "files": len(self.entry.distributions),
            "score": self.quality.score,
            "next_step": {"code": step.code, "text": messages.property_text(f"quality-{step.code}", "todo", lang)}
            if step
            else None,
            "characteristics": [
                {"code": code, "name": messages.word(f"characteristic-{code}", lang), "points": round(got, 2), "of": of}
                for code, (got, of) in sums.items()
            ],
            "crawler": {
                "standard": self.pickup.standard,
                "taken_as": list(self.pickup.taken_as),
                "by": self.pickup.by or None,
                "criteria": [{"code": code, "ok": ok} for code, ok in self.pickup.criteria],
            },
            "findings": [finding_dict(found, lang) for found in self.findings],
        }


@dataclass(frozen=True)
class CatalogReview:
    """The review of a catalogue: findings on the catalogue itself, and the review of each dataset."""

    findings: tuple[Finding, ...]
    reviews: tuple[Review, ...]
    as_of: date
    published: bool

    @property
    def all_findings(self) -> list[Finding]:
        """Return the findings on the catalogue and on every dataset."""
        return [*self.findings, *(found for review in self.reviews for found in review.findings)]

    @property
    def score(self) -> int:
        """Return the mean of the datasets' scores, rounded down; 0 without datasets."""
        scores = [review.quality.score for review in self.reviews]
        return sum(scores) // len(scores) if scores else 0

    @property
    def exit_code(self) -> ExitCode:
        """Return 1 if a mandatory property is missing or a value would be refused, else 0."""
        return ExitCode.of(clean=all(found.severity != "error" for found in self.all_findings))

    def to_dict(self, source: str, lang: str) -> JsonObject:
        """Return the review as the JSON of ``catalog@1``."""
        counts = Counter(found.severity for found in self.all_findings)
        return {
            "format": CATALOG_FORMAT,
            "source": source,
            "as_of": self.as_of.isoformat(),
            "published": self.published,
            "datasets": len(self.reviews),
            "files": sum(len(review.entry.distributions) for review in self.reviews),
            "score": self.score,
            "picked_up": sum(review.pickup.picked_up for review in self.reviews),
            "mistaken": sum(review.pickup.mistaken for review in self.reviews),
            "counts": {severity: counts[severity] for severity in ("error", "warning", "info")},
            "findings": [finding_dict(found, lang) for found in self.findings],
            "reviews": [review.to_dict(lang) for review in self.reviews],
        }


def finding_dict(found: Finding, lang: str) -> JsonObject:
    """Return a finding on metadata, which has no cell: code, severity, field, value, message and advice."""
    return {
        "code": found.code,
        "severity": found.severity,
        "field": found.field,
        "value": found.value,
        "message": found.text("message", lang),
        "advice": found.text("advice", lang),
        "suggestion": found.suggestion,
    }


def review_catalog(
    entries: Sequence[CatalogEntry],
    city: City,
    as_of: date,
    rules: PortalRules | None = None,
    *,
    published: bool = True,
) -> CatalogReview:
    """Review a catalogue.

    Args:
        entries: The datasets.
        city: The publisher.
        as_of: The day on which the data is asked to be up to date.
        rules: The portal's requirements on packages to be sent; ``None`` if no package will be sent.
        published: Whether the files have been published; before, no program can know their addresses.
    """
    catalog, datasets = dcat_parts(entries, city)
    document = compact({**catalog, "dcat:dataset": [entry.name for entry in entries]}, {})
    doubled = doubled_names(entries)
    reviews = tuple(
        _review(entry, compact(node, {}), city, as_of, rules, published, tuple(oddity_findings(entry, doubled, as_of)))
        for entry, node in zip(entries, datasets, strict=True)
    )
    return CatalogReview(tuple(check_catalog(document)), reviews, as_of, published)


def _review(
    entry: CatalogEntry,
    node: JsonObject,
    city: City,
    as_of: date,
    rules: PortalRules | None,
    published: bool,
    odd: Sequence[Finding],
) -> Review:
    pickup = judge_pickup(entry)
    refused = check_package(to_ckan(entry, city), rules) if rules is not None else []
    findings = (*odd, *check_dataset(node, published=published), *refused, *pickup.findings)
    return Review(entry, findings, measure_quality(entry, as_of, published=published), pickup)
