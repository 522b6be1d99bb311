"""The comparison of two recordings."""

from __future__ import annotations

import argparse
import difflib
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO

from golden_record.console import say
from golden_record.files import contents

_DIFFERENCE = 24
_WIDTH = 240


def compare(arguments: argparse.Namespace) -> int:
    """Print each file that differs; the exit code is 1 if any does."""
    left, right = (contents(folder) for folder in (arguments.left, arguments.right))
    if not left or not right:
        sys.exit("nothing is recorded there")
    names = sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))
    for name in names:
        say("\n".join([f"=== {name}", *_difference(left.get(name), right.get(name))]))
    say(f"{len(names)} of {len(left.keys() | right.keys())} files differ")
    return 1 if names else 0


def _difference(left: bytes | None, right: bytes | None) -> Iterator[str]:
    """Yield the first lines of what differs."""
    if left is None or right is None:
        yield "only in the second" if left is None else "only in the first"
        return
    if left.startswith(b"PK") and right.startswith(b"PK"):
        yield from _zip_difference(left, right)
        return
    lines = difflib.unified_diff(_lines(left), _lines(right), lineterm="", n=1)
    for number, line in enumerate(lines):
        if number >= _DIFFERENCE:
            yield "..."
            return
        yield line if len(line) <= _WIDTH else line[:_WIDTH] + "..."


def _zip_difference(left: bytes, right: bytes) -> Iterator[str]:
    """Yield the members of two containers that differ, each with its own difference."""
    try:
        members = [_members(content) for content in (left, right)]
    except zipfile.BadZipFile:
        yield "broken containers"
        return
    first, second = members
    for name in sorted(first.keys() | second.keys()):
        if first.get(name) != second.get(name):
            yield f"--- {name}"
            yield from _difference(first.get(name), second.get(name))
    if first == second:
        yield "the containers alone: order, times or compression"


def _members(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _lines(content: bytes) -> list[str]:
    """Return the lines of a text; the long ones of JSON and XML are broken at their parts."""
    text = content.decode("utf-8", "backslashreplace")
    return text.replace("><", ">\n<").replace(', "', ',\n"').replace(',{"', ',\n{"').splitlines()
