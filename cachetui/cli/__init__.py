"""The command line. The browser is loaded only when no subcommand is given."""
