"""The scan: list, reuse, inspect, look up addresses, assemble."""
