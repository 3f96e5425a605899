"""Reads documents: bytes in, source trees with positions out; and merges what several documents say of one case."""
