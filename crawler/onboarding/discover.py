"""What is at an address: fetched politely, judged, recognised, and read the way it would be watched."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice
from urllib.parse import urljoin, urlsplit

from crawler.errors import GazetteError, ParseError, UsageError
from crawler.model import ABSENT, Assessment, Entry, Fetched, FetchPolicy, Purpose, Request, Source, Verdict
from crawler.onboarding.blocks import write_source
from crawler.parser.article import read_article
from crawler.parser.families import is_home
from crawler.parser.kinds import find_kind
from crawler.parser.kinds.wechat import article_address
from crawler.parser.probe import Probed, probe
from crawler.parser.verdict import assess
from crawler.ports import Fetcher
from crawler.text.normalize import clean, shorten
from crawler.text.urls import canonical_url, host_of, is_http

WECHAT_HOST = "mp.weixin.qq.com"
NO_WECHAT_LIST = (
    "WeChat offers no public list of an account's articles: give a feed, or add article links with --to ID "
)
NO_WECHAT_LIST += "(docs/faq.md#can-i-watch-a-wechat-account)"
_PREVIEW = 3
#: Pages that list nothing and only name where the list is, as a crawl follows them.
_SIGNPOSTS = 3
_LONGEST_TITLE = 120
#: Pages of WeChat accounts: shown in its app, to people it knows.
_WECHAT_ACCOUNTS = ("/mp/profile_ext", "/mp/getmasssendmsg", "/mp/homepage")
_ROBOTS = "robots.txt unreachable: "
_DRAWN = "; it seems to be drawn by scripts: give the address of the JSON that they load, or a feed"
_LATER = "; try again later"
_TURNED_AWAY = "; it turns programs away: look for a feed or an interface of the site that is open "
_TURNED_AWAY += "(docs/faq.md#the-site-works-in-my-browser-and-is-blocked-here)"
#: What whoever gave an address can do about it, by what it answered.
_ADVICE = {
    Verdict.UNREACHABLE: _LATER,
    Verdict.RATE_LIMITED: _LATER,
    Verdict.WAITING_ROOM: _LATER,
    Verdict.MAINTENANCE: _LATER,
    Verdict.CHALLENGE: _TURNED_AWAY,
    Verdict.BLOCKED: _TURNED_AWAY,
    Verdict.LOGIN: "; what stands behind a login is not watched: give an address that is open to all",
}


class Unreadable(GazetteError):
    """An address that cannot be watched; the message names it and says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discovery:
    """What an address turned out to be. ``listed`` is how many entries it lists now."""

    probed: Probed
    listed: int


def check_address(url: str) -> None:
    """Raises ``UsageError`` for what is no web address, with the one that was probably meant."""
    if is_http(url):
        return
    meant = f"https://{url.removeprefix('//')}"
    looks_right = "://" not in url and "." in host_of(meant) and not url.startswith((".", "/", "~"))
    hint = f"; did you mean {meant}?" if looks_right else ""
    raise UsageError(f"{url}: expected an address that begins with http:// or https://{hint}")


async def discover(url: str, fetcher: Fetcher, policy: FetchPolicy) -> Discovery:
    """Finds out which kind reads ``url`` and proves it by reading its list. Raises ``Unreadable``."""
    if host_of(url) == WECHAT_HOST and urlsplit(url).path.startswith(_WECHAT_ACCOUNTS):
        raise _unreadable(url, "is the page of an account")
    source = Source(id="probe", kind="feed", url=url, fetch=policy)
    fetched = await _fetch(fetcher, Request(url=url, purpose=Purpose.LISTING), source)
    assessment = assess(fetched, expect="listing")
    if assessment.verdict is not Verdict.OK:
        raise _unreadable(url, f"{_spell(assessment)}{_advise(url, assessment.verdict, fetched)}")
    try:
        found = probe(fetched)
        if is_home(url) and found.kind == "html_list" and (better := await _try_feed(found, fetcher, source)):
            return better
        entries = await _read_as_watched(found, fetched, fetcher, source)
    except ParseError as error:
        raise _unreadable(url, str(error)) from error
    return Discovery(probed=replace(found, entries=tuple(islice(entries, _PREVIEW))), listed=len(entries))


async def _try_feed(home: Probed, fetcher: Fetcher, source: Source) -> Discovery | None:
    """The first feed that a home page announces, with what else it leads to; None where that cannot be read."""
    if not home.feeds:
        return None
    try:
        fetched = await _fetch(fetcher, Request(url=home.feeds[0], purpose=Purpose.LISTING), source)
        found = probe(fetched)
        entries = await _read_as_watched(found, fetched, fetcher, source)
    except (ParseError, Unreadable):
        return None
    told = (f"{home.url} is a home page; this is the feed it announces", *found.notes, *home.notes)
    shown = tuple(islice(entries, _PREVIEW))
    found = replace(found, title=found.title or home.title, notes=told, feeds=home.feeds, entries=shown)
    return Discovery(probed=found, listed=len(entries)) if found.kind in ("feed", "blogger") else None


async def _read_as_watched(found: Probed, fetched: Fetched, fetcher: Fetcher, source: Source) -> tuple[Entry, ...]:
    """The entries as the kind will list them, from the address that it will ask. Raises ``ParseError``."""
    kind = find_kind(found.kind)
    watched = replace(
        source, kind=found.kind, url=found.url, timezone=found.timezone, options=kind.Options(**found.options)
    )
    request = kind.request_listing(watched, None)
    if request.url != fetched.url:
        fetched = await _fetch(fetcher, request, watched)
    listing = kind.parse_listing(watched, fetched)
    for _ in range(_SIGNPOSTS):
        if listing.entries or listing.next is None:
            break
        listing = kind.parse_listing(watched, await _fetch(fetcher, listing.next, watched))
    return listing.entries


async def find_article(url: str, fetcher: Fetcher, source: Source) -> tuple[str, str]:
    """The lasting address and the title of the article behind a hand-picked link. Raises ``Unreadable``."""
    lasting = article_address(url)
    if not lasting:
        raise Unreadable(f"{url}: is no link to a WeChat article (…/s/… or …/s?__biz=…)")
    fetched = await _fetch(fetcher, Request(url=lasting, purpose=Purpose.ARTICLE), source)
    reading = read_article(fetched, source)
    if reading.article is None or reading.assessment.verdict is not Verdict.OK:
        raise Unreadable(f"{url}: {_spell(reading.assessment)}")
    return lasting, clean(reading.article.title)


async def _fetch(fetcher: Fetcher, request: Request, source: Source) -> Fetched:
    response = await fetcher.fetch(request, source)
    if isinstance(response, Fetched):
        return response
    raise _unreadable(
        request.url, getattr(response, "reason", "answered that nothing changed, though nothing is known")
    )


def _spell(assessment: Assessment) -> str:
    """``cannot be read: not found (404)``"""
    reason = f" ({assessment.reason})" if assessment.reason else ""
    return f"cannot be read: {assessment.verdict.replace('_', ' ')}{reason}"


def _advise(url: str, verdict: Verdict, fetched: Fetched) -> str:
    """What to try next, after a semicolon; empty where nothing better is known."""
    if verdict is Verdict.STUB and b"<script" in fetched.body:
        return _DRAWN
    if verdict in ABSENT and not is_home(url):
        return f"; has it been misspelt or moved? try the site's first page: gazette probe {urljoin(url, '/')}"
    return _ADVICE.get(verdict, "")


def _unreadable(url: str, reason: str) -> Unreadable:
    reason = reason.removeprefix(_ROBOTS) if "cannot be resolved" in reason else reason
    reason = reason.removeprefix(f"{url}: ").removeprefix(f"{url} ")
    hint = f". {NO_WECHAT_LIST}" if host_of(url) == WECHAT_HOST else ""
    if "is a private address" in reason:
        hint = " (why: docs/faq.md#why-is-a-private-address-refused)"
    return Unreadable(f"{url}: {clean(reason)}{hint}")


def source_block(found: Probed, *, id: str, title: str = "") -> str:
    """The ``[[source]]`` for what was found, ready to paste."""
    values: dict[str, object] = {
        "id": id,
        "title": title or shorten(clean(found.title), _LONGEST_TITLE) or host_of(found.url),
        "kind": found.kind,
        "url": found.url,
        "timezone": found.timezone,
        "language": found.language,
        "options": dict(found.options),
    }
    return write_source({key: value for key, value in values.items() if value})


def same_address(url: str, other: str) -> bool:
    """Whether two spellings name one address."""
    return canonical_url(url) == canonical_url(other)
