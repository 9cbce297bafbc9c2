"""Requirements files and lock files as values: what projects need."""
