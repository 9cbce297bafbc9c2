"""Export cached wheels and sdists under their true names; each is verified before it gets its name."""
