"""Code systems: concepts, designations, and filters on them."""
