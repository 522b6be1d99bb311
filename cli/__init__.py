"""The command line: each command parses, calls the library once, prints, and exits."""
