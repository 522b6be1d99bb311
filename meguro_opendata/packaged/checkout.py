"""Where the parts of the package are in a checkout of its source."""

from __future__ import annotations

import os

__all__ = ["folders_beside"]


def folders_beside(file: str) -> list[str]:
    """Return the folder around a package if its command line is not in it, else nothing.

    In a checkout the command line, the standard and the sample workspace are beside the package, not in it; a program
    that is started in the checkout's own folder finds them by this, installed or not.

    Args:
        file: The package's ``__file__``.
    """
    # os.path, since pathlib would double the cost of importing the package.
    home = os.path.dirname(os.path.abspath(file))  # noqa: PTH100, PTH120
    return [] if os.path.isdir(os.path.join(home, "cli")) else [os.path.dirname(home)]  # noqa: PTH112, PTH118, PTH120
