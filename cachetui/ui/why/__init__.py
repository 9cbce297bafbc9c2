"""The Why view: a question, and the answer."""
