"""Use cases of the command line and the screens; independent of Textual and Click, without printing."""
