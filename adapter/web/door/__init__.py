"""The server in front of Flask: connections with deadlines, whole bodies within limits, a bounded number of threads."""
