"""HL7 v2 over MLLP: a server that answers every message when it has been accepted, and its client."""
