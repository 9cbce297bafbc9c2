"""See what is really in pip's cache, and remove exactly what you choose."""

__version__ = "0.1.0"
