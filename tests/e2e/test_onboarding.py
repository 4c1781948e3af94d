"""From an empty folder: a configuration, sources found and written, a welcome, and care for what is watched."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import tomllib

import pytest

from crawler.onboarding.begin import write_starter
from crawler.onboarding.files import append_source
from tests.commanding import COMMAND, Gazette, clean_environment
from tests.mailserver import free_port
from tests.newsroom import Newsroom, source_block, write_config

ARTICLE = """<!doctype html><html><head><meta property="og:title" content="{title}"><title></title></head><body>
<h1 id="activity-name">{title}</h1><em id="publish_time">2026-03-01 10:00</em><div id="js_content"><p>{text}</p></div>
<script>var biz = "MzA5";</script></body></html>"""
TEXT = "港区自四月起分段封闭北岸步道，工期约三个月，期间请行人改走东侧便道，注意现场指示。" * 4
QUICK = {"GAZETTE_FETCH__HOST_DELAY": "0s", "GAZETTE_CONFIRM__AFTER": "0s", "GAZETTE_LOG__LEVEL": "error"}


@pytest.fixture
def empty(tmp_path):
    """The command in an empty folder, which it was not told anything about."""
    return Gazette(tmp_path / "config", tmp_path)


@pytest.fixture
def started(empty, site):
    """The same with what ``gazette init`` writes, allowed to talk to the test server."""
    write_starter(empty.config, "UTC")
    file = empty.config / "gazette.toml"
    allowed = file.read_text(encoding="utf-8").replace(
        '# private_hosts = ["rsshub:1200"]', f'private_hosts = ["127.0.0.1:{site.port}"]'
    )
    file.write_text(allowed, encoding="utf-8")
    return empty


@pytest.fixture
def council(site):
    room = Newsroom(site, name="council")
    room.publish_many(2, name="levy")
    return room


def sources_of(gazette):
    return tomllib.loads((gazette.config / "sources.toml").read_text(encoding="utf-8")).get("source", [])


def put_article(site, token, title):
    site.route(f"/s/{token}", ARTICLE.format(title=title, text=TEXT))
    return site.url(f"/s/{token}")


# -- init -----------------------------------------------------------------------------------------------------------


def test_without_a_configuration_the_first_error_says_how_to_begin(empty):
    assert "begin with `gazette init`" in empty.run("status", code=2).err
    assert "begin with `gazette init`" in empty.run("add", "https://example.org/", code=2).err


def test_a_fresh_configuration_runs_at_once_and_says_what_is_missing(empty):
    said = empty.run("init", empty.config).out
    assert all(name in said for name in ("gazette.toml", "sources.toml", "channels.toml", "add https://"))
    assert "configuration is fine" in empty.run("config", "check").out
    ran = empty.run("crawl")
    assert "nothing was checked: gazette add URL" in ran.err
    assert "nothing yet: gazette add URL" in empty.run("status").out


def test_init_never_overwrites(started):
    file = started.config / "gazette.toml"
    before = file.read_bytes()
    assert "holds a configuration already" in started.run("init", started.config, code=2).err
    assert file.read_bytes() == before


# -- probe and add --------------------------------------------------------------------------------------------------


def test_a_probe_shows_the_block_and_writes_nothing(started, room):
    before = (started.config / "sources.toml").read_bytes()
    ran = started.run("probe", room.list, **QUICK)
    block = tomllib.loads(ran.out[ran.out.index("[[source]]") :])["source"][0]
    assert (block["kind"], block["url"], block["title"]) == ("html_list", room.list, "news")
    assert ran.out.count("Notice on the bridge-") == 3
    assert (started.config / "sources.toml").read_bytes() == before
    (record,) = started.json("probe", room.feed)
    assert (record["kind"], record["listed"]) == ("feed", 3)
    assert len(record["entries"]) == 3


def test_added_sources_are_previewed_written_and_can_be_crawled(started, room, council):
    ran = started.run("add", room.feed, council.list, **QUICK)
    assert "Notice on the bridge-3 works" in ran.out
    first, second = sources_of(started)
    assert (first["kind"], first["url"]) == ("feed", room.feed)
    assert (second["kind"], second["url"]) == ("html_list", council.list)
    assert first["id"] != second["id"]
    assert "look at it now: gazette crawl" in ran.out
    assert "5 articles recorded" in started.run("crawl", **QUICK).lines[-1]


def test_id_and_title_may_be_chosen(started, room):
    started.run("add", room.feed, "--id", "harbour", "--title", "港务局", **QUICK)
    assert [(each["id"], each["title"]) for each in sources_of(started)] == [("harbour", "港务局")]
    assert "configured already" in started.run("add", room.list, "--id", "harbour", code=2, **QUICK).err
    assert "expected lower-case letters" in started.run("add", room.list, "--id", "Harbour!", code=2, **QUICK).err


def test_an_address_that_is_watched_already_is_named_and_not_added_again(started, room):
    started.run("add", room.feed, "--id", "harbour", **QUICK)
    ran = started.run("add", room.feed, **QUICK)
    assert ran.out == f"{room.feed} is configured already: harbour\n"
    assert len(sources_of(started)) == 1


def test_what_cannot_be_read_is_told_and_the_others_are_added(started, room, site):
    site.route("/blank/", "<html><body><p>Nothing here.</p></body></html>")
    ran = started.run("add", site.url("/gone"), site.url("/blank/"), room.feed, code=1, **QUICK)
    assert f"{site.url('/gone')}: cannot be read: not found (404); has it been misspelt or moved?" in ran.err
    assert f"gazette probe {site.base}/; nothing was written for it" in ran.err
    assert f"{site.url('/blank/')}: cannot be read: stub" in ran.err
    assert [each["url"] for each in sources_of(started)] == [room.feed]


def test_an_article_is_not_taken_for_a_list_but_watched_alone(started, room):
    ran = started.run("add", room.url("bridge-1"), "--yes", **QUICK)

    assert "this is one article, not a list: this source watches that page alone" in ran.out
    assert [(each["kind"], each["url"]) for each in sources_of(started)] == [("page", room.url("bridge-1"))]
    assert "1 article recorded" in started.run("crawl", **QUICK).lines[-1]


def test_a_machine_that_does_not_answer_is_told_and_nothing_is_written(started):
    address = f"http://127.0.0.1:{free_port()}/"
    ran = started.run("add", address, code=1, GAZETTE_FETCH__ALLOW_PRIVATE_NETWORKS="true")
    assert "refused the connection; nothing was written for it" in ran.err
    assert sources_of(started) == []


def test_a_private_address_is_refused_with_the_key_that_allows_it(empty, room):
    empty.run("init", empty.config)
    assert "allow it with fetch.private_hosts" in empty.run("add", room.feed, code=1).err


def test_an_address_without_a_scheme_is_asked_about(started):
    said = started.run("add", "www.example.gov.cn/news", code=2).err
    assert "did you mean https://www.example.gov.cn/news?" in said
    assert "expected an address" in started.run("add", "zq-news", code=2).err


def test_a_configuration_that_is_wrong_stays_as_it_is(started, room):
    file = started.config / "sources.toml"
    file.write_text('[[source]]\nid = "a"\nurl = "https://example.org/"\ncolour = "red"\n', encoding="utf-8")
    before = file.read_bytes()
    assert "colour" in started.run("add", room.feed, code=2, **QUICK).err
    assert file.read_bytes() == before


def answer(gazette, text, *arguments):
    """Runs the command with a person at the terminal, who types ``text``; what they saw."""
    mine, theirs = pty.openpty()
    os.write(mine, text.encode())
    try:
        done = subprocess.run(
            [*COMMAND, "--config", str(gazette.config), *arguments],
            cwd=gazette.folder,
            env=clean_environment() | QUICK,
            stdin=theirs,
            capture_output=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(mine)
        os.close(theirs)
    return done.returncode, done.stdout.decode() + done.stderr.decode()


def test_on_a_terminal_it_asks_and_no_means_no(started, room):
    code, seen = answer(started, "n\n", "add", room.feed)
    assert (code, sources_of(started)) == (0, [])
    assert "Write this into" in seen
    assert "not added" in seen
    assert answer(started, "\n", "add", room.feed)[0] == 0
    assert len(sources_of(started)) == 1


# -- hand-picked articles -------------------------------------------------------------------------------------------


def test_wechat_links_are_collected_in_one_source(started, site):
    first, second = (put_article(site, token, title) for token, title in (("AbCdEf12", "其一"), ("GhIjKl34", "其二")))
    ran = started.run("add", first, "--id", "links", **QUICK)
    assert "no public list of an account's articles" in ran.out
    assert "gazette add --to links" in ran.out
    assert "其二" in started.run("add", "--to", "links", f"{second}?scene=1", **QUICK).out
    assert sources_of(started)[0]["options"] == {"articles": [second]}
    assert "is one of links already" in started.run("add", "--to", "links", second, **QUICK).out
    assert "is one of links already" in started.run("add", "--to", "links", first, **QUICK).out
    assert "2 articles recorded" in started.run("crawl", **QUICK).lines[-1]


def test_a_link_that_is_no_article_or_a_source_that_takes_none_is_refused_with_the_reason(started, site, room):
    started.run("add", put_article(site, "AbCdEf12", "其一"), "--id", "links", **QUICK)
    started.run("add", room.feed, "--id", "harbour", **QUICK)
    before = sources_of(started)
    assert "is no link to a WeChat article" in started.run("add", "--to", "links", room.list, code=1, **QUICK).err
    said = started.run("add", "--to", "harbour", site.url("/s/AbCdEf12"), code=2, **QUICK).err
    assert "a source of kind feed finds its articles by itself" in said
    assert "sources that take links: links" in said
    assert "not found (404)" in started.run("add", "--to", "links", site.url("/s/GonE1234"), code=1, **QUICK).err
    assert sources_of(started) == before


# -- the welcome ----------------------------------------------------------------------------------------------------


def test_the_first_baseline_is_a_welcome_and_there_is_only_one(started, room, council):
    started.run("add", room.feed, council.list, **QUICK)
    ran = started.run("crawl", **QUICK)
    assert ran.out.count("2 sources read, 5 articles recorded, the newest of 2026-03-01") == 3
    assert "welcomed new-posts, at-once, operator" in ran.lines[-1]
    room.publish("lock")
    again = started.run("crawl", **QUICK)
    assert "articles recorded, the newest" not in again.out
    assert "1 new" in again.lines[-1]


def test_a_welcome_waits_until_every_source_was_visited_and_names_those_that_failed(started, room, council):
    for id_, url in (("harbour", room.feed), ("council", council.feed)):
        append_source(started.config, {}, source_block(id_, url))
    council.break_feed()
    assert "Watching has begun" not in started.run("crawl", "harbour", **QUICK).out
    ran = started.run("crawl", code=1, **QUICK)
    assert "1 source read, 3 articles recorded" in ran.out
    assert re.search(r"Not read yet: council \(.*500", ran.out)


def test_a_source_that_lists_nothing_yet_is_well_and_says_what_its_first_posts_will_be(started, room, site):
    nothing = room._feed().body.decode().partition("<item>")[0] + "</channel></rss>"
    site.route("/quiet.xml", nothing, content_type="application/rss+xml")
    assert "no entries at the moment" in started.run("add", room.feed, site.url("/quiet.xml"), **QUICK).out
    (quiet,) = [each["id"] for each in sources_of(started) if each["url"].endswith("quiet.xml")]
    ran = started.run("crawl", **QUICK)
    line = "lists nothing so far: the first posts that stand there will be its baseline"
    assert re.search(rf"^{quiet} +{line}$", ran.out, re.MULTILINE)
    assert f"Not read yet: {quiet} (lists nothing so far)" in ran.out


@pytest.mark.parametrize("option", ["--no-alerts", "--dry-run"])
def test_nobody_is_welcomed_by_a_crawl_that_tells_nobody(started, room, option):
    append_source(started.config, {}, source_block("harbour", room.feed))
    assert "Watching has begun" not in started.run("crawl", option, **QUICK).out
    assert "Watching has begun" in started.run("crawl", **QUICK).out


def test_with_json_the_welcome_goes_to_stderr(started, room):
    append_source(started.config, {}, source_block("harbour", room.feed))
    ran = started.run("crawl", "--json", **QUICK)
    assert ran.records[-1]["kind"] == "summary"
    assert "Watching has begun" in ran.err


def test_programs_are_not_welcomed(tmp_path, site, room):
    record = tmp_path / "told.jsonl"
    more = f'[[channel]]\nname = "f"\nkind = "file"\npath = "{record}"\n[[subscription]]\nname = "s"\nchannel = "f"\n'
    gazette = Gazette(write_config(tmp_path, site, more=more), tmp_path)
    append_source(gazette.config, {}, source_block("harbour", room.feed))
    gazette.run("crawl")
    assert not record.exists()


# -- care -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def watching(started, room, council):
    for id_, url in (("harbour", room.feed), ("council", council.feed)):
        append_source(started.config, {}, source_block(id_, url))
    started.run("crawl", **QUICK)
    return started


def test_a_muted_source_is_not_visited_until_it_is_resumed(watching, room, site):
    watching.run("sources", "mute", "harbour")
    room.publish("lock")
    asked = site.count("/news/feed.xml")
    watching.run("crawl", **QUICK)
    assert site.count("/news/feed.xml") == asked
    listed = {each["id"]: each["health"] for each in watching.json("sources")}
    assert listed == {"harbour": "muted", "council": "well"}
    assert "1 well, 1 muted" in watching.run("status").out
    watching.run("sources", "resume", "harbour")
    assert "1 new" in watching.run("crawl", **QUICK).lines[-1]


def test_a_source_can_be_muted_before_anything_was_crawled(started, room):
    append_source(started.config, {}, source_block("harbour", room.feed))
    started.run("sources", "mute", "harbour")
    assert "every source is off or muted" in started.run("crawl", **QUICK).err
    assert "no source is called nobody" in started.run("sources", "mute", "nobody", code=2).err


def test_a_renamed_source_goes_on_where_it_was(watching, room):
    ran = watching.run("sources", "rename", "harbour", "port")
    assert "harbour is now port" in ran.out
    assert [each["id"] for each in sources_of(watching)] == ["port", "council"]
    assert "nothing changed" in watching.run("crawl", **QUICK).lines[-1]
    room.publish("lock")
    (change,) = [each for each in watching.json("crawl") if each["kind"] == "new"]
    assert (change["source"], change["baseline"]) == ("port", False)
    assert len(watching.json("articles", "--source", "port")) == 4


def test_an_id_that_is_taken_or_was_is_no_new_name(watching):
    assert "configured already" in watching.run("sources", "rename", "harbour", "council", code=2).err
    watching.run("sources", "remove", "council")
    said = watching.run("sources", "rename", "harbour", "council", code=2).err
    assert "gazette sources remove council --forget" in said
    assert [each["id"] for each in sources_of(watching)] == ["harbour"]
    watching.run("sources", "remove", "council", "--forget", "--yes")
    watching.run("sources", "rename", "harbour", "council")


def test_a_removed_source_is_remembered_unless_it_is_to_be_forgotten(watching):
    ran = watching.run("sources", "remove", "harbour")
    assert "what is known of it stays" in ran.out
    assert [each["id"] for each in sources_of(watching)] == ["council"]
    assert len(watching.json("articles", "--source", "harbour")) == 3
    assert "needs --yes" in watching.run("sources", "remove", "council", "--forget", code=2).err
    assert "forgot 2 articles and 2 changes" in watching.run("sources", "remove", "council", "--forget", "--yes").out
    assert watching.json("articles", "--source", "council") == []
    assert "no source is called council" in watching.run("sources", "remove", "council", code=2).err


def test_sources_say_why_they_are_due_then(watching, council):
    council.break_feed()
    watching.run("crawl", code=1, **QUICK)
    said = watching.run("sources", "--why").out
    assert re.search(r"harbour +2\d{3}-.*every 30 min to start with", said)
    assert re.search(r"council +2\d{3}-.*1 failure in a row, so it is tried again after 1 h", said)


def test_sources_say_which_hub_would_push_their_changes(watching, room, site):
    page = room._feed().body.decode()
    link = '<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="hub" href="https://hub.example.org/"/><item>'
    site.route("/news/feed.xml", page.replace("<item>", link, 1))
    watching.run("crawl", **QUICK)
    said = watching.run("sources", "--why").out
    assert said.count("; names a hub (WebSub), https://hub.example.org/, and is polled all the same") == 1
    assert [each["habits"]["hub"] for each in watching.json("sources")] == ["https://hub.example.org/", None]


def test_the_status_is_one_screen(watching, room, council):
    room.edit("bridge-1", "120 euros", "150 euros")
    council.break_feed()
    watching.run("crawl", "--recheck", "all", code=1, **QUICK)
    said = watching.run("status").out
    assert "2 sources: 1 well, 1 failing" in said
    assert re.search(r"failing +council: unreachable \(.*500.*\), 1 time; last well 2.*; next try in", said)
    assert re.search(r"last change +\S+ \S+  EDITED, unannounced  Notice on the bridge-1 works  \(harbour\)", said)
    assert "no daemon has run" in said
    assert str(watching.folder / "data" / "gazette.db") in said
    assert len(said.splitlines()) <= 24
    (record,) = watching.json("status")
    assert (record["well"], [each["id"] for each in record["failing"]]) == (["harbour"], ["council"])
    assert (record["articles"], record["dead"], record["daemon"]) == (5, 0, None)
