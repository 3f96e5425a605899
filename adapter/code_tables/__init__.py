"""Which codes of open lists there are, by date, and the shapes of those whose lists are not open: codes alone, no texts."""
