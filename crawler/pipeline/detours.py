"""What redirects say of an article: that it lives elsewhere now, or that the site gave something else for it. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

from crawler.model import Fetched, NotModified, Source
from crawler.text.urls import canonical_url


def has_moved(response: Fetched | NotModified) -> bool:
    """Whether every redirect on the way was one for good (RFC 9110 §15.4: 301 and 308)."""
    hops = response.hops if isinstance(response, Fetched) else ()
    return bool(hops) and all(hop.status in (301, 308) for hop in hops)


def has_retreated(response: Fetched, source: Source) -> bool:
    """Whether the site answered with its listing, or with a folder above the page, instead of the article.

    Another spelling of the same address is none (``…/index.html`` to ``…/``), nor is a folder that carries a number:
    that is an article's own, and the redirect has only dropped its words.
    """
    if not response.hops or canonical_url(response.url) == canonical_url(response.request.url):
        return False
    if canonical_url(response.url) == canonical_url(source.url):
        return True
    asked, landed = urlsplit(response.request.url), urlsplit(response.url)
    if not landed.path.endswith("/") or any(each.isdigit() for each in landed.path.rstrip("/").rpartition("/")[2]):
        return False
    return asked.hostname == landed.hostname and asked.path.startswith(landed.path)
