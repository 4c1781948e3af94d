"""Text out of the HTML that feeds carry in titles and descriptions, and HTML out of plain text."""

from __future__ import annotations

import html
import re

from crawler.parser.tree import parse_html
from crawler.text.normalize import clean

#: Titles and summaries are read up to this many characters of markup.
MARKUP_LIMIT = 20_000
_BLOCK = re.compile(
    r"</?(?:p|div|br|li|ul|ol|tr|td|th|h[1-6]|table|section|article|blockquote|dd|dt|figure|figcaption|hr|pre)"
    r"(?![a-zA-Z0-9])[^<>]*>",
    re.IGNORECASE,
)
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
#: What a regular expression should not take apart: comments, scripts, a ``>`` inside an attribute.
_ODD = re.compile(r"""<(?:[!?]|script|style|textarea|template)|=\s?["'][^"'<>]*>""", re.IGNORECASE)
_BLOCK_START = re.compile(r"<(?:p|br|div|table|ul|ol|h[1-6]|section|article|blockquote)[\s/>]", re.IGNORECASE)
_BLANK_LINE = re.compile(r"\n[ \t]*\n")


def strip_markup(markup: str) -> str:
    """The visible text of an HTML fragment on one line. Block elements leave a space, inline ones nothing."""
    markup = markup[:MARKUP_LIMIT]
    if "<" in markup:
        if _ODD.search(markup):
            return _parse_text(markup)
        markup = _TAG.sub("", _BLOCK.sub(" ", markup))
    return clean(html.unescape(markup) if "&" in markup else markup)


def has_blocks(markup: str) -> bool:
    """Whether the fragment is laid out in blocks, as a full text is and a teaser is not."""
    return _BLOCK_START.search(markup) is not None


def paragraphs(text: str) -> str:
    """Plain text as HTML: one ``<p>`` for each part between blank lines, line breaks kept."""
    parts = (part.strip() for part in _BLANK_LINE.split(text))
    return "".join(f"<p>{html.escape(part).replace(chr(10), '<br>')}</p>" for part in parts if part)


def _parse_text(markup: str) -> str:
    tree = parse_html(_BLOCK.sub(" ", markup))
    for node in tree.css("script, style, template, textarea"):
        node.decompose()
    return clean(tree.body.text() if tree.body else "")
