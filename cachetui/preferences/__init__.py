"""The user's preferences: their file, its problems, and the values in force."""
