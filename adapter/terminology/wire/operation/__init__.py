"""The terminology operations: one module each, with the table of its parameters."""
