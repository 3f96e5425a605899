"""FHIRPath as invariants use it: expressions are parsed once, and compiled to Python and, where that can be, to JSON Schema."""
