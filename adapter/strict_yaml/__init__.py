"""YAML files that people write for the adapter, read strictly: each mistake has its file, line and column."""
