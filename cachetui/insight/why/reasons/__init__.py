"""Reasons of an explanation, each with its evidence."""
