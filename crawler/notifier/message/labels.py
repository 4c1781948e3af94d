"""The words of messages to people in the language of the reader. Languages we have no table for get English."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from crawler.notifier.message.languages import en, ja, zh

TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType({"en": en.WORDS, "zh": zh.WORDS, "ja": ja.WORDS})


def labels_for(language: str) -> Mapping[str, str]:
    """The table of a language; English where there is none."""
    return TABLES.get(language, TABLES["en"])
