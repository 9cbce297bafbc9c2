"""Code that depends on how pip stores its cache; most of the rest of cachetui works with entries."""
