"""What a response turned out to be, before anything is compared: HTTP 200 lies.

Only ``ok`` may create or edit, so doubt goes against the response. Order: status, size, machinery of challenges,
redirects to a home page, then wordings, and those only together with the absence of an article. Cheap: it looks at
the status, the size and the first kilobytes, and at the text of small pages alone. What was read is looked at once
more by ``second_look``.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from crawler.model import Assessment, Fetched, Verdict
from crawler.parser import verdict_rules as rules
from crawler.parser.decoding import decode_html, find_declared_charset, find_wide_codec
from crawler.parser.page_signs import SMALL_PAGE, find_phrase, has_signal, is_bylined, read_title, visible_text
from crawler.parser.second_look import assess_article, assess_listing, assess_text
from crawler.text.urls import canonical_url

__all__ = [
    "assess",
    "assess_article",
    "assess_listing",
    "assess_text",
    "assess_unread",
    "is_undecodable",
    "visible_text",
]

_HEAD = 8_192
_LITTLE_TEXT = 400
_STUB = 500
_BARE = 30
#: How data begins that programs read: feeds, sitemaps, JSON. A short one is whole.
_DATA = (b"{", b"[", b"<rss", b"<feed", b"<rdf", b"<urlset", b"<sitemapindex")
_OK = Assessment(verdict=Verdict.OK)
_MARKUP = ("<!doctype html", "<html", "<head", "<script", "<body", "<meta", "<div", "<title")
#: Home pages, also of a language: /, /index.html, /en/home.aspx
_HOME = re.compile(
    r"/?(?:(?:zh|cn|en|ja|jp|ko|kr|tc|sc|chs|cht|big5|web|www)(?:[-_][a-z]{2,4})?/)?"
    r"(?:index|default|home|main|welcome|portal)?(?:\.[a-z]{2,5})?/?",
    re.IGNORECASE,
)


def assess(fetched: Fetched, *, expect: str) -> Assessment:
    """The verdict on a response of which a ``listing``, an ``article`` or an ``attachment`` is expected."""
    head = _read_head(fetched.body, thoroughly=fetched.status != 200 or expect == "attachment")
    return (
        _assess_status(fetched, head)
        or _assess_transfer(fetched, expect)
        or (_assess_machinery(fetched, head) if fetched.file is None else None)
        or (_assess_target(fetched) if expect != "listing" else _assess_detour(fetched))
        or (_assess_attachment(fetched, head) if _is_file(fetched, expect) else _assess_markup(fetched, expect))
        or _OK
    )


def assess_unread(fetched: Fetched, reason: str) -> Assessment:
    """The verdict on an ``ok`` response that its kind could not read: a page where data were asked for, or a riddle."""
    asked = urlsplit(fetched.request.url).path.lower()
    accepted = next((value for name, value in fetched.request.headers if name.lower() == "accept"), "")
    wants_data = any(word in accepted for word in rules.DATA_TYPES) or asked.endswith(rules.DATA_ENDINGS)
    if wants_data and _read_head(fetched.body).lstrip("\ufeff \t\r\n").startswith(_MARKUP):
        return _say(Verdict.WRONG_TYPE, f"a page where data were expected: {reason}")
    return _say(Verdict.UNEXPECTED, reason)


def _read_head(body: bytes, *, thoroughly: bool = True) -> str:
    """The beginning in lower case, for markers, which are ASCII; for wordings it is read ``thoroughly``."""
    start = body[:_HEAD]
    if wide := find_wide_codec(start) or ("utf-16" if start.startswith(rules.UTF_16) else ""):
        return start.decode(wide, "replace").lower()
    return (decode_html(start).text if thoroughly else start.decode("utf-8", "replace")).lower()


def _is_file(fetched: Fetched, expect: str) -> bool:
    """Whether a file was asked for: as an attachment, or as an article that is one."""
    return expect == "attachment" or (
        expect == "article" and urlsplit(fetched.request.url).path.lower().endswith(rules.FILE_ENDINGS)
    )


# -- status ----------------------------------------------------------------------------------------------


def _assess_status(fetched: Fetched, head: str) -> Assessment | None:
    status = fetched.status
    if status in (200, 203, 206, 226):
        return None
    if status == 404:
        return _say(Verdict.NOT_FOUND, "404")
    if status == 410:
        return _say(Verdict.GONE, "410")
    if status == 429:
        return _say(Verdict.RATE_LIMITED, "429, too many requests")
    if (keeper := _find_challenge(fetched, head)) is not None:
        return _say(Verdict.CHALLENGE, f"{status}, challenge page{keeper}")
    if status == 503:
        return _assess_unavailable(fetched, head)
    if status in rules.BLOCK_STATUS:
        return _say(Verdict.BLOCKED, f"{status}, refused{_name_keeper(fetched, head)}")
    if status == 202 or status == 204:
        return _say(Verdict.UNEXPECTED, f"{status} without a page")
    if status in rules.ORIGIN_STATUS:
        return _say(Verdict.UNREACHABLE, f"the server answered {status}, for the one behind it gave no answer")
    if status >= 500:
        return _say(Verdict.UNREACHABLE, f"the server answered {status}")
    return _say(Verdict.UNEXPECTED, f"status {status}")


def _find_challenge(fetched: Fetched, head: str) -> str | None:
    """By whom, in brackets, or an empty string where that cannot be told; None where it is no challenge."""
    status = fetched.status
    if (product := rules.CHALLENGE_STATUS.get(status)) is not None:
        return f" ({product.name})"
    if fetched.header("cf-mitigated") == "challenge":
        return " (Cloudflare)"
    for product in rules.PRODUCTS:
        if any(marker in head for marker in (*product.markers, *product.phrases)):
            return f" ({product.name})"
    if status in rules.ODD_STATUS and (product := _find_by_cookie(fetched)) is not None:
        return f" ({product.name})"
    return "" if any(phrase in head for phrase in (*rules.CHALLENGE_PHRASES, *rules.REFUSAL_MARKERS)) else None


def _find_by_cookie(fetched: Fetched) -> rules.Product | None:
    """The gatekeeper whose cookie comes along. Some send theirs with every page: it tells only beside an odd answer."""
    names = [value.partition("=")[0].strip().lower() for name, value in fetched.headers if name == "set-cookie"]
    for product in rules.PRODUCTS:
        if any(name.startswith(cookie) for name in names for cookie in product.cookies):
            return product
    return None


def _name_keeper(fetched: Fetched, head: str) -> str:
    server = fetched.header("server").lower()
    for product in rules.PRODUCTS:
        if any(notice in head for notice in product.notices) or (product.server and product.server in server):
            return f" ({product.name})"
    keeper = _find_by_cookie(fetched)
    return f" ({keeper.name})" if keeper else ""


def _assess_unavailable(fetched: Fetched, head: str) -> Assessment:
    if fetched.header("retry-after"):
        return _say(Verdict.RATE_LIMITED, f"503, retry after {fetched.header('retry-after')[:40]}")
    for verdict, phrases in (
        (Verdict.WAITING_ROOM, rules.WAITING_PHRASES),
        (Verdict.MAINTENANCE, rules.MAINTENANCE_PHRASES),
    ):
        if phrase := find_phrase(head, [phrase for phrase in phrases if phrase != "service unavailable"]):
            return _say(verdict, f"503, “{phrase}”")
    return _say(Verdict.UNREACHABLE, "the server answered 503")


# -- what came ----------------------------------------------------------------------------------------------


def _assess_transfer(fetched: Fetched, expect: str) -> Assessment | None:
    if fetched.truncated:
        return _say(Verdict.TRUNCATED, f"cut off after {len(fetched.body)} bytes")
    if not fetched.body.strip():
        keeper = _find_by_cookie(fetched)
        if keeper and rules.EMPTY_CHALLENGE & set(keeper.cookies):
            return _say(Verdict.CHALLENGE, f"an empty body with a cookie ({keeper.name})")
        return _say(Verdict.STUB, "an empty body")
    if expect == "attachment" or fetched.file is not None:
        return None
    if (name := _name_binary(fetched.body)) and expect == "article":
        return _say(Verdict.WRONG_TYPE, f"{name} where a page was expected")
    return None


def _name_binary(body: bytes) -> str:
    if body.startswith(rules.PDF):
        return "a PDF"
    if body.startswith((rules.ZIP, rules.OLE)):
        return "an office document"
    if body.startswith(rules.GZIP):
        return "compressed data"
    if body.startswith(rules.IMAGES):
        return "a picture"
    return "binary data" if _is_noise(body[:_HEAD]) else ""


def _is_noise(start: bytes) -> bool:
    """Whether there are more control bytes than a careless page holds; in UTF-16 zeros are none."""
    controls = len(start) - len(start.translate(None, rules.CONTROLS))
    return controls * 50 > len(start) and not (start.startswith(rules.UTF_16) or find_wide_codec(start))


def _assess_machinery(fetched: Fetched, head: str) -> Assessment | None:
    """Challenge scripts behind a 200: machinery in a small page that shows hardly anything."""
    if len(fetched.body) > SMALL_PAGE:
        return None
    for product in rules.PRODUCTS:
        if any(marker in head for marker in product.markers):
            is_shell = not has_signal(head) and len(visible_text(head)) < _LITTLE_TEXT
            return _say(Verdict.CHALLENGE, f"challenge script ({product.name})") if is_shell else None
    return None


def _assess_detour(fetched: Fetched) -> Assessment | None:
    """A redirect to where no content is, by the words of its address."""
    if not fetched.hops or canonical_url(fetched.url) == canonical_url(fetched.request.url):
        return None
    asked, came = urlsplit(fetched.request.url), urlsplit(fetched.url)
    for shape, verdict, reason in rules.DETOURS:
        place = f"{came.hostname or ''}{came.path}".lower()
        if shape.search(place) and not shape.search(f"{asked.hostname or ''}{asked.path}".lower()):
            return _say(verdict, reason)
    return None


def _assess_target(fetched: Fetched) -> Assessment | None:
    """A redirect that ends at a home page, or somewhere else than an article could be."""
    if not fetched.hops:
        return None
    if (detour := _assess_detour(fetched)) is not None:
        return detour
    asked, came = urlsplit(fetched.request.url), urlsplit(fetched.url)
    is_home = _HOME.fullmatch(came.path) is not None and not re.search(r"=\w{0,20}\d", came.query)
    if is_home and (_HOME.fullmatch(asked.path) is None or asked.query):
        return _say(Verdict.WRONG_PAGE, "redirected to a home page")
    return None


def _assess_attachment(fetched: Fetched, head: str) -> Assessment | None:
    """A page where a file was expected: a dead link that answers 200."""
    name = urlsplit(fetched.request.url).path.lower()
    if name.endswith((".html", ".htm", ".shtml", ".txt", ".csv", ".xml")):
        return None
    if not head.lstrip("\ufeff \t\r\n").startswith(_MARKUP):
        return None
    for verdict, phrases in _FAMILIES:
        if phrase := find_phrase(head, phrases):
            return _say(verdict, f"“{phrase}”")
    return _say(Verdict.WRONG_TYPE, "a page instead of a file")


# -- wordings ----------------------------------------------------------------------------------------------


def _assess_markup(fetched: Fetched, expect: str) -> Assessment | None:
    if fetched.file is not None:
        return None
    start = fetched.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<?xml", *_DATA)) and b"<html" not in start:
        return _assess_data(start, expect)
    if len(fetched.body) > SMALL_PAGE:
        return None
    text = decode_html(fetched.body, find_declared_charset(fetched.header("content-type"))).text
    if has_signal(text):
        return None
    title, shown = read_title(text), visible_text(text)
    if notice := _assess_wechat(title, shown):
        return notice
    if not is_bylined(shown) and (found := _assess_wording(title.lower(), shown.lower(), expect)):
        return found
    if fetched.media_type == "text/plain" and expect == "listing":
        return None  # a list of links has no furniture: a short one is whole
    if len(shown) < _LITTLE_TEXT and rules.PASSWORD_FIELD.search(text):
        return _say(Verdict.LOGIN, "a form to log in")
    if len(fetched.body) < _STUB and len(shown) < _BARE and not _has_substance(text):
        return _say(Verdict.STUB, f"a stub of {len(fetched.body)} bytes")
    return None


def _has_substance(markup: str) -> bool:
    return rules.SUBSTANCE.search(markup) is not None or rules.FILE_LINK.search(markup) is not None


def _assess_data(start: bytes, expect: str) -> Assessment | None:
    if expect == "article" and start.startswith(_DATA):
        return _say(Verdict.WRONG_TYPE, "data where a page was expected")
    return None


def _assess_wechat(title: str, shown: str) -> Assessment | None:
    """WeChat's notices, in pages that have nothing but the notice."""
    if title.strip().lower() not in rules.WECHAT_TITLES or len(shown) > 2 * _LITTLE_TEXT:
        return None
    for phrase, who in rules.WECHAT_REMOVALS:
        if phrase in shown:
            return Assessment(verdict=Verdict.REMOVED_BY_OWNER, reason=f"“{phrase}”", removed_by=who)
    event = next((phrase for phrase in rules.WECHAT_EVENTS if phrase in shown), "")
    return _say(Verdict.UNEXPECTED, f"“{event}”") if event else None


_FAMILIES = (
    (Verdict.CHALLENGE, rules.CHALLENGE_PHRASES),
    (Verdict.BLOCKED, rules.BLOCK_PHRASES),
    (Verdict.RATE_LIMITED, rules.RATE_PHRASES),
    (Verdict.WAITING_ROOM, rules.WAITING_PHRASES),
    (Verdict.SOFT_NOT_FOUND, rules.GONE_PHRASES),
    (Verdict.MAINTENANCE, rules.MAINTENANCE_PHRASES),
    (Verdict.LOGIN, rules.LOGIN_PHRASES),
)


def _assess_wording(title: str, shown: str, expect: str) -> Assessment | None:
    """A wording decides only as the page's title, or as (nearly) its only text."""
    only = shown if len(shown) < _LITTLE_TEXT else ""
    bare_title = (
        title if len(title) < 60 and len(shown) < 5 * _LITTLE_TEXT and not rules.ANNOUNCES.search(title) else ""
    )
    for verdict, phrases in _FAMILIES:
        if phrase := find_phrase(bare_title, phrases) or find_phrase(only, phrases):
            return _say(verdict, f"“{phrase}”")
    if bare_title and rules.GONE_TITLE.fullmatch(bare_title) and expect != "listing":
        return _say(Verdict.SOFT_NOT_FOUND, f"titled “{bare_title.strip()[:40]}”")
    return None


def is_undecodable(text: str, replaced: int) -> bool:
    """Whether so many characters could not be read that the text is no ground for comparison."""
    return replaced > 20 and replaced * 20 > len(text)


def _say(verdict: Verdict, reason: str) -> Assessment:
    return Assessment(verdict=verdict, reason=reason)
