"""How good a dataset's metadata is: points by questions kept as data, fair to what it can have, and the next step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from meguro_opendata.catalog.entry import CatalogEntry, Contact, Distribution
from meguro_opendata.catalog.licences import find_licence
from meguro_opendata.catalog.review.crawler import judge_pickup
from meguro_opendata.packaged import packaged_toml

__all__ = ["Answer", "Quality", "Question", "measure_quality"]

_FILES = "files."


@dataclass(frozen=True)
class Question:
    """One question (``quality.toml``).

    Attributes:
        code: What the messages call it.
        characteristic: The data-quality characteristic that it belongs to.
        what: The part of the entry that it is about.
        how: The way in which it is answered.
        points: What a full answer counts.
        more: What the way of answering needs besides.
    """

    code: str
    characteristic: str
    what: str
    how: str
    points: int
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """How far a question is answered: ``share`` from 0 to 1."""

    question: Question
    share: float

    @property
    def lost(self) -> float:
        """The points that are missing."""
        return self.question.points * (1 - self.share)


@dataclass(frozen=True)
class Quality:
    """The answers to every question that applies to a dataset."""

    answers: tuple[Answer, ...]

    @property
    def score(self) -> int:
        """Points of a hundred, rounded down so that 100 means that nothing is missing."""
        most = sum(answer.question.points for answer in self.answers)
        reached = sum(answer.question.points * answer.share for answer in self.answers)
        return int(100 * reached / most + 1e-9) if most else 0

    @property
    def next_step(self) -> Question | None:
        """The question whose answer would add the most points; ``None`` if nothing is missing."""
        lacking = [answer for answer in self.answers if answer.share < 1]
        return max(lacking, key=lambda answer: answer.lost).question if lacking else None

    def by_characteristic(self) -> dict[str, tuple[float, int]]:
        """Points reached and points to be had, by characteristic."""
        sums: dict[str, tuple[float, int]] = {}
        for answer in self.answers:
            reached, most = sums.get(answer.question.characteristic, (0.0, 0))
            points = answer.question.points
            sums[answer.question.characteristic] = (reached + points * answer.share, most + points)
        return sums


def measure_quality(entry: CatalogEntry, as_of: date, *, published: bool = True) -> Quality:
    """The quality of a dataset's metadata as of a day.

    Args:
        entry: The dataset.
        as_of: The day on which its data is asked to be up to date.
        published: Whether its files have been published; before, nobody can know their addresses.
    """
    asked = [one for one in _questions() if published or not one.more.get("after_publication")]
    shares = ((question, _share(question, entry, as_of)) for question in asked)
    return Quality(tuple(Answer(question, share) for question, share in shares if share is not None))


def _share(question: Question, entry: CatalogEntry, as_of: date) -> float | None:
    """How far a question is answered; ``None`` if it does not apply."""
    if question.how in _OWN_WAYS:
        return _OWN_WAYS[question.how](question, entry, as_of)
    values = list(_values(question, entry))
    if not values:
        return None if "only" in question.more else 0.0
    return sum(map(_WAYS[question.how], values, [question.more] * len(values), [entry] * len(values))) / len(values)


def _values(question: Question, entry: CatalogEntry) -> Iterator[Any]:
    if not question.what.startswith(_FILES):
        yield getattr(entry, question.what)
        return
    only: Sequence[str] = question.more.get("only", ())
    for part in entry.distributions:
        if not only or part.format.upper() in only:
            yield getattr(part, question.what.removeprefix(_FILES))


def _filled(value: Any, more: Mapping[str, Any], entry: CatalogEntry) -> bool:
    return value not in (None, "", (), Contact())


def _long(value: Any, more: Mapping[str, Any], entry: CatalogEntry) -> bool:
    return len(str(value).strip()) >= int(more["least"])


def _different(value: Any, more: Mapping[str, Any], entry: CatalogEntry) -> bool:
    return bool(value) and str(value).strip() != str(getattr(entry, more["from"])).strip()


def _several(value: Any, more: Mapping[str, Any], entry: CatalogEntry) -> bool:
    return len(value) >= int(more["least"])


def _licensed(value: Any, more: Mapping[str, Any], entry: CatalogEntry) -> bool:
    known = find_licence(str(value), entry.license_url)
    return known is not None and known.open


def _readable(question: Question, entry: CatalogEntry, as_of: date) -> float:
    """The share of files that machines can read, or that have a twin of the same name which they can."""
    formats = {name.upper() for name in question.more["values"]}
    readable = {_stem(part) for part in entry.distributions if part.format.upper() in formats}
    shares = [_stem(part) in readable for part in entry.distributions]
    return sum(shares) / len(shares) if shares else 0.0


def _stem(part: Distribution) -> str:
    """The name of a file without its ending."""
    name = part.url.rpartition("/")[2] or part.name
    return name.rpartition(".")[0] or name


def _tagged(question: Question, entry: CatalogEntry, as_of: date) -> float | None:
    pickup = judge_pickup(entry)
    return None if pickup.standard is None else float(bool(dict(pickup.criteria)["tags"]))


def _fresh(question: Question, entry: CatalogEntry, as_of: date) -> float | None:
    """Whether the data is as new as its frequency promises, with a grace; irregular data is never late."""
    limit = _data()["days"].get(entry.frequency)
    day = _day(entry.modified)
    if limit is None or day is None:
        return None
    return float((as_of - day).days <= limit + _data()["tolerance_days"])


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


_WAYS: Mapping[str, Callable[[Any, Mapping[str, Any], CatalogEntry], bool]] = {
    "filled": _filled,
    "length": _long,
    "differs": _different,
    "several": _several,
    "licence": _licensed,
}
_OWN_WAYS: Mapping[str, Callable[[Question, CatalogEntry, date], float | None]] = {
    "readable": _readable,
    "tagged": _tagged,
    "fresh": _fresh,
}


@cache
def _questions() -> tuple[Question, ...]:
    own = ("code", "characteristic", "what", "how", "points")
    return tuple(
        Question(
            **{name: one[name] for name in own}, more={name: part for name, part in one.items() if name not in own}
        )
        for one in _data()["question"]
    )


def _data() -> dict[str, Any]:
    return packaged_toml(__package__, "quality.toml")
