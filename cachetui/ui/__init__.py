"""The Textual app: draws an inventory and takes the keys."""
