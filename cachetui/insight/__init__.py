"""Answers computed from an inventory; no screen."""
