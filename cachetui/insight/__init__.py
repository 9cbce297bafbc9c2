"""Answers computed from an inventory, without any screen."""
