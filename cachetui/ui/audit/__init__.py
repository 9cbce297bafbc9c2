"""The Audit view: the treemap and other figures, and the actions on them."""
