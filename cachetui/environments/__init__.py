"""Python environments on this machine: where they are, what they have installed, and what they use of a cache."""
