"""Figures of an inventory's disk usage, and their differences from earlier figures."""
