"""Audit reports as text, JSON and CSV, and the reading of saved reports."""
