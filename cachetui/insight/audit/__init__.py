"""Figures of an inventory's disk usage, and how they differ from earlier ones."""
