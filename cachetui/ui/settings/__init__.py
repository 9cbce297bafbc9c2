"""The Settings view: the Pythons, and what their pips are told about the cache."""
