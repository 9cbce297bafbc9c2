"""Facts from outside the cache on which labels and rules depend: Pythons, environments, and needs of projects."""
