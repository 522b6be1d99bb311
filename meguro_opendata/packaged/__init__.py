"""Data files packed beside the code, and names of a package that are loaded at first use."""

from __future__ import annotations

from meguro_opendata.packaged.lazy import attach

TYPE_CHECKING = False  # As in ``lazy``: ``typing`` is not imported, to keep the import of the package short.

if TYPE_CHECKING:
    from meguro_opendata.packaged.data import packaged_folder, packaged_text, packaged_toml

__all__ = ["attach", "packaged_folder", "packaged_text", "packaged_toml"]

__getattr__, __dir__ = attach(__name__, {"data": ("packaged_folder", "packaged_text", "packaged_toml")})
