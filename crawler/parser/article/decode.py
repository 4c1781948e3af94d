"""The decoding ladder under the name that readers of listings and pages know it by."""

from __future__ import annotations

from crawler.parser.decoding import Decoded, decode_html, find_codec, find_declared_charset

__all__ = ["Decoded", "decode_html", "find_codec", "find_declared_charset"]
