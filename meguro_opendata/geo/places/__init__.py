"""Places: gazetteers, geocoding, boundaries and the plausibility of points."""
