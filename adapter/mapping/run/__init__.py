"""What compiled maps need while they run, and what their notes say afterwards."""
