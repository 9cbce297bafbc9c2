"""Audits as documents: text, JSON and CSV, and reading saved reports."""
