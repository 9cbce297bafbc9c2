"""Why pip does what it does: the answer of the Python's own pip, with the evidence in the cache."""
