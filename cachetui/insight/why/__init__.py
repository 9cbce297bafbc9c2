"""Why pip does what it does: that pip's own answer, with the evidence in the cache."""
