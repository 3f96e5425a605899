"""Concept maps: which code becomes which."""
