"""The rules dialog: what prune would choose, counted while it is typed."""
