"""A ``Report`` as text; as page, JUnit or marked workbook in modules of their own, loaded when asked for."""

from meguro_opendata.reports.text import as_text

__all__ = ["as_text"]
