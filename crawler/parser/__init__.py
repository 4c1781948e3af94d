"""Bytes become facts: listings, articles, and the verdict whether a response may be believed. Pure."""
