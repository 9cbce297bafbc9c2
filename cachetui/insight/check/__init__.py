"""Find out whether releases against which there is a warning are, or were, in a cache."""
