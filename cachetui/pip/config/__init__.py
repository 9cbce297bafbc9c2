"""pip's settings: the place of its cache, whether it is on, and the setting that decides it."""
