"""Removal: plan what is deleted, then delete it. No other code deletes under a root."""
