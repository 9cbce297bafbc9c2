"""What labels and rules must know of entries beyond the cache: Pythons, environments, and what projects need."""
