"""Why pip does what it does: an answer from what is in the cache alone."""
