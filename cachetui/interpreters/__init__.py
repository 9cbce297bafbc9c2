"""The Pythons here: which there are, what each says of itself, which wheels each can use."""
