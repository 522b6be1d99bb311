"""A ``Report`` as text for the terminal or as a page."""

from meguro_opendata.reports.html import as_html
from meguro_opendata.reports.text import as_text

__all__ = ["as_html", "as_text"]
