"""The Pythons here: which there are, what each reports, and the wheels that each can use."""
