"""The Textual app: draws an inventory and takes the keys."""

FRAMES = "250"
"""Frames a second at most, for `TEXTUAL_FPS`, which Textual reads when it is imported: what a key changes is drawn
within 4 milliseconds, where its own pace takes 17."""
