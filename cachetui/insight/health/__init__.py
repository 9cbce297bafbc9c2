"""What is wrong in a cache, what pip would do with it, and the way out."""
