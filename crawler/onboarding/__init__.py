"""Beginning and growing: a configuration to start from, and sources found, written, renamed and taken out of it."""
