"""Results of the library as lines for a terminal."""
