"""The commands, a module each; a screen opens only when one is asked for."""
