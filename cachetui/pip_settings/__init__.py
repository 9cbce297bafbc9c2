"""What each Python's pip is told about its cache, and how to tell it otherwise."""
