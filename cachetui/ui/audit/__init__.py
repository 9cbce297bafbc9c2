"""The Audit view: the treemap, its figures, and what can be done with them."""
