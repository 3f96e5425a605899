"""Checking a map against the types of what it reads and of what it makes; every expression becomes a bound value."""
