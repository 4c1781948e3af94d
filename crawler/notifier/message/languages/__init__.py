"""The words of messages to people, a file for each language; all have the same keys (a test says so)."""
