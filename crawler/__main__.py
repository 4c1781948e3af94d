"""``python -m crawler``: the same as ``gazette``."""

from __future__ import annotations

from crawler.cli import main

main()
