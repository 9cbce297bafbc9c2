"""The answer to `check`, for people and for scripts."""
