"""The caches that cachetui can read. The names of a program's modules begin with the name of the program."""
