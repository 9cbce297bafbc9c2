"""The rules dialog: what `prune` would choose, counted while the user types."""
