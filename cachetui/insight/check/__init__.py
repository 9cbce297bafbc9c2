"""Find out whether releases that somebody warns of are, or were, in a cache."""
