"""What a site's robots.txt asks of programs: what not to read, and how slowly."""

from __future__ import annotations

from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from meguro_opendata.errors import GuardError
from meguro_opendata.harvest.fetching import Fetcher
from meguro_opendata.harvest.settings import limits

__all__ = ["respect_robots"]

_OK = 200


def respect_robots(fetcher: Fetcher, url: str) -> float | None:
    """Read a site's robots.txt; the fetcher then goes as slowly as it asks. Returns the delay that it asks for.

    Args:
        fetcher: What will read the site.
        url: The address that is going to be read.

    Raises:
        GuardError: If the site asks programs not to read that address, and the user does not say that he may.
    """
    answer = fetcher.get(urljoin(url, "/robots.txt"), limits()["robots_bytes"])
    if answer.status != _OK:
        return None
    rules = RobotFileParser()
    rules.parse(answer.body.decode("utf-8", errors="replace").splitlines())
    agent = limits()["agent"]
    if not fetcher.manners.ignore_robots and not rules.can_fetch(agent, url):
        raise GuardError("harvest-robots", url=url)
    delay = rules.crawl_delay(agent)
    if delay is None or fetcher.manners.pause is not None:
        return None
    fetcher.pause = max(fetcher.pause, min(float(delay), limits()["longest_pause"]))
    return float(delay)
