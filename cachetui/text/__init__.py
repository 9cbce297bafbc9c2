"""Formatting of values as text; imports neither Textual nor Click nor Rich."""
