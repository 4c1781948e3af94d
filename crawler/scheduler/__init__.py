"""What starts checks: a person who wants one round now, or the clock."""
