"""Access to the operating system: directories, files, processes."""
