"""Where the space is: figures computed from an inventory, and how they differ from earlier ones."""
