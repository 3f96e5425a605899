"""Reads documents, one module or folder for each input form: bytes in, source trees with positions out."""
