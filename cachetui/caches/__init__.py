"""The caches that cachetui can read, one module or folder for each program that fills one."""
