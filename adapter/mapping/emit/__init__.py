"""Writing a checked map as Python code, and compiling that code."""
