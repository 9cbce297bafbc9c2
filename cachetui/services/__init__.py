"""Use cases that the command line and the screens share; no Textual, no Click, no printing."""
