"""The view model of Browse: groups, rows, filter and marks; no Textual."""
