"""The rows of the rule table, grouped by subject."""
