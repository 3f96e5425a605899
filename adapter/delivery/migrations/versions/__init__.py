"""The forms that the store has had, one after the other: forward only."""
