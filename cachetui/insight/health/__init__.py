"""Findings in a cache: how pip reacts to each, and how to resolve it."""
