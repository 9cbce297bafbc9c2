"""Reports as text, JSON and CSV, for the command line and the screens; independent of Textual."""
