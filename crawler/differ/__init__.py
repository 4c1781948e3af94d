"""What is the same article, what changed in it, and how much that matters. Pure."""
