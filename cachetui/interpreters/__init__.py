"""Pythons on this machine: where they are, what each reports, and which wheels each can use."""
