"""Rules of a site's robots.txt: addresses that programs shall not read, and the pause between requests.

Every CKAN keeps search engines away from ``/api/``, which is made for programs: that alone does not stop a harvest that
a user has asked for. A site that excludes all programs, or this one by name, is not read.
"""

from __future__ import annotations

import re
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from meguro_opendata.catalog.harvest.fetching import Fetcher
from meguro_opendata.catalog.harvest.settings import limits
from meguro_opendata.errors import GuardError

__all__ = ["respect_robots"]

_OK = 200


def respect_robots(fetcher: Fetcher, url: str) -> None:
    """Read a site's robots.txt; the fetcher then goes as slowly as it asks.

    Args:
        fetcher: The fetcher that will read the site.
        url: The address that is going to be read.

    Raises:
        GuardError: If the site asks programs not to read that address, and the user does not say that he may.
    """
    answer = fetcher.get(urljoin(url, "/robots.txt"), limits().robots_bytes)
    fetcher.forget_pace()
    if answer.status != _OK:
        return
    text = answer.body.decode("utf-8", errors="replace")
    rules = RobotFileParser()
    rules.parse(text.splitlines())
    if not fetcher.manners.ignore_robots and _shuts_out(rules, text, url):
        raise GuardError("harvest-robots", url=url)
    delay = rules.crawl_delay(limits().agent)
    if delay is not None and fetcher.manners.pause is None:
        fetcher.pause = max(fetcher.pause, min(float(delay), limits().longest_pause))


def _shuts_out(rules: RobotFileParser, text: str, url: str) -> bool:
    agent = limits().agent
    named = re.search(rf"^\s*user-agent:\s*{re.escape(agent)}", text, re.IGNORECASE | re.MULTILINE)
    return not rules.can_fetch(agent, url if named else urljoin(url, "/"))
