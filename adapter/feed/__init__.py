"""What several HL7 v2 messages say together: which belong to one encounter, and which statement stands."""
