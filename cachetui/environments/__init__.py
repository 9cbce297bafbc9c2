"""Python environments on this machine: where they are, what is installed in them, and what they use of a cache."""
