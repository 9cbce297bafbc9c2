"""Reading of requirements files and lock files."""
