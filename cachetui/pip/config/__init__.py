"""pip's settings: where its cache is, whether it is on, and which setting decides this."""
