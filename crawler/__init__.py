"""Gazette: watches official news and proves what is new, edited or taken away.

The stages, in the order of a check: ``parser.kinds`` says what to request, ``fetcher`` requests it,
``parser`` reads it, ``differ`` compares it with what was known, ``notifier`` tells whoever subscribed.
``pipeline`` joins them and ``bootstrap`` builds the running program.
"""

__version__ = "0.1.0"
