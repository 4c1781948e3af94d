"""Who hears of what, and making sure that they do."""
