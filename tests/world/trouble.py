"""What happens to whole sites: outages, walls, redesigns, purges. Each must be one incident, and never single alerts.

``reasons`` are the words by which the incident may be told. A trouble lasts three checks unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from tests.world.noise import Act, Noise, by_language
from tests.world.serve import page
from tests.world.site import Row, Visit

ALL = (
    "zh_feed",
    "zh_list",
    "zh_table",
    "zh_json",
    "ja_list",
    "ja_feed",
    "en_atom",
    "en_cards",
    "en_sitemap",
    "blogger",
    "wechat",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """One sort of trouble. ``reasons`` empty: it is over before anybody needs to know."""

    name: str
    noise: Noise
    reasons: frozenset[str]
    shapes: tuple[str, ...]
    checks: int = 3


TROUBLES: dict[str, Trouble] = {}


def trouble(
    on: str, reasons: str, *, shapes: tuple[str, ...] = ALL, places: str = "", checks: int = 3
) -> Callable[[Act], Act]:
    """Enters a function into the register of troubles under its own name."""

    def enter(act: Act) -> Act:
        name = act.__name__.strip("_")
        noise = Noise(name=name, on=on, act=act, places=tuple(places.split()), shapes=shapes, mixes=False)
        TROUBLES[name] = Trouble(
            name=name, noise=noise, reasons=frozenset(reasons.split()), shapes=shapes, checks=checks
        )
        return act

    return enter


def is_list(visit: Visit) -> bool:
    """Whether the request is for the site's list."""
    return visit.asked.path.partition("?")[0] == visit.site.shape.listing_path


# -- the site does not answer ----------------------------------------------------------------------------------------


@trouble("answer", "unreachable")
def five_hundred_burst(visit: Visit, answer: Any) -> Any:
    return page("<h1>503 Service Unavailable</h1>", status=503)


@trouble("answer", "unreachable")
def timeout_burst(visit: Visit, answer: Any) -> Any:
    return replace(answer, hang_up=True)


@trouble("answer", "unreachable")
def list_404(visit: Visit, answer: Any) -> Any:
    return page("<html><title>404</title><h1>Not Found</h1></html>", status=404) if is_list(visit) else answer


@trouble("answer", "unreachable", shapes=("zh_list", "en_cards", "ja_list", "zh_feed", "en_atom", "en_sitemap"))
def truncated_list(visit: Visit, answer: Any) -> Any:
    return replace(answer, cut=len(answer.body) // 2, etag="") if is_list(visit) else answer


@trouble("answer", "", checks=1)
def one_bad_check(visit: Visit, answer: Any) -> Any:
    """A single check that fails is nothing to tell."""
    return page("<h1>502 Bad Gateway</h1>", status=502)


# -- walls -----------------------------------------------------------------------------------------------------------


@trouble("answer", "challenge")
def waf_412(visit: Visit, answer: Any) -> Any:
    return page(f"<html><head><script>$_ts=window['$_ts'];$_ts.x={visit.number}</script></head></html>", status=412)


@trouble("answer", "challenge")
def waf_200(visit: Visit, answer: Any) -> Any:
    script = f"var arg1='{visit.rng.getrandbits(80):020X}';"
    return page(f"<html><head><script>{script}document.cookie='acw_sc__v2='+arg1;</script></head><body></body></html>")


@trouble("answer", "challenge")
def jsl_521(visit: Visit, answer: Any) -> Any:
    cookie = (("Set-Cookie", f"__jsluid_h={visit.rng.getrandbits(64):x}; path=/"),)
    return page("<script>document.cookie=('_')+('_')+'jsl'</script>", status=521, headers=cookie)


@trouble("answer", "challenge")
def cf_challenge(visit: Visit, answer: Any) -> Any:
    body = "<html><head><title>Just a moment...</title></head><body>Enable JavaScript and cookies to continue</body>"
    return page(body, status=403, headers=(("cf-mitigated", "challenge"),))


@trouble("answer", "blocked")
def refused_403(visit: Visit, answer: Any) -> Any:
    return page("<html><head><title>403 Forbidden</title></head><h1>403 Forbidden</h1></html>", status=403)


@trouble("answer", "blocked")
def retry_after_429(visit: Visit, answer: Any) -> Any:
    return page("slow down", status=429, headers=(("Retry-After", "900"),))


@trouble("answer", "challenge")
def waiting_room(visit: Visit, answer: Any) -> Any:
    words = by_language(visit, "当前访问人数较多，正在排队", "ただいまアクセスが集中しています", "You are now in line")
    return page(f"<html><head><title>{words}</title></head><body><p>{words} {visit.number}</p></body></html>")


@trouble("answer", "soft_failure")
def maintenance_200(visit: Visit, answer: Any) -> Any:
    words = by_language(
        visit, "网站正在维护，请稍后访问", "ただいまメンテナンス中です", "This site is under maintenance"
    )
    return page(f"<html><head><title>{words}</title></head><body><h1>{words}</h1></body></html>")


@trouble("answer", "blocked soft_failure")
def login_wall(visit: Visit, answer: Any) -> Any:
    words = by_language(visit, "请先登录", "ログインしてください", "Please log in")
    form = f"<form><h1>{words}</h1><input name='user'><input type='password'></form>"
    return page(f"<html><head><title>{words}</title></head><body>{form}</body></html>")


@trouble("answer", "challenge blocked soft_failure unreachable")
def walled_pages(visit: Visit, answer: Any) -> Any:
    """The list answers, but every page behind it is a challenge."""
    if is_list(visit):
        return answer
    return page(f"<html><head><script>$_ts=window['$_ts'];x={visit.number}</script></head></html>", status=412)


@trouble("answer", "blocked challenge soft_failure", shapes=("wechat",))
def wechat_always_deleted(visit: Visit, answer: Any) -> Any:
    """WeChat tells a client it has had enough of that every article was deleted."""
    if is_list(visit):
        return answer
    return page("<html><head><title></title></head><body><div><p>该内容已被发布者删除</p></div></body></html>")


# -- the list is not what it was ---------------------------------------------------------------------------------


@trouble("answer", "soft_failure unreachable redesign empty_listing")
def empty_body(visit: Visit, answer: Any) -> Any:
    return replace(answer, body=b"", etag="") if is_list(visit) else answer


#: A blog is asked for its news alone: that there are none is no trouble.
_LISTED_WHOLE = tuple(shape for shape in ALL if shape != "blogger")


@trouble("rows", "empty_listing redesign parser_drift soft_failure", shapes=_LISTED_WHOLE)
def empty_list(visit: Visit, rows: list[Row]) -> list[Row]:
    return []


@trouble("rows", "parser_drift empty_listing", shapes=("zh_list", "zh_feed", "ja_list", "en_cards", "zh_json"))
def partial_list(visit: Visit, rows: list[Row]) -> list[Row]:
    return rows[: max(1, len(rows) // 7)]


@trouble(
    "listing", "redesign empty_listing parser_drift soft_failure", shapes=("zh_list", "zh_table", "ja_list", "en_cards")
)
def list_became_an_app(visit: Visit, text: str) -> str:
    script = "<script src='/app.js'></script>"
    return f"<!doctype html><html><head><title>App</title></head><body><div id='app'></div>{script}</body></html>"


@trouble(
    "listing", "redesign parser_drift soft_failure", shapes=("zh_feed", "en_atom", "blogger", "wechat", "en_sitemap")
)
def feed_became_html(visit: Visit, text: str) -> str:
    return (
        "<!doctype html><html><body><h1>Our new site</h1>"
        + "<p>Welcome to our new site, which is better.</p>" * 30
        + "</body></html>"
    )


# -- the pages are not what they were ----------------------------------------------------------------------------


@trouble("markup", "parser_drift redesign", shapes=("zh_list", "zh_feed", "ja_list", "en_atom", "en_cards"))
def text_by_script(visit: Visit, markup: str) -> str:
    """The new template loads the text by script: the page has a title and nothing else."""
    if visit.post is None:
        return markup
    shell = "<div id='content' data-src='/api/text'></div>"
    return (
        f"<html><head><title>{visit.post.title}</title></head><body><nav><a href='/'>Home</a></nav>"
        f"<h1>{visit.post.title}</h1>{shell}<footer>Office of records, open on weekdays from nine to five.</footer>"
        "</body></html>"
    )


_TEMPLATED = ("zh_list", "zh_feed", "en_atom", "en_cards", "ja_list")


_TWO_DESIGNS = ("zh_feed", "zh_list", "zh_table", "zh_json", "ja_list", "ja_feed", "en_atom", "en_cards", "en_sitemap")


@trouble("visit", "redesign", shapes=_TWO_DESIGNS, checks=10_000)
def redesign(visit: Visit, _: None) -> None:
    """All templates change at once, and not a word of the texts."""
    visit.site.design = 2


@trouble("furniture", "redesign", shapes=_TEMPLATED, places="inside", checks=10_000)
def furniture_in_the_text(visit: Visit, place: str) -> str:
    """The new template puts the same lines of its own among the text of every page."""
    line = by_language(
        visit,
        "本网站已启用新版页面，欢迎提出宝贵意见和建议。",
        "当サイトは新しいページに変わりました。ご意見をお寄せください。",
        "This page belongs to our new website; tell us what you think of it.",
    )
    return f"<p>{line}</p>"
