"""The one HTML frame that reports, the portal and the KPI board share: templates, style, words of both languages."""

from __future__ import annotations

from meguro_opendata.pages.frame import css_text, render

__all__ = ["css_text", "render"]
