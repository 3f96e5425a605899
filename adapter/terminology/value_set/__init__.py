"""Value sets: expanded, and asked whether a code is a member."""
