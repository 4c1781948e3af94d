"""Lists of words as data."""

from __future__ import annotations


def word_set(words: str) -> frozenset[str]:
    """The words of a text as a set, so that long lists read as text."""
    return frozenset(words.split())
