"""Commands, one module for each. The browser is loaded only when no subcommand is given."""
