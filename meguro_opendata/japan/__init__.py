"""Facts of Japan and how they are written: municipalities, addresses, calendar, eras, numerals, widths and signs."""
