"""Explanations of what pip would do: the answer of the Python's own pip, with the evidence in the cache.

The parts of an answer: `verdict.py` (its first sentence), `steps.py` (what pip does), `cached_files.py` (the
project's files, and why pip does not take them), `reasons*.py`, `stops.py` (where pip fails) and `remedies.py`.
`explain.py` puts them together.
"""
