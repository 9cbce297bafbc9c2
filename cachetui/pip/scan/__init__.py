"""The scan: list, reuse, inspect, look up URLs, assemble."""
