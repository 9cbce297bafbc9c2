"""Use cases of bug reports: versions, the state of this machine for a report, and errors in cachetui itself."""
