"""View model of Browse: groups, rows, filter and marks. Does not import Textual."""
