"""The scan of a cache: list shards, reuse remembered ones, inspect files, look up URLs."""
