"""Noise in texts, dates, identities and transport: one thing in many spellings (D3 to D6)."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from tests.world.noise import Act, by_language, noise
from tests.world.noise_pages import token
from tests.world.serve import Answer, page
from tests.world.shapes import local
from tests.world.site import MOVED, SIGNPOST, Row, Visit

# -- D3: equivalence of texts ---------------------------------------------------------------------------------------


def at_times(change: Callable[[str], str]) -> Act:
    """A spelling that every other visit sees."""
    return lambda visit, text: change(text) if visit.number % 2 else text


@noise("text")
def whitespace(visit: Visit, text: str) -> str:
    return text.replace("，", "，\n   ").replace(" ", "\n  " if visit.number % 2 else " ")


@noise("text", shapes=("en_atom", "en_cards", "zh_list"))
def nbsp_vs_space(visit: Visit, text: str) -> str:
    return text.replace(" ", "\u00a0 "[visit.number % 2]) if visit.number % 3 else text.replace(" ", "\u2009")


@noise("text", shapes=("zh_list", "ja_feed", "zh_json"))
def ideographic_space(visit: Visit, text: str) -> str:
    return "\u3000\u3000" + text if visit.number % 2 else text


@noise("text")
def zero_width(visit: Visit, text: str) -> str:
    at = visit.number % max(1, len(text))
    return text[:at] + ("\u200b", "\ufeff", "\u00ad")[visit.number % 3] + text[at:]


@noise("text")
def quotes(visit: Visit, text: str) -> str:
    if visit.number % 2:
        return text
    for fancy, simple in (("“", '"'), ("”", '"'), ("’", "'")):
        text = text.replace(fancy, simple)
    return text


@noise("text", shapes=("zh_list", "ja_feed", "zh_feed"))
def fullwidth_ascii(visit: Visit, text: str) -> str:
    if visit.number % 2:
        return text
    return "".join(chr(ord(c) + 0xFEE0) if c.isascii() and (c.isalnum() or c in "%,") else c for c in text)


_TRADITIONAL = str.maketrans("区关办门时间书馆发现东", "區關辦門時間書館發現東")


@noise("text", shapes=("zh_list", "zh_feed"), mixes=False)
def simp_trad_variant(visit: Visit, text: str) -> str:
    return text if visit.turn % 5 else text.translate(_TRADITIONAL)


@noise("text", shapes=("zh_list", "ja_feed", "en_atom"))
def dash_tilde(visit: Visit, text: str) -> str:
    return f"{text} {'－—–-'[visit.number % 4]}" if text.endswith("。") else text


@noise("answer", shapes=("zh_list", "zh_feed", "ja_feed"), mixes=False)
def mojibake_flip(visit: Visit, answer: Any) -> Any:
    if visit.post is None or visit.turn % 4 or answer.status != 200:
        return answer
    garbled = answer.body.decode().encode("utf-8").decode("latin-1")
    return replace(answer, body=garbled.encode("utf-8"), etag="")


@noise("markup")
def entity_flip(visit: Visit, markup: str) -> str:
    if visit.number % 2:
        return markup
    return markup.replace("“", "&#8220;").replace("”", "&rdquo;").replace("，", "&#xFF0C;")


# -- D4: dates and marks -------------------------------------------------------------------------------------------


@noise("furniture", places="info", shapes=("zh_list", "ja_list", "en_atom"))
def updated_stamp_only(visit: Visit, place: str) -> str:
    now = visit.now
    words = by_language(
        visit, f"最后更新：{now:%Y-%m-%d %H:%M}", f"最終更新日：{now:%Y年%m月%d日}", f"Updated {now:%H:%M}"
    )
    return f"<span>{words}</span>"


@noise("rows", shapes=("zh_feed", "ja_feed", "zh_list", "zh_json"))
def pubdate_churn(visit: Visit, rows: list[Row]) -> list[Row]:
    return [replace(row, published=visit.now) for row in rows]


@noise("rows", shapes=("blogger", "en_atom"))
def comment_bumps_updated(visit: Visit, rows: list[Row]) -> list[Row]:
    return [replace(row, updated=visit.now - timedelta(minutes=n)) for n, row in enumerate(rows)]


@noise("markup", shapes=("en_atom", "en_cards", "blogger"))
def tz_shift(visit: Visit, markup: str) -> str:
    if visit.post is None or visit.turn % 2:
        return markup
    when = local(visit.site, visit.post.published)
    return markup.replace(when.isoformat(), (when + timedelta(hours=8)).replace(tzinfo=None).isoformat() + "+08:00")


@noise("markup", shapes=("zh_list", "zh_feed"))
def half_day_fault(visit: Visit, markup: str) -> str:
    if visit.post is None or visit.turn % 2:
        return markup
    when = local(visit.site, visit.post.published)
    return markup.replace(f"{when:%Y-%m-%d %H:%M}", f"{when:%Y-%m-%d} {(when.hour + 11) % 12 + 1:02d}:{when:%M}")


@noise("markup", shapes=("ja_list", "ja_feed"))
def era_date(visit: Visit, markup: str) -> str:
    if visit.post is None or visit.turn % 2:
        return markup
    return re.sub(r"掲載日：令和(\d+)年", lambda found: f"掲載日：{int(found[1]) + 2018}年", markup)


# -- D5: identity --------------------------------------------------------------------------------------------------


@noise("rows", shapes=("zh_list", "en_cards", "en_sitemap", "ja_feed"))
def scheme_host_variants(visit: Visit, rows: list[Row]) -> list[Row]:
    def spell(row: Row) -> Row:
        way = (visit.number + row.post.number) % 4
        if row.url.endswith("/"):
            return replace(row, url=(row.url, row.url[:-1], row.url + "index.html", row.url + "#top")[way])
        return replace(row, url=(row.url, row.url + "#a", row.url.replace("http://", "HTTP://"), row.url + "?")[way])

    return [spell(row) for row in rows]


@noise("rows", shapes=("zh_list", "zh_feed", "en_cards", "zh_json"))
def session_in_url(visit: Visit, rows: list[Row]) -> list[Row]:
    extra = (
        f"?utm_source=list&utm_medium={visit.number}",
        f"?from=timeline&isappinstalled=0&spm={visit.number}",
        f";jsessionid={token(visit).upper()}",
        f"?PHPSESSID={token(visit)}",
    )[visit.number % 4]
    return [row if extra[0] == ";" and row.url.endswith("/") else replace(row, url=row.url + extra) for row in rows]


@noise("rows", shapes=("wechat",))
def wechat_signed_url(visit: Visit, rows: list[Row]) -> list[Row]:
    tail = f"?timestamp={visit.number}&signature={token(visit)}&scene=21#wechat_redirect"
    return [replace(row, url=row.url + tail) for row in rows]


@noise("rows", shapes=("zh_feed", "ja_feed", "en_atom", "wechat"))
def guid_rewrite_all(visit: Visit, rows: list[Row]) -> list[Row]:
    return [
        replace(row, id=("https" if visit.number > 3 else "http") + f"://old.example/{row.post.slug}") for row in rows
    ]


@noise("rows", shapes=("zh_feed", "ja_feed"))
def guid_missing(visit: Visit, rows: list[Row]) -> list[Row]:
    return [replace(row, id="") for row in rows]


@noise("rows", shapes=("zh_feed", "ja_feed", "en_atom"), mixes=False)
def guid_duplicate(visit: Visit, rows: list[Row]) -> list[Row]:
    return [replace(row, id="news") for row in rows]


@noise("rows", shapes=("zh_feed", "ja_feed", "en_atom"), mixes=False)
def guid_random_each_build(visit: Visit, rows: list[Row]) -> list[Row]:
    return [replace(row, id=f"{token(visit)}{n}") for n, row in enumerate(rows)]


@noise("rows", shapes=("zh_feed", "ja_feed", "en_atom"), mixes=False)
def guid_counts_positions(visit: Visit, rows: list[Row]) -> list[Row]:
    return [replace(row, id=f"item-{n}") for n, row in enumerate(rows)]


@noise("rows", shapes=("zh_list", "en_cards", "ja_feed"))
def title_with_counter(visit: Visit, rows: list[Row]) -> list[Row]:
    return [replace(row, title=f"{row.title} [{visit.number + n}]") for n, row in enumerate(rows)]


@noise("rows", shapes=("zh_list", "zh_json", "en_cards"))
def pinned_item(visit: Visit, rows: list[Row]) -> list[Row]:
    return [rows[-1], *rows[:-1]] if rows and visit.number % 2 else rows


@noise("rows", shapes=("en_atom", "blogger", "en_sitemap"))
def order_by_edit(visit: Visit, rows: list[Row]) -> list[Row]:
    return sorted(rows, key=lambda row: row.updated, reverse=True)


@noise("rows", shapes=("zh_feed", "ja_list", "en_atom"), mixes=False)
def rolled_off_window(visit: Visit, rows: list[Row]) -> list[Row]:
    return rows[: max(2, len(rows) - visit.number // 8)] if len(rows) > 2 else rows


# -- D6: transport -------------------------------------------------------------------------------------------------


def only_pages(chance: int, change: Callable[[Visit, Any], Any]) -> Act:
    """Something that happens to one page answer in ``chance``."""

    def act(visit: Visit, answer: Any) -> Any:
        struck = visit.post is not None and visit.turn % chance == 0 and answer.status == 200
        return change(visit, answer) if struck else answer

    return act


@noise("answer", mixes=False)
def item_reappears_after_500(visit: Visit, answer: Any) -> Any:
    return only_pages(3, lambda _, a: replace(a, status=500, body=b"<h1>Error</h1>", etag=""))(visit, answer)


@noise("answer", mixes=False)
def truncated_body(visit: Visit, answer: Any) -> Any:
    return only_pages(4, lambda _, a: replace(a, cut=len(a.body) // 2, etag=""))(visit, answer)


@noise("answer", mixes=False)
def half_page(visit: Visit, answer: Any) -> Any:
    """The page ends in the middle of its text, and the length agrees: a template that broke off."""
    return only_pages(5, lambda _, a: replace(a, body=a.body[: len(a.body) * 2 // 3], etag=""))(visit, answer)


@noise("answer", mixes=False)
def gzip_garbage(visit: Visit, answer: Any) -> Any:
    packed = (("Content-Encoding", "gzip"),)
    return only_pages(4, lambda _, a: replace(a, body=a.body[:200], headers=packed, etag=""))(visit, answer)


@noise("answer", mixes=False)
def waf_403_short(visit: Visit, answer: Any) -> Any:
    return only_pages(3, lambda _, a: replace(a, status=403, body=b"<h1>403 Forbidden</h1>", etag=""))(visit, answer)


@noise("answer", mixes=False)
def empty_body_200(visit: Visit, answer: Any) -> Any:
    return only_pages(4, lambda _, a: replace(a, body=b"", etag=""))(visit, answer)


@noise("answer", mixes=False)
def nightly_404_window(visit: Visit, answer: Any) -> Any:
    """Between three and four every page is gone; the list stands."""
    if visit.post is None or not 3 <= visit.now.hour < 4:
        return answer
    return replace(answer, status=404, body=b"<html><head><title>404</title></head><h1>Not Found</h1></html>", etag="")


@noise("answer", mixes=False)
def redirect_signpost(visit: Visit, answer: Any) -> Any:
    """At times a balancer without the page sends its readers to one that explains the site."""
    led = Answer(status=302, headers=(("Location", SIGNPOST),))
    return only_pages(4, lambda _, a: led)(visit, answer)


@noise("answer", mixes=False)
def feed_404_then_moved(visit: Visit, answer: Any) -> Any:
    """The list is gone for one check, and then leads to its new address for good."""
    path = visit.site.shape.listing_path
    if visit.asked.path.partition("?")[0] != path or visit.site.lists == 1:
        return answer
    if visit.site.lists == 2:
        return page("<html><title>404</title><h1>Not Found</h1></html>", status=404)
    return Answer(status=301, headers=(("Location", MOVED + path),))


@noise("answer", mixes=False)
def etag_lies(visit: Visit, answer: Any) -> Any:
    """Its entity tags name pages and not their states: whoever repeats one is told that nothing has changed."""
    return replace(answer, etag=f'"{visit.asked.path}"') if answer.etag else answer


@noise("visit", mixes=False)
def edit_during_fetch(visit: Visit, _: None) -> None:
    """Who reads the page while it is being saved gets one half of the new text and the other of the old."""
    post = visit.post
    if post is not None and post.former is not None and post.saved is not post.draft:
        visit.torn, post.saved = True, post.draft


@noise("visit", mixes=False)
def stale_cdn_node(visit: Visit, _: None) -> None:
    """Two nodes take turns; for some hours one of them still has the text before the last edit."""
    visit.stale = visit.post is not None and visit.post.visits % 2 == 0


@noise("visit", mixes=False)
def sticky_stale_node(visit: Visit, _: None) -> None:
    """A balancer that answers by chance, of which one node in three has the former text."""
    visit.stale = visit.rng.random() < 1 / 3


@noise("answer", shapes=("zh_list", "en_atom"), mixes=False)
def ua_geo_variant(visit: Visit, answer: Any) -> Any:
    """At times the mobile edition answers: the same text in another, poorer page."""
    if visit.post is None or visit.turn % 4 or answer.status != 200:
        return answer
    text = "".join(f"<p>{text}</p>" for text in visit.post.draft.texts)
    mobile = (
        f"<html><head><title>{visit.post.title}</title></head><body><h1>{visit.post.title}</h1>{text}</body></html>"
    )
    return replace(answer, body=mobile.encode(), etag="")
