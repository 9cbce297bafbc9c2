"""What the user prefers: a file of settings, what is wrong in it, and what counts."""
