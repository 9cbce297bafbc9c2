"""Everything that knows how pip stores things; the rest of cachetui sees entries."""
