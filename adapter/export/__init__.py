"""Sheets for billing people: where each value of a case stands on the claim form and in the transaction."""
