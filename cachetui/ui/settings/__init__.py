"""The Settings view: the Pythons on this system, and the settings of each pip about its cache."""
