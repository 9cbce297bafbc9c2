"""Values as words: no Textual, no Click, no Rich."""
