"""What is packed beside the code: data files, and names that are loaded when they are first used."""

from __future__ import annotations

from meguro_opendata.packaged.data import packaged_folder, packaged_text, packaged_toml

__all__ = ["packaged_folder", "packaged_text", "packaged_toml"]
