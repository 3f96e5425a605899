"""The text of a mapping file as a tree of maps, fragments and expressions, before anything is checked against types."""
