"""Reads HL7 v2 (2.1 to 2.8): files, batches and MLLP frames, into a tree of groups, segments, fields, components and subcomponents."""
