"""Hand back cached wheels and sdists under their true names, each proven before it gets its name."""
