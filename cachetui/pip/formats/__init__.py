"""Formats of pip's cache, and of the archives and pages in it."""
