"""What is packed beside the code: data files, and names that are loaded when they are first used."""

from __future__ import annotations

from meguro_opendata.packaged.lazy import attach

TYPE_CHECKING = False  # As in ``lazy``, which the package's own face needs and nothing more.

if TYPE_CHECKING:
    from meguro_opendata.packaged.data import packaged_folder, packaged_text, packaged_toml

__all__ = ["attach", "packaged_folder", "packaged_text", "packaged_toml"]

__getattr__, __dir__ = attach(__name__, {"data": ("packaged_folder", "packaged_text", "packaged_toml")})
