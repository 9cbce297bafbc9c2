"""What labels and rules must know from outside the cache: Pythons, environments, and what projects need."""
