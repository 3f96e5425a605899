"""The mapping language: strict loading, checking against the types of both sides, compiling to Python, and running."""
