"""The Textual app: draws an inventory and takes the keys."""

import os

FRAMES = "250"
"""Frames a second at most: what a key changes is drawn within 4 milliseconds, where Textual's own pace takes 17."""

os.environ.setdefault("TEXTUAL_FPS", FRAMES)  # Textual reads it when it is imported
