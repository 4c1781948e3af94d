"""Which request the kinds of known official sites make, and how they go on from one answer to the next."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qsl, urlsplit

import pytest

from crawler.differ.fingerprint import entry_fingerprint
from crawler.errors import ConfigError, ParseError
from crawler.model import Entry, Fetched, FetchPolicy, Listing, Purpose, Request, Source
from crawler.parser.kinds import federal_register, find_kind, gkmlpt, govuk, json_list, page, page_limit, sitemap

NOW = datetime(2026, 6, 20, 1, tzinfo=UTC)


def make_source(kind: str, address: str, /, **options: object) -> Source:
    chosen = find_kind(kind).Options(**options)
    return Source(id="s", kind=kind, url=address, timezone="Asia/Shanghai", options=chosen)


def asked(kind: str, address: str, /, **options: object) -> str:
    return find_kind(kind).request_listing(make_source(kind, address, **options), None).url


def receive(body: str | bytes, url: str) -> Fetched:
    raw = body if isinstance(body, bytes) else body.encode()
    request = Request(url=url, purpose=Purpose.LISTING)
    return Fetched(request=request, url=url, status=200, headers=(), body=raw, sha256="", fetched_at=NOW)


def read(kind: str, body: str | bytes, address: str, /, **options: object) -> Listing:
    return find_kind(kind).parse_listing(make_source(kind, address, **options), receive(body, address))


def next_of(listing: Listing) -> str:
    return listing.next.url if listing.next else ""


# -- gkmlpt --

TREE = "http://www.qinghu.example.gov.cn/gkmlpt"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (f"{TREE}/index", f"{TREE}/index"),
        (f"{TREE}/index#6826", f"{TREE}/index"),
        (f"{TREE}/content/9/9900/post_9900311.html", f"{TREE}/index"),
        ("http://www.qinghu.example.gov.cn/", f"{TREE}/index"),
        ("http://www.qinghu.example.gov.cn/qhrsj/", "http://www.qinghu.example.gov.cn/qhrsj/gkmlpt/index"),
        (f"{TREE}/api/all/3310?page=0&sid=990017", f"{TREE}/api/all/3310?page=1&sid=990017"),
        (f"{TREE}/api/all/3310?sid=990017", f"{TREE}/api/all/3310?sid=990017&page=1"),
        (f"{TREE}/api/all/3310", f"{TREE}/index"),
    ],
)
def test_any_address_of_a_tree_leads_to_its_index_or_straight_to_a_list(url: str, address: str):
    assert asked("gkmlpt", url) == address


@pytest.mark.parametrize(
    ("url", "column", "address"),
    [
        (f"{TREE}/index", "", f"{TREE}/api/all/0?page=1&sid=990017"),
        (f"{TREE}/index#6826", "", f"{TREE}/api/all/6826?page=1&sid=990017"),
        (f"{TREE}/index#6826", "3310", f"{TREE}/api/all/3310?page=1&sid=990017"),
        (f"{TREE}/index", "政策文件", f"{TREE}/index"),
    ],
)
def test_a_known_site_number_saves_the_index_unless_a_column_goes_by_name(url: str, column: str, address: str):
    assert asked("gkmlpt", url, sid="990017", column=column) == address


def test_a_column_by_name_that_the_tree_lacks_is_answered_with_those_it_has():
    index = """<script>window._CONFIG={SID:'9',TREE:[{"id":1,"name":"机构职能","children":[]}]}</script>"""
    with pytest.raises(ParseError, match="has no column '政策'; it has: 1 机构职能"):
        read("gkmlpt", index, f"{TREE}/index", column="政策")


def test_a_tree_within_a_tree_is_searched_to_its_leaves():
    tree = '{"id":1,"name":"a","children":[{"id":2,"name":"b","children":[{"id":3,"name":"c &amp; d"}]}]}'
    listing = read("gkmlpt", f"<script>SID: '9', TREE: [{tree}]</script>", f"{TREE}/index", column="c & d")
    assert "/all/3?" in next_of(listing)


def test_an_index_that_was_redirected_to_https_is_gone_on_with_there():
    source = make_source("gkmlpt", f"{TREE}/index#6826")
    fetched = replace(
        receive("<script>SID: '9'</script>", f"{TREE}/index"), url=f"{TREE}/index".replace("http", "https")
    )
    assert next_of(gkmlpt.parse_listing(source, fetched)).startswith(
        "https://www.qinghu.example.gov.cn/gkmlpt/api/all/6826?"
    )


def test_an_empty_page_of_documents_is_the_end_of_the_list():
    listing = read("gkmlpt", '{"articles": []}', f"{TREE}/api/all/0?page=3&sid=9")
    assert (listing.entries, listing.next) == ((), None)


@pytest.mark.parametrize("body", ['{"message": "denied"}', "[]", '{"articles": {}}', "{"])
def test_json_that_is_no_list_of_documents_is_a_parse_error(body: str):
    with pytest.raises(ParseError, match=r"qinghu\.example"):
        read("gkmlpt", body, f"{TREE}/api/all/0?page=1&sid=9")


def test_the_flags_of_a_document_are_its_status_however_they_are_set():
    def status(flags: str) -> str:
        row = f'{{"articles":[{{"id":1,"title":"t","url":"/a",{flags}}}]}}'
        return read("gkmlpt", row, f"{TREE}/api/all/0?page=1&sid=9").entries[0].status

    assert {status(f'"is_expired":0,"is_abolished":{flag}') for flag in ("0", "null", "false", '""')} == {""}
    assert {status(f'"is_abolished":{flag}') for flag in ("1", "true", '"1"')} == {"废止"}
    assert status('"is_expired":1') == "失效"


def test_a_status_that_appears_brings_the_page_up_again_and_none_leaves_all_as_it_was():
    entry = Entry(url="https://e.example/a", title="t")
    assert entry_fingerprint(replace(entry, status="废止")) != entry_fingerprint(entry)
    assert entry_fingerprint(entry) == "1:a8c78faa948d931d3adcf46fb54a2008", (
        "what is remembered of undeclared ones still holds"
    )


def test_a_site_number_that_is_none_is_the_operators_error():
    with pytest.raises(ConfigError, match=r"options\.sid: 'zq' is no number"):
        gkmlpt.Options(sid="zq")


# -- sitemaps --

SITE = "https://www.example.org"


def urlset(*urls: str) -> str:
    return f"<urlset>{''.join(f'<url><loc>{url}</loc></url>' for url in urls)}</urlset>"


def test_the_sitemaps_of_an_index_are_read_one_after_the_other():
    index = (
        "<sitemapindex>" + "".join(f"<sitemap><loc>{SITE}/{n}.xml</loc></sitemap>" for n in "abc") + "</sitemapindex>"
    )
    listing, seen = read("sitemap", index, f"{SITE}/sitemap.xml"), []
    while listing.next:
        seen.append(urlsplit(listing.next.url).path)
        listing = read("sitemap", urlset(f"{SITE}/page"), listing.next.url)
    assert seen == ["/a.xml", "/b.xml", "/c.xml"]


def test_what_is_still_to_be_read_never_makes_an_address_too_long():
    index = "".join(f"<sitemap><loc>{SITE}/{'x' * 400}{n}.xml</loc></sitemap>" for n in range(300))
    listing = read("sitemap", f"<sitemapindex>{index}</sitemapindex>", f"{SITE}/sitemap.xml")
    assert 1_000 < len(next_of(listing)) < 8_000


def test_a_bomb_is_not_unpacked():
    source = replace(make_source("sitemap", f"{SITE}/s.xml.gz"), fetch=FetchPolicy(max_bytes=100_000))
    bomb = gzip.compress(b"<urlset>" + b" " * 5_000_000)
    with pytest.raises(ParseError, match="more than 100000 bytes"):
        sitemap.parse_listing(source, receive(bomb, f"{SITE}/s.xml.gz"))


def test_a_broken_archive_is_a_parse_error():
    with pytest.raises(ParseError, match="cannot be unpacked"):
        read("sitemap", b"\x1f\x8bnothing of the kind", f"{SITE}/s.xml.gz")


def test_of_too_many_pages_without_dates_the_first_are_watched():
    listing = read("sitemap", urlset(*(f"{SITE}/{n}" for n in range(9))), f"{SITE}/sitemap.xml", limit=3)
    assert [entry.url for entry in listing.entries] == [f"{SITE}/{n}" for n in range(3)]


def test_lastmod_is_no_announcement_of_an_update():
    body = f"<urlset><url><loc>{SITE}/a</loc><lastmod>2026-06-19</lastmod></url></urlset>"
    entry = read("sitemap", body, f"{SITE}/sitemap.xml").entries[0]
    assert (entry.updated, entry.published) == (None, None)


@pytest.mark.parametrize(("options", "key"), [({"limit": 0}, "limit"), ({"max_pages": 51}, "max_pages")])
def test_limits_beyond_reason_are_the_operators_error(options: dict[str, int], key: str):
    with pytest.raises(ConfigError, match=rf"options\.{key}"):
        sitemap.Options(**options)


def test_an_index_is_followed_without_being_told_to():
    assert page_limit(make_source("sitemap", SITE)) == 5


# -- JSON lists --

API = "https://api.example.org/list"


def test_the_next_page_is_named_by_the_answer_or_counted():
    body = '{"rows":[{"title":"a","url":"/a"}],"links":{"next":"/list?after=9"}}'
    assert next_of(read("json_list", body, API, next="links.next")) == f"{API}?after=9"
    assert next_of(read("json_list", body, API, page="pn")) == f"{API}?pn=2"
    assert next_of(read("json_list", body, f"{API}?pn=0&q=x", page="pn")) == f"{API}?pn=1&q=x"
    assert next_of(read("json_list", body, API)) == ""


def test_an_answer_that_names_itself_as_next_ends_the_list():
    assert next_of(read("json_list", f'{{"n":"{API}","r":[{{"title":"a","url":"/a"}}]}}', API, next="n")) == ""


def test_a_page_without_rows_ends_the_list():
    listing = read("json_list", '{"rows":[]}', f"{API}?p=7", items="rows", page="p")
    assert (listing.entries, listing.next) == ((), None)


def test_a_pattern_for_the_address_needs_all_its_values():
    body = '{"rows":[{"id":7,"kind":"n","title":"a"},{"id":8,"title":"b"}]}'
    listing = read("json_list", body, API, items="rows", title="title", url="/{kind}/{id}.html")
    assert [entry.url for entry in listing.entries] == ["https://api.example.org/n/7.html", ""]


def test_given_paths_are_completed_by_what_is_evident():
    body = '{"rows":[{"caption":"a","title":"-","link":"/a","pubDate":"2026-06-01"}]}'
    entry = read("json_list", body, API, title="caption").entries[0]
    assert (entry.title, entry.url, entry.published is not None) == ("a", "https://api.example.org/a", True)


def test_of_two_ways_the_one_that_leads_somewhere_is_taken():
    body = '[{"a":"","b":"x","u":"/1"},{"a":"y","u":"/2"}]'
    listing = read("json_list", body, API, title="a|b", url="u")
    assert [entry.title for entry in listing.entries] == ["x", "y"]


def test_a_path_with_an_empty_step_is_the_operators_error():
    with pytest.raises(ConfigError, match=r"options\.items: 'data\.\.list' is no path"):
        json_list.Options(items="data..list")


# -- Federal Register --

REGISTER = "https://register.example.org"


@pytest.mark.parametrize(
    ("url", "conditions"),
    [
        (f"{REGISTER}/", []),
        (f"{REGISTER}/documents/search?conditions%5Bterm%5D=ferry", [("conditions[term]", "ferry")]),
        (f"{REGISTER}/agencies/harbor-bureau", [("conditions[agencies][]", "harbor-bureau")]),
    ],
)
def test_any_page_of_the_register_leads_to_the_interface(url: str, conditions: list[tuple[str, str]]):
    parts = urlsplit(asked("federal_register", url))
    query = parse_qsl(parts.query)
    assert parts.path == "/api/v1/documents.json"
    assert query[: len(conditions)] == conditions
    assert {("order", "newest"), ("per_page", "100"), ("fields[]", "correction_of")} <= set(query)


def test_what_the_operator_asks_of_the_interface_stays():
    url = f"{REGISTER}/api/v1/documents.json?per_page=20&order=oldest&fields[]=title"
    assert asked("federal_register", url) == url


def test_a_later_correction_changes_what_the_listing_says_of_a_document():
    row = '{{"results":[{{"document_number":"1","title":"t","html_url":"/d/1","corrections":{}}}]}}'
    before, after = (
        federal_register.parse_listing(make_source("federal_register", REGISTER), receive(row.format(value), REGISTER))
        for value in ("[]", '["https://register.example.org/api/v1/documents/C1-1"]')
    )
    assert (before.entries[0].summary, after.entries[0].summary) == ("", "Corrected by C1-1.")


# -- GOV.UK --

GOVUK = "https://www.example.gov.uk"
NEWEST = "order=-public_timestamp&count=50"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("/guidance/mooring-fees", "/api/content/guidance/mooring-fees"),
        ("/guidance/mooring-fees/?step=1#fees", "/api/content/guidance/mooring-fees"),
        ("/api/content/guidance/mooring-fees", "/api/content/guidance/mooring-fees"),
        ("/api/search.json?q=ferry&count=5", "/api/search.json?q=ferry&count=5"),
        ("/government/organisations/harbour-office", f"/api/search.json?filter_organisations=harbour-office&{NEWEST}"),
        (
            "/government/organisations/harbour-office.atom",
            f"/api/search.json?filter_organisations=harbour-office&{NEWEST}",
        ),
        (
            "/api/content/government/organisations/harbour-office",
            f"/api/search.json?filter_organisations=harbour-office&{NEWEST}",
        ),
        ("/", f"/api/search.json?{NEWEST}"),
    ],
)
def test_any_address_of_govuk_leads_to_one_of_its_interfaces(url: str, address: str):
    assert asked("govuk", GOVUK + url) == GOVUK + address


def test_the_last_page_of_results_has_none_behind_it():
    body = '{"results":[{"title":"a","link":"/a"}],"total":31,"start":30}'
    assert next_of(read("govuk", body, f"{GOVUK}/api/search.json?start=30")) == ""


def test_only_declared_updates_count_as_such():
    body = '{"base_path":"/a","title":"A","updated_at":"2026-06-19T10:00:00Z","details":{}}'
    assert govuk.parse_listing(make_source("govuk", GOVUK), receive(body, GOVUK)).entries[0].updated is None


def govuk_document(**values: object) -> Entry:
    item = {
        "base_path": "/a",
        "title": "A",
        "updated_at": "2026-06-19T10:00:00Z",
        "details": {
            "body": "<p>Ten pounds.</p>",
            "change_history": [{"public_timestamp": "2026-06-01T10:00:00Z", "note": "First published."}],
        },
    }
    return read("govuk", json.dumps({**item, **values}), f"{GOVUK}/api/content/a").entries[0]


def test_a_minor_edit_is_in_the_text_and_moves_no_mark():
    minor = {"body": "<p>Twelve pounds.</p>", "change_history": [{"public_timestamp": "2026-06-01T10:00:00Z"}]}
    before, after = govuk_document(), govuk_document(details=minor)
    assert before.body != after.body
    assert before.updated == after.updated


def test_a_document_that_is_only_published_again_says_what_it_said():
    assert govuk_document() == govuk_document(updated_at="2026-06-20T23:59:59Z")


def test_of_the_history_the_latest_note_counts_in_whatever_order_it_stands():
    history = [
        {"public_timestamp": "2026-06-18T10:00:00+01:00", "note": "Fee raised."},
        {"public_timestamp": "2026-06-01T10:00:00Z", "note": "First published."},
    ]
    entries = [govuk_document(details={"change_history": each}) for each in (history, history[::-1])]
    assert entries[0] == entries[1]
    assert (entries[0].summary, entries[0].updated.instant) == ("Fee raised.", datetime(2026, 6, 18, 9, tzinfo=UTC))


def test_results_that_are_all_there_are_count_as_such_and_a_window_on_them_does_not():
    def is_whole(total: int, start: int = 0) -> bool:
        body = f'{{"results":[{{"title":"a","link":"/a"}}],"total":{total},"start":{start}}}'
        return read("govuk", body, f"{GOVUK}/api/search.json?start={start}").exhaustive

    assert (is_whole(1), is_whole(2), is_whole(1, start=50)) == (True, False, False)


def test_a_finder_is_answered_with_what_can_be_watched_instead():
    with pytest.raises(ParseError, match=r"with \.atom\) as kind feed"):
        read("govuk", '{"base_path":"/search/all","document_type":"finder"}', f"{GOVUK}/api/content/search/all")


# -- a page --


def test_noise_around_the_article_changes_nothing_the_listing_says_of_it():
    def entry(views: int, fee: int):
        text = f"<p>The mooring fee for vessels under ten metres is {fee} pounds a night from the first of May.</p>"
        more = "<p>Vessels of ten metres and more pay twice as much; the harbour master decides in doubt.</p>"
        article = f"<article><h1>Fees</h1>{text}{more}</article>"
        body = f"<title>Fees</title><body><div class='views'>Views: {views}</div>{article}</body>"
        return page.parse_listing(make_source("page", f"{SITE}/fees"), receive(body, f"{SITE}/fees")).entries[0]

    assert entry(1, 10) == entry(2, 10)
    assert entry(1, 10) != entry(1, 12)


def test_a_challenge_in_place_of_the_page_is_a_parse_error():
    with pytest.raises(ParseError, match="cannot be read as an article"):
        read("page", "<html><head><title>Just a moment...</title></head><body></body></html>", f"{SITE}/fees")
