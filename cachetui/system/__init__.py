"""What is asked of the operating system: directories, files, processes."""
