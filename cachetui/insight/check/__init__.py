"""Find out whether a cache holds, or held, releases that a list names, such as a list of advisories."""
