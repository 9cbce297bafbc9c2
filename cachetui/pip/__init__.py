"""All code that depends on how pip stores its cache; the rest of cachetui works with entries."""
