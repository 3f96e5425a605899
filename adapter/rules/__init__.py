"""The coding rules: what a payer would reject in a 0731T case, each rule with its id, source and severity."""
