"""The report of an audit as text, JSON and CSV, for the command line and the screen; no Textual here."""
