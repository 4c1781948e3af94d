"""The dashboard as browsers, mail programs, feed readers and strangers meet it, over real connections."""

from __future__ import annotations

import hashlib
import json
import socket
import time
from contextlib import suppress
from dataclasses import replace
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from crawler.dashboard.listener import BoundedConnection
from crawler.errors import ConfigError, StoreError
from crawler.model import ChangeKind
from crawler.notifier.unsubscribe import address_of
from crawler.ports import Measures
from crawler.record import change_record
from crawler.settings import load_settings
from tests.crawling import Watch
from tests.dashboarding import Served
from tests.newsroom import source_block, write_config

PUBLIC = "https://gazette.example.org"
MAIL = """
[[channel]]
name = "desk"
kind = "console"

[[subscription]]
name = "edits"
channel = "desk"
language = "zh"
"""
WELL = (True, {"well": True, "text": "last tick 2 s ago, pid 4711", "pid": 4711, "sources": 1, "overdue": 0})
HOSTILE = "Fees <script>alert(1)</script> \"quoted\" & 'so'"


@pytest.fixture
def watch(site, room, tmp_path):
    """One article published after the baseline and then edited; another taken away."""
    room.publish("hostile", title=HOSTILE)
    web = f'[web]\nport = 0\npublic_url = "{PUBLIC}"\n'
    config = write_config(tmp_path, site, source_block("harbour", room.feed, title='"Harbour Office"'), MAIL, web)
    watch = Watch(config)
    watch.crawl()
    room.publish("lock")
    watch.crawl()
    room.edit("hostile", "120 euros", "240 euros")
    watch.crawl()
    return watch


def serve(watch, health=WELL, **web):
    settings = load_settings(watch.config, {})
    return Served(replace(settings, web=replace(settings.web, **web)), health)


@pytest.fixture
def client(watch):
    with serve(watch).running() as client:
        yield client


def find(watch, kind):
    return next(change for change in watch.changes() if change.kind is kind and not change.baseline)


def path_of(url):
    return urlsplit(url).path


# -- what mails and feeds link to


def test_the_links_of_a_record_lead_to_its_diff_and_its_evidence(watch, client):
    change = find(watch, ChangeKind.EDITED)
    links = change_record(change, public_url=PUBLIC)["links"]

    diff, evidence = (client.get(path_of(links[name])) for name in ("diff", "evidence"))

    assert (diff.status_code, evidence.status_code) == (200, 200)
    assert "<del" in diff.text
    assert "120" in diff.text
    assert "240" in diff.text
    assert change.evidence.before.sha256 in evidence.text
    assert change.evidence.after.sha256 in evidence.text
    assert f"/articles/{change.article.id}" in diff.text


def test_hostile_titles_are_read_and_do_nothing(watch, client):
    change = find(watch, ChangeKind.EDITED)
    assert "<script>" in change.article.title
    for path in ("/", f"/changes/{change.id}", f"/changes/{change.id}/evidence", f"/articles/{change.article.id}"):
        page = client.get(path).text
        assert "<script" not in page, path
        assert "&lt;script&gt;" in page, path


def test_the_bytes_of_the_evidence_are_those_that_were_hashed_and_no_browser_shows_them(watch, client):
    change = find(watch, ChangeKind.EDITED)
    sha256 = change.evidence.after.sha256

    got = client.get(f"/changes/{change.id}/evidence/{sha256}")

    assert hashlib.sha256(got.content).hexdigest() == sha256
    assert b"240 euros" in got.content
    assert got.headers["content-type"] == "application/octet-stream"
    assert got.headers["content-disposition"] == f'attachment; filename="{sha256}.bin"'
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in got.headers["content-security-policy"]


def test_only_the_evidence_of_a_change_can_be_had_under_its_address(watch, client):
    edited, new = find(watch, ChangeKind.EDITED), find(watch, ChangeKind.NEW)
    foreign = new.evidence.after.sha256
    assert client.get(f"/changes/{new.id}/evidence/{foreign}").status_code == 200
    assert client.get(f"/changes/{edited.id}/evidence/{foreign}").status_code == 404
    assert client.get(f"/changes/{edited.id}/evidence/..%2f..%2fgazette.db").status_code == 404


def test_bytes_that_are_no_longer_kept_are_gone_and_their_hash_is_not(watch, client):
    change = find(watch, ChangeKind.EDITED)
    sha256 = change.evidence.after.sha256
    for file in (watch.folder / "data" / "snapshots").rglob(f"{sha256}*"):
        file.unlink()
    assert client.get(f"/changes/{change.id}/evidence/{sha256}").status_code == 410
    assert sha256 in client.get(f"/changes/{change.id}/evidence").text


def test_an_article_is_shown_as_each_of_its_revisions_had_it(watch, client):
    article = find(watch, ChangeKind.EDITED).article.id
    now, before = client.get(f"/articles/{article}"), client.get(f"/articles/{article}?revision=1")
    assert "at the hostile site is 120 euros" in before.text
    assert "at the hostile site is 240 euros" in now.text
    assert client.get(f"/articles/{article}?revision=9").status_code == 404


def test_the_first_sign_of_a_removal_can_be_looked_at(watch, room):
    room.withdraw("lock")
    watch.crawl()
    with watch.store() as store:
        (sign,) = store.list_signs(since=watch.now)
    with serve(watch).running() as client:
        assert client.get(f"/changes/{sign.id}").status_code == 200
        assert "404" in client.get(f"/changes/{sign.id}/evidence").text


@pytest.mark.parametrize("path", ["/changes/chg_0", "/changes/%00", "/articles/x", "/articles/%00%ff", "/nothing"])
def test_what_is_not_there_is_said_to_be_not_there(client, path):
    answer = client.get(path, headers={"Accept-Language": "ja"})
    assert answer.status_code == 404
    assert "見つかりません" in answer.text


# -- feeds


def test_a_feed_holds_what_changed_after_the_baseline_newest_first(client):
    found = client.get("/feed.json")
    feed = json.loads(found.content)
    assert found.headers["content-type"].startswith("application/feed+json")
    assert [item["tags"][0] for item in feed["items"]] == ["edited", "new"]
    assert feed["feed_url"] == f"{PUBLIC}/feed.json"
    atom = ElementTree.fromstring(client.get("/feed.atom").content)
    names = [each.text for each in atom.iter("{http://www.w3.org/2005/Atom}id")]
    assert names[1:] == [item["id"] for item in feed["items"]]


@pytest.mark.parametrize("form", ["atom", "json"])
def test_a_reader_that_has_the_feed_is_sent_nothing(watch, room, client, form):
    first = client.get(f"/feed.{form}")
    again = client.get(f"/feed.{form}", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    room.publish("pier")
    watch.crawl()
    assert client.get(f"/feed.{form}", headers={"If-None-Match": first.headers["etag"]}).status_code == 200


@pytest.mark.parametrize(
    ("query", "tags"),
    [
        ("kind=new", ["new"]),
        ("kind=new&kind=edited", ["edited", "new"]),
        ("kind=removed", []),
        ("source=harbour&limit=1", ["edited"]),
        ("source=elsewhere", []),
    ],
)
def test_a_feed_can_be_of_some_sources_and_kinds(client, query, tags):
    assert [item["tags"][0] for item in json.loads(client.get(f"/feed.json?{query}").content)["items"]] == tags


@pytest.mark.parametrize("query", ["kind=old", "limit=0", "limit=201", "limit=x", "limit=%D9%A1"])
def test_a_filter_that_means_nothing_is_refused(client, query):
    assert client.get(f"/feed.json?{query}").status_code == 400


# -- unsubscribing


def unsubscribing(watch):
    with watch.store() as store:
        (subscription,) = load_settings(watch.config, {}).subscriptions
        return path_of(address_of(PUBLIC, store.unsubscribe_key(), subscription))


def switched_off(watch):
    with watch.store() as store:
        return list(store.disabled_subscriptions())


def test_one_click_switches_the_subscription_off_without_cookie_or_password(watch):
    with serve(watch, password="geheim").running() as client:
        answer = client.post(unsubscribing(watch), data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert "set-cookie" not in answer.headers
    assert switched_off(watch) == ["edits"]


def test_looking_at_the_address_only_asks(watch, client):
    shown = client.get(unsubscribing(watch))
    client.head(unsubscribing(watch))
    assert '<form method="post">' in shown.text
    assert "form-action 'self'" in shown.headers["content-security-policy"]
    assert switched_off(watch) == []


def test_a_guessed_address_switches_nothing_off(watch, client):
    assert client.post("/unsubscribe/" + "0" * 40).status_code == 404
    assert client.post("/unsubscribe/x", content=b"x" * 5000).status_code == 413
    chunks = client.post(unsubscribing(watch), content=iter([b"x" * 3000, b"x" * 3000]))
    assert chunks.status_code == 413
    assert switched_off(watch) == []


# -- doors


def test_every_answer_keeps_browsers_from_doing_anything_but_showing_it(watch, client):
    change = find(watch, ChangeKind.EDITED)
    for path in ("/", f"/changes/{change.id}", "/feed.atom", "/style.css", "/health", "/nothing", "/unsubscribe/x"):
        headers = client.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"], path
        assert "script-src" not in headers["content-security-policy"], path
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "DENY", path
        assert headers["referrer-policy"] == "no-referrer", path
        assert "server" not in headers, path


def test_a_strangers_name_for_our_address_is_refused(client):
    for host in (
        "evil.example",
        "evil.example:8500",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "203.0.113.5",
    ):
        assert client.get("/", headers={"Host": host}).status_code == 421, host
    for host in ("gazette.example.org", "localhost:1", "[::1]:8500", "GAZETTE.example.org:443"):
        assert client.get("/", headers={"Host": host}).status_code == 200, host


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"])
def test_there_is_nothing_but_get_head_and_post(client, method):
    answer = client.request(method, "/")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD, POST")


def test_only_unsubscribing_takes_a_post(client):
    assert client.post("/").status_code == 405


def test_the_password_opens_all_and_its_lack_only_what_has_to_be_open(watch):
    with serve(watch, password="geheim:ß").running() as client:
        for path in ("/", "/feed.atom", "/style.css", "/changes/x", "/nothing", "/unsubscribe", "/health/x"):
            refused = client.get(path)
            assert refused.status_code == 401, path
            assert refused.headers["www-authenticate"].startswith("Basic ")
            assert client.get(path, auth=("any", "geheim")).status_code == 401, path
            assert client.get(path, auth=("any", "geheim:ß")).status_code != 401, path
        assert client.get("/", headers={"Authorization": "Basic %%%"}).status_code == 401
        assert client.get("/unsubscribe/x").status_code == 404


def test_health_is_told_to_anyone_and_more_of_it_to_who_knows_the_password(watch):
    served = serve(watch, password="geheim")
    with served.running() as client:
        stranger, friend = client.get("/health"), client.get("/health", auth=("", "geheim"))
    assert (stranger.status_code, friend.status_code) == (200, 200)
    assert stranger.json() == {"well": True, "sources": 1, "overdue": 0}
    assert friend.json() == WELL[1]
    assert served.asked_for_health == 1


def test_a_daemon_that_is_not_well_answers_503(watch):
    with serve(watch, health=(False, {"well": False})).running() as client:
        assert client.get("/health").status_code == 503


def test_measures_are_shown_where_the_daemon_has_some_to_whoever_knows_the_password(watch):
    served = serve(watch, password="geheim")
    with served.running() as client:
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", auth=("", "geheim")).status_code == 404
        served.measures = Measures(b"gazette_sources 3.0\n", "text/plain; version=0.0.4; charset=utf-8")
        answer = client.get("/metrics", auth=("prometheus", "geheim"))
    assert (answer.status_code, answer.text) == (200, "gazette_sources 3.0\n")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


def test_behind_a_path_it_answers_with_and_without_it(watch):
    host = {"Host": "www.example.org"}
    with serve(watch, public_url="https://www.example.org/gazette").running() as client:
        for path in ("/gazette/", "/"):
            page = client.get(path, headers=host)
            assert page.status_code == 200
            assert 'href="/gazette/style.css"' in page.text
        assert 'href="/style.css"' in client.get("/").text
        assert client.get("/gazette/style.css", headers=host).status_code == 200
        assert json.loads(client.get("/gazette/feed.json").content)["feed_url"].endswith("org/gazette/feed.json")


def test_new_settings_hold_at_once_but_those_for_another_address(watch):
    served = serve(watch)
    with served.running() as client:
        assert client.get("/").status_code == 200
        web = served.settings.web
        served.settings = replace(served.settings, web=replace(web, password="geheim"))
        assert client.get("/").status_code == 401
        served.settings = replace(served.settings, web=replace(web, password="geheim", listen="::1"))
        assert client.get("/").status_code == 200  # what was asked of the first address still holds there


# -- trouble


def test_a_port_in_use_is_told_with_its_key(watch):
    with serve(watch).running() as client:
        port = client.base_url.port
        with (
            pytest.raises(ConfigError, match=rf"\[web\] listen and port.*{port}.*in use"),
            serve(watch, port=port).running(),
        ):
            pass


def test_without_a_database_there_is_nothing_to_serve(watch):
    settings = load_settings(watch.config, {})
    missing = replace(settings.storage, url=f"sqlite:///{watch.folder}/none.db")
    with pytest.raises(StoreError, match="no database"), Served(replace(settings, storage=missing), WELL).running():
        pass


def test_a_database_that_cannot_be_read_is_no_traceback(watch, client, monkeypatch):
    monkeypatch.setattr("storage.queries.Queries.list_changes", fail)
    assert client.get("/").status_code == 503


def fail(*_, **__):
    raise StoreError("the disk is gone")


def test_what_fails_unforeseen_tells_strangers_nothing(watch, client, monkeypatch):
    monkeypatch.setattr("crawler.dashboard.pages.home_page", lambda *_: 1 / 0)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "division" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_who_connects_and_does_not_ask_is_shown_out(watch, monkeypatch):
    monkeypatch.setattr("crawler.dashboard.listener.ASKING_SECONDS", 1.0)
    with serve(watch).running() as client:
        with socket.create_connection((client.base_url.host, client.base_url.port)) as slow:
            slow.settimeout(60)
            slow.sendall(b"GET / HTTP/1.1\r\nHost: loc")
            began = time.monotonic()
            with suppress(ConnectionResetError):
                assert slow.recv(100) == b""
            assert time.monotonic() - began < 40  # a connection that asks has a minute
        assert client.get("/").status_code == 200


def test_a_request_without_end_is_cut_off(client):
    assert client.get("/", headers={"X": "x" * 40_000}).status_code == 431
    assert client.get("/", params={"lang": "x" * 40_000}).status_code == 431


def test_the_body_of_an_answer_does_not_wait_until_its_head_was_acknowledged(watch, monkeypatch):
    """Else each answer takes 40 ms longer on a connection that is kept."""
    delays, made = [], BoundedConnection.connection_made

    def look(connection, transport):
        made(connection, transport)
        delays.append(not transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))

    monkeypatch.setattr(BoundedConnection, "connection_made", look)
    with serve(watch).running() as client:
        client.get("/")
    assert delays == [False]
