"""Explanations of what pip would do: the answer of a Python's own pip, with evidence from the cache.

The parts of an answer: `verdict.py` (its first sentence), `steps.py` (what pip does), `cached_files.py` (the
project's files, and why pip does not take them), the folder `reasons`, `stops.py` (where pip fails) and
`remedies.py`. `explain.py` puts them together.
"""
