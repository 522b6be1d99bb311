"""Facts about Japan and their spellings: municipalities, addresses, calendar, eras, numerals, widths and signs."""
