"""Removal: what will go is planned, then carried out. Nothing else deletes under a root."""
