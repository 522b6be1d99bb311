"""The version of the package, in the one place from which all others read it."""

__version__ = "0.1.0"
