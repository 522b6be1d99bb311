"""Figures as text, in pages, papers and on the terminal."""

from __future__ import annotations

from decimal import Decimal

__all__ = ["figure_text"]


def figure_text(number: float) -> str:
    """Return a number with thousands separators and all of its digits.

    Nothing is rounded: 74.99999999999 would look like a reached target of 75.

    >>> figure_text(1250), figure_text(75.0), figure_text(74.99999999999), figure_text(1e-7), figure_text(-0.0)
    ('1,250', '75', '74.99999999999', '0.0000001', '0')
    """
    text = f"{Decimal(repr(number or 0)):,f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
