"""Reads HL7 v2 (2.1 to 2.8), from files, batches and MLLP frames, into trees of groups, segments, fields and components."""
