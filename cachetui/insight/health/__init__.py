"""Findings in a cache: what pip would do with each, and the way out."""
