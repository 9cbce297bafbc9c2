"""Modal screens that several views use."""
