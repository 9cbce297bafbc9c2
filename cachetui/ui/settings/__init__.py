"""The Settings view: the Pythons, and the settings of their pips about the cache."""
