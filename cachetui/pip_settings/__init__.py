"""Settings of each Python's pip about its cache, and how to change them."""
