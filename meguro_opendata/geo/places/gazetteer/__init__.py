"""Gazetteers: what the towns of a municipality are called, and where towns, blocks and residences lie."""
