"""The errors by which a ZIP archive turns out to be damaged.

The standard library raises these for archives from outside, depending on which byte is damaged: a local header whose
name is no UTF-8 raises a ``UnicodeDecodeError``, a member without a name an ``IndexError``.
"""

from __future__ import annotations

import lzma
import struct
import zipfile
import zlib

__all__ = ["DAMAGED_ARCHIVE"]

DAMAGED_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,  # encrypted; and NotImplementedError for an unknown compression
    LookupError,  # no such member, no name
    ValueError,  # texts and numbers that cannot be read
    OverflowError,
)
