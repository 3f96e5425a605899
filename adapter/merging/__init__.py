"""Makes one Case of what several documents say of it, field by field, and remembers which document says what."""
