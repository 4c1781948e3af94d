"""What a response turned out to be, before anything is compared: HTTP 200 lies.

Only ``ok`` may create or edit, so doubt goes against the response. Order: status, size, machinery of challenges,
redirects to a home page, then wordings, and those only together with the absence of an article. Cheap: it looks at
the status, the size and the first kilobytes, and at the text of small pages alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from crawler.model import Article, Assessment, Fetched, Listing, Verdict
from crawler.parser import verdict_rules as rules
from crawler.parser.decoding import decode_html, find_declared_charset, find_wide_codec
from crawler.parser.plausibility import find_misreading
from crawler.text.urls import canonical_url

_HEAD = 8_192
_SMALL_PAGE = 60_000
_LITTLE_TEXT = 400
_STUB = 500
_BARE = 30
_LOST = 4
_TITLES = 40
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,400})", re.IGNORECASE)
_OPENING = re.compile(r"<!--|<(script|style|noscript|template|title)\b")
_TAG = re.compile(r"<[^<>]{0,3000}>")
_OK = Assessment(verdict=Verdict.OK)
_HOME_PATHS = frozenset(
    {"", "/", "/index.html", "/index.htm", "/index.shtml", "/index.php", "/index.jsp", "/default.aspx"}
)


def assess(fetched: Fetched, *, expect: str) -> Assessment:
    """The verdict on a response of which a ``listing``, an ``article`` or an ``attachment`` is expected."""
    head = _read_head(fetched.body)
    return (
        _assess_status(fetched, head)
        or _assess_transfer(fetched, expect)
        or _assess_machinery(fetched, head)
        or (_assess_target(fetched) if expect != "listing" else None)
        or (_assess_attachment(fetched, head) if expect == "attachment" else _assess_markup(fetched, expect))
        or _OK
    )


def _read_head(body: bytes) -> str:
    """The beginning in lower case, to find markers in: all of them are ASCII."""
    start = body[:_HEAD]
    wide = find_wide_codec(start) or ("utf-16" if start.startswith(rules.UTF_16) else "utf-8")
    return start.decode(wide, "replace").lower()


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
    if _is_challenge(fetched, head):
        return _say(Verdict.CHALLENGE, f"{status}, challenge page")
    if status == 503:
        return _assess_unavailable(fetched, head)
    if status in rules.BLOCK_STATUS:
        return _say(Verdict.BLOCKED, f"{status}, refused")
    if status == 202 or status == 204:
        return _say(Verdict.UNEXPECTED, f"{status} without a page")
    if status >= 500:
        return _say(Verdict.UNREACHABLE, f"the server answered {status}")
    return _say(Verdict.UNEXPECTED, f"status {status}")


def _is_challenge(fetched: Fetched, head: str) -> bool:
    if fetched.status in rules.CHALLENGE_STATUS or fetched.header("cf-mitigated") == "challenge":
        return True
    if any(marker in head for marker in rules.CHALLENGE_MARKERS):
        return True
    cookies = " ".join(value for name, value in fetched.headers if name == "set-cookie").lower()
    if fetched.status == 521 and any(cookie in cookies for cookie in rules.CHALLENGE_COOKIES):
        return True
    return any(phrase in head for phrase in (*rules.CHALLENGE_PHRASES, *rules.REFUSAL_MARKERS))


def _assess_unavailable(fetched: Fetched, head: str) -> Assessment:
    if fetched.header("retry-after"):
        return _say(Verdict.RATE_LIMITED, f"503, retry after {fetched.header('retry-after')[:40]}")
    for verdict, phrases in (
        (Verdict.WAITING_ROOM, rules.WAITING_PHRASES),
        (Verdict.MAINTENANCE, rules.MAINTENANCE_PHRASES),
    ):
        if phrase := _find_phrase(head, phrases):
            return _say(verdict, f"503, “{phrase}”")
    return _say(Verdict.UNREACHABLE, "the server answered 503")


# -- what came ----------------------------------------------------------------------------------------------


def _assess_transfer(fetched: Fetched, expect: str) -> Assessment | None:
    if fetched.truncated:
        return _say(Verdict.TRUNCATED, f"cut off after {len(fetched.body)} bytes")
    if not fetched.body.strip():
        return _say(Verdict.STUB, "an empty body")
    if expect == "attachment":
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
    """Challenge scripts behind a 200: machinery in a small page, or a notice as its title."""
    if len(fetched.body) > _SMALL_PAGE or _has_signal(head):
        return None
    marker = next((marker for marker in rules.CHALLENGE_MARKERS if marker in head), "")
    if marker and len(visible_text(head)) < _LITTLE_TEXT:
        return _say(Verdict.CHALLENGE, f"challenge script ({marker[:30]})")
    return None


def _assess_target(fetched: Fetched) -> Assessment | None:
    """A redirect that ends at a home page, or somewhere else than an article could be."""
    if not fetched.hops:
        return None
    asked, came = urlsplit(fetched.request.url), urlsplit(fetched.url)
    if "/mp/wappoc_appmsgcaptcha" in came.path:
        return _say(Verdict.CHALLENGE, "redirected to a captcha")
    if asked.path.lower() not in _HOME_PATHS and came.path.lower() in _HOME_PATHS and not came.query:
        return _say(Verdict.WRONG_PAGE, "redirected to a home page")
    if re.search(r"/(?:login|signin|sign-in|sso|passport)(?:[/.?]|$)", came.path.lower()) and not re.search(
        r"/(?:login|signin|sign-in|sso|passport)", asked.path.lower()
    ):
        return _say(Verdict.LOGIN, "redirected to a login page")
    if re.search(r"/(?:404|error|notfound|not-found)(?:\.\w{2,5})?/?$", came.path.lower()) and canonical_url(
        fetched.url
    ) != canonical_url(fetched.request.url):
        return _say(Verdict.SOFT_NOT_FOUND, "redirected to an error page")
    return None


def _assess_attachment(fetched: Fetched, head: str) -> Assessment | None:
    """A page where a file was expected: a dead link that answers 200."""
    name = urlsplit(fetched.request.url).path.lower()
    if name.endswith((".html", ".htm", ".shtml", ".txt", ".csv", ".xml")):
        return None
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith(("<!doctype html", "<html", "<head", "<script")):
        gone = _find_phrase(head, rules.GONE_PHRASES)
        return (
            _say(Verdict.SOFT_NOT_FOUND, f"“{gone}”") if gone else _say(Verdict.WRONG_TYPE, "a page instead of a file")
        )
    return None


# -- wordings ----------------------------------------------------------------------------------------------


def _assess_markup(fetched: Fetched, expect: str) -> Assessment | None:
    start = fetched.body[:512].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"{", b"[", b"<?xml", b"<rss", b"<feed", b"<rdf")) and b"<html" not in start:
        return _assess_data(start, expect)
    if len(fetched.body) > _SMALL_PAGE:
        return None
    text = decode_html(fetched.body, find_declared_charset(fetched.header("content-type"))).text
    lowered = text.lower()
    if _has_signal(lowered):
        return None
    title = _read_title(text)
    shown = visible_text(text)
    if notice := _assess_wechat(title, shown):
        return notice
    if found := _assess_wording(title.lower(), shown.lower(), expect):
        return found
    if fetched.media_type == "text/plain" and expect == "listing":
        return None  # a list of links has no furniture: a short one is whole
    if len(fetched.body) < _STUB and len(shown) < _BARE:
        return _say(Verdict.STUB, f"a stub of {len(fetched.body)} bytes")
    return None


def _assess_data(start: bytes, expect: str) -> Assessment | None:
    if expect == "article" and start.startswith((b"<rss", b"<feed", b"<rdf", b"{", b"[")):
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


def _assess_wording(title: str, shown: str, expect: str) -> Assessment | None:
    """A wording decides only as the page's title, or as (nearly) its only text."""
    only = shown if len(shown) < _LITTLE_TEXT else ""
    families = [
        (Verdict.CHALLENGE, rules.CHALLENGE_PHRASES),
        (Verdict.BLOCKED, rules.BLOCK_PHRASES),
        (Verdict.RATE_LIMITED, rules.RATE_PHRASES),
        (Verdict.WAITING_ROOM, rules.WAITING_PHRASES),
        (Verdict.SOFT_NOT_FOUND, rules.GONE_PHRASES),
        (Verdict.MAINTENANCE, rules.MAINTENANCE_PHRASES),
        (Verdict.LOGIN, rules.LOGIN_PHRASES),
    ]
    bare_title = title if len(title) < 60 and len(shown) < 5 * _LITTLE_TEXT else ""
    for verdict, phrases in families:
        phrase = _find_phrase(bare_title, phrases) or _find_phrase(only, phrases)
        if phrase:
            return _say(verdict, f"“{phrase}”")
    if bare_title and rules.GONE_TITLE.fullmatch(bare_title) and expect != "listing":
        return _say(Verdict.SOFT_NOT_FOUND, f"titled “{bare_title.strip()[:40]}”")
    return None


def assess_article(article: Article, markup: str) -> Assessment:
    """The second look, at what was read: whether it is an article at all."""
    text = article.text
    if not text and not article.title:
        return _say(Verdict.STUB, "neither title nor text")
    if (spoiled := assess_text(article.title, text)).verdict is not Verdict.OK:
        return spoiled
    short = len(text) < _LITTLE_TEXT
    signalled = article.published is not None or article.native_ids or _has_signal(markup[:200_000].lower())
    if short and not signalled:
        if phrase := _find_phrase(f"{article.title}\n{text}".lower(), rules.GONE_PHRASES):
            return _say(Verdict.SOFT_NOT_FOUND, f"“{phrase}”")
        if phrase := _find_phrase(f"{article.title}\n{text}".lower(), rules.MAINTENANCE_PHRASES):
            return _say(Verdict.MAINTENANCE, f"“{phrase}”")
    if not text and not signalled and not article.attachments and not article.images:
        return _say(Verdict.STUB, "a title without text")
    return _OK


def assess_text(title: str, text: str) -> Assessment:
    """Whether a text can be read at all, or was spoiled: by broken bytes, or by somebody who misread its encoding."""
    whole = f"{title}\n{text}"
    lost = whole.count("\ufffd") + sum(3 * whole.count(sign) for sign in rules.SPOILED)
    if lost >= _LOST and lost * 20 >= len(whole):
        return _say(Verdict.DECODE_ERROR, f"{lost} characters cannot be read")
    if codec := find_misreading(whole):
        return _say(Verdict.DECODE_ERROR, f"the text was spoiled: written in one encoding, read as {codec}")
    return _OK


def assess_listing(listing: Listing) -> Assessment:
    """The second look at a listing that was read: whether its titles can be read, too."""
    return assess_text("", "\n".join(entry.title for entry in listing.entries[:_TITLES]))


def is_undecodable(text: str, replaced: int) -> bool:
    """Whether so many characters could not be read that the text is no ground for comparison."""
    return replaced > 20 and replaced * 20 > len(text)


def visible_text(markup: str) -> str:
    """The text a browser would show, roughly: scripts, styles, comments and tags removed, spaces collapsed."""
    text = markup[: 2 * _SMALL_PAGE]
    lowered = text.lower()
    if len(lowered) != len(text):  # a character whose lower case is longer would shift every position
        text = lowered
    shown = "".join(_drop_hidden(text, lowered))
    return " ".join(html.unescape(_TAG.sub(" ", shown)).split())


def _drop_hidden(text: str, lowered: str) -> Iterator[str]:
    """The pieces of ``text`` outside elements that are never shown; one that does not end hides the rest."""
    position = 0
    while (found := _OPENING.search(lowered, position)) is not None:
        yield text[position : found.start()]
        closing = f"</{found[1]}" if found[1] else "-->"
        end = lowered.find(closing, found.end())
        if end < 0:
            return
        position = end if found[1] else end + len(closing)  # an end tag goes with the other tags
        yield " "
    yield text[position:]


def _read_title(markup: str) -> str:
    found = _TITLE.search(markup[: _HEAD * 4])
    return " ".join(html.unescape(found[1]).split()) if found else ""


def _has_signal(lowered: str) -> bool:
    return any(signal in lowered for signal in rules.ARTICLE_SIGNALS)


def _find_phrase(text: str, phrases: tuple[str, ...]) -> str:
    return next((phrase for phrase in phrases if phrase in text), "") if text else ""


def _say(verdict: Verdict, reason: str) -> Assessment:
    return Assessment(verdict=verdict, reason=reason)
