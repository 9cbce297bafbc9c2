"""Result of `cachetui check`, as text and as JSON."""
