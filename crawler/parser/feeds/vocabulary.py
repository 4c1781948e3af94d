"""The words of all feed dialects under one spelling.

RSS, RDF and Atom elements share one space of plain names (``title``, ``link``, ``updated``…); modules keep a prefix
(``dc:date``), whatever prefix, version of the namespace or letter case the publisher used.
"""

from __future__ import annotations

from functools import lru_cache

ATOM_NAMESPACES = ("http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#")
RDF_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"

_PREFIXES = {
    "http://www.w3.org/2005/atom": "",
    "http://purl.org/atom/ns#": "",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/elements/1.0/": "dc",
    "http://purl.org/dc/terms/": "dcterms",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://purl.org/syndication/history/1.0": "fh",
    "http://a9.com/-/spec/opensearchrss/1.0/": "opensearch",
    "http://a9.com/-/spec/opensearch/1.1/": "opensearch",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://www.w3.org/1999/xhtml": "xhtml",
    "http://purl.org/rss/1.0/modules/syndication/": "sy",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
}
_PLAIN = frozenset({"atom", "atom10", "atom03", "rss", "a10"})
_KNOWN = frozenset(_PREFIXES.values())


@lru_cache(maxsize=2048)
def word(tag: str) -> str:
    """The one spelling of an element name as lxml gives it (``{namespace}name``, or ``prefix:name`` unbound)."""
    if not isinstance(tag, str):  # an entity reference is a node of its own
        return ""
    if tag.startswith("{"):
        namespace, _, name = tag[1:].partition("}")
        prefix = _PREFIXES.get(namespace.strip().lower(), "other")
    else:
        prefix, _, name = tag.rpartition(":")
        prefix = "" if prefix.lower() in _PLAIN else prefix.lower()
        prefix = prefix if prefix in _KNOWN else "other"
    return f"{prefix}:{name.lower()}" if prefix else name.lower()


def is_atom(tag: str) -> bool:
    """Whether the element stands in an Atom namespace, where text without a ``type`` is plain (RFC 4287 §3.1.1)."""
    return tag.startswith(("{http://www.w3.org/2005/Atom}", "{http://purl.org/atom/ns#}"))
