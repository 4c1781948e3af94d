"""`gazette crawl` as a person and as a program sees it: what is printed where, and how it ends."""

from __future__ import annotations

import hashlib
import re
import sqlite3
import subprocess
from dataclasses import replace
from datetime import timedelta

from crawler import __version__
from tests.commanding import COMMAND, clean_environment
from tests.newsroom import Newsroom, source_block
from tests.records import CHANGE, INCIDENT, SUMMARY, faults_of

HOUR_LATER = "2026-03-02T13:00:00Z"


def test_the_first_crawl_says_that_it_is_a_baseline_and_where_its_database_is(gazette, database):
    ran = gazette.run("crawl")

    assert f"new database at {database}" in ran.err
    assert "baseline" in ran.err
    assert ran.lines[0] == "harbour  3 listed · 3 recorded as baseline"
    assert "3 articles recorded, no alerts: this is the baseline" in ran.lines[-1]
    assert database.is_absolute()
    assert database.exists()


def test_a_second_crawl_explains_its_silence_in_one_line(begun):
    ran = begun.run("crawl")

    assert ran.err == ""
    (line,) = ran.lines
    assert re.fullmatch(r"nothing changed · 0 of 3 known articles rechecked, next due in \d+ (min|h) · \d+ s", line)


def test_a_crawl_without_news_loads_nothing_that_reads_or_compares_pages(begun):
    ran = begun.run("crawl", PYTHONPROFILEIMPORTTIME="1")

    loaded = {line.rpartition("|")[2].strip() for line in ran.err.splitlines() if line.startswith("import time:")}
    assert {"crawler.pipeline.check", "crawler.fetcher.client"} < loaded
    readers = {"crawler.parser.article", "crawler.parser.lists", "crawler.text.dates", "selectolax", "lxml"}
    comparers = {"crawler.differ.compare", "crawler.differ.tokens", "rapidfuzz"}
    painters = {"rich", "pygments", "click"}  # of the command that httpx has
    services = {"apprise", "apscheduler", "starlette", "structlog", "prometheus_client", "aiosmtplib", "tomlkit"}
    assert loaded & (readers | comparers | painters | services | {"sqlalchemy", "sqlmodel", "jinja2"}) == set()


def test_changes_are_told_on_one_line_each_with_the_command_that_shows_more(begun, room):
    room.edit("bridge-1", "120 euros", "150 euros")
    room.publish("lock")

    ran = begun.run("crawl", "--recheck", "all")

    assert ran.lines[0] == "harbour  4 listed · 1 new · 1 edited"
    told = "\n".join(ran.lines[1:-1])
    assert re.search(r"NEW  Notice on the lock works  gazette show [0-9a-f]{8}", told)
    edit = re.search(
        r"EDITED, unannounced  Notice on the bridge-1 works  120 euros → 150 euros  "
        r"\(page still dated 2026-03-01\)  (gazette diff [0-9a-f]{8})",
        told,
    )
    assert "1 new, 1 edited · 3 of 4 known articles rechecked" in ran.lines[-1]
    assert "120" in begun.run(*edit[1].split()[1:]).out


def test_json_is_changes_and_one_summary_and_nothing_else(gazette, room):
    baseline = gazette.json("crawl")
    room.publish("lock")
    room.edit("bridge-1", "120 euros", "150 euros")
    records = gazette.json("crawl", "--recheck", "all")

    for change in (*baseline[:-1], *records[:-1]):
        assert faults_of(CHANGE, change) == []
    assert [change["baseline"] for change in baseline[:-1]] == [True] * 3
    assert [change["seq"] for change in (*baseline[:-1], *records[:-1])] == [1, 2, 3, 4, 5]
    by_kind = {change["kind"]: change for change in records[:-1]}
    assert by_kind.keys() == {"new", "edited"}
    edited = by_kind["edited"]
    assert (edited["source"], edited["source_title"], edited["tags"]) == ("harbour", "Harbour Office", ["port"])
    assert (edited["silent"], edited["fields"], edited["level"]) == (True, ["body"], "high")
    assert (edited["revision"], edited["previous_revision"]) == (2, 1)
    assert edited["facts"] == [{"type": "money", "field": "body", "before": "120 euros", "after": "150 euros"}]
    assert edited["article"]["published_at"] == "2026-03-01T09:00:00+00:00"
    assert edited["links"]["article"] == edited["article"]["url"] == room.url("bridge-1")
    assert faults_of(SUMMARY, records[-1]) == []
    counted = {key: value for key, value in records[-1].items() if key not in ("kind", "took")}
    assert counted == {
        "sources": 1,
        "failed": 0,
        "articles": 4,
        "new": 1,
        "edited": 1,
        "removed": 0,
        "restored": 0,
        "moved": 0,
        "incidents": 0,
    }
    assert baseline[-1]["new"] == 3


def test_with_json_a_new_database_is_still_announced_on_stderr(gazette, database):
    ran = gazette.run("crawl", "--json")

    assert str(database) in ran.err
    assert len(ran.records) == 4


def test_json_is_utf_8_whatever_the_terminal_speaks(gazette, room):
    room.publish("fees", title="关于收费标准的通知", text=("收费标准为每人100元，自2026年4月1日起执行。" * 3,))

    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    ran = gazette.run("crawl", "--json", **plain)
    people = gazette.run("articles", **plain)

    assert "关于收费标准的通知" in {change["article"]["title"] for change in ran.records[:-1]}
    assert "关于收费标准的通知" in ran.out
    assert "harbour" in people.out


def test_incidents_are_told_when_they_open_and_when_they_close(begun, room):
    room.break_feed()
    once = begun.json("crawl", code=1)
    twice = begun.json("crawl", code=1)
    thrice = begun.json("crawl", code=1)
    room.mend_feed()
    well = begun.json("crawl")

    assert [len(records) for records in (once, twice, thrice, well)] == [1, 2, 1, 2]
    opened, closed = twice[0], well[0]
    assert faults_of(INCIDENT, opened) == faults_of(INCIDENT, closed) == []
    assert (opened["state"], closed["state"]) == ("open", "closed")
    assert opened["id"] == closed["id"]
    assert (opened["reason"], opened["source"]) == ("unreachable", "harbour")
    assert (twice[-1]["failed"], twice[-1]["incidents"]) == (1, 1)


def test_a_mass_edit_lists_all_its_articles(gazette, room):
    room.publish_many(4, name="quay")
    gazette.run("crawl")
    for post in list(room.posts):
        room.edit(post.slug, "120 euros", "150 euros")

    incident, summary = gazette.json("crawl", "--recheck", "all")

    assert faults_of(INCIDENT, incident) == []
    assert (incident["reason"], incident["count"]) == ("mass_edit", 7)
    assert (len(incident["articles"]), len(incident["sample"])) == (7, 5)
    assert incident["articles"][0]["facts"][0]["after"] == "150 euros"
    assert summary["edited"] == 0


def test_a_mass_event_is_not_nothing_and_its_end_is_no_recovery(gazette, room):
    room.publish_many(4, name="quay")
    gazette.run("crawl")
    for post in list(room.posts):
        room.edit(post.slug, "120 euros", "150 euros")

    begun = gazette.run("crawl", "--recheck", "all")
    over = gazette.run("crawl")

    assert begun.lines[-1].startswith("1 mass edit of 7 articles · ")
    assert re.search(r"^INCIDENT  harbour: mass edit", begun.out, re.M)
    assert re.search(r"^OVER  harbour: mass edit", over.out, re.M)
    assert over.lines[-1].startswith("nothing changed · ")


def test_an_edit_that_moves_the_date_does_not_say_that_the_page_is_still_dated(begun, room):
    room.edit("bridge-1", "120 euros", "150 euros")
    room.posts[:] = [replace(post, published=post.published + timedelta(days=1)) for post in room.posts]

    ran = begun.run("crawl", "--recheck", "all")

    assert "120 euros → 150 euros" in ran.out
    assert "still dated" not in ran.out


def test_a_source_that_cannot_be_checked_is_exit_1_and_says_when_it_is_tried_again(configure, room):
    gazette = configure(
        source_block("harbour", room.feed),
        source_block("gone", "http://127.0.0.1:9/feed.xml", fetch='{ private_hosts = ["127.0.0.1:9"] }'),
    )

    ran = gazette.run("crawl", code=1)

    assert re.search(r"^gone     UNREACHABLE \(.*127\.0\.0\.1.*\): nothing concluded, next try \d{4}-", ran.out, re.M)
    assert "; never read yet: gazette probe http://127.0.0.1:9/feed.xml\n" in ran.out
    assert "harbour  3 listed" in ran.out
    assert "1 source failed" in ran.lines[-1]


def test_a_source_that_was_well_before_is_not_sent_back_to_its_beginnings(gazette, room):
    gazette.run("crawl")
    room.break_feed()

    ran = gazette.run("crawl", code=1)

    assert "UNREACHABLE" in ran.out
    assert "gazette probe" not in ran.out


def test_which_failures_count_is_the_callers_choice(configure, room, site):
    gazette = configure(source_block("harbour", room.feed), source_block("gone", site.url("/gone.xml")))

    gazette.run("crawl", "--fail-on", "none")
    gazette.run("crawl", "--fail-on", "new")
    room.break_feed()
    gazette.run("crawl", "--fail-on", "new", code=1)
    gazette.run("crawl", "--fail-on", "new")
    gazette.run("crawl", code=1)


def test_an_address_that_is_not_allowed_is_refused_with_the_key_that_would_allow_it(configure, site):
    gazette = configure(source_block("inside", "http://127.0.0.1:1/feed.xml"))

    ran = gazette.run("crawl", code=1)

    assert "127.0.0.1" in ran.out
    assert "private_hosts" in ran.out


def test_only_the_named_sources_are_checked_even_where_disabled(configure, room, site):
    other = Newsroom(site, name="port")
    other.publish("pier")
    gazette = configure(source_block("harbour", room.feed), source_block("port", other.feed, enabled="false"))

    assert gazette.json("crawl")[-1]["sources"] == 1
    assert gazette.json("crawl", "port")[-1]["new"] == 1
    assert gazette.json("crawl", "port", "harbour", "port")[-1]["sources"] == 2


def test_an_unknown_source_is_exit_2_and_names_those_there_are(gazette, database):
    ran = gazette.run("crawl", "harbor", code=2)

    assert "harbor" in ran.err
    assert "harbour" in ran.err
    assert ran.out == ""


def test_a_dry_run_tells_and_writes_nothing(begun, room, database, tmp_path, site):
    room.publish("lock")
    room.edit("bridge-1", "120 euros", "150 euros")
    before = digest_tree(tmp_path)

    ran = begun.run("crawl", "--dry-run", "--recheck", "all")
    again = begun.run("crawl", "--dry-run", "--recheck", "all")

    assert digest_tree(tmp_path) == before
    assert "NEW  Notice on the lock works" in ran.out
    assert "EDITED, unannounced  Notice on the bridge-1 works" in again.out
    assert "nothing was written" in ran.lines[-1]


def test_a_dry_run_without_a_database_makes_none(gazette, tmp_path):
    before = digest_tree(tmp_path)

    ran = gazette.run("crawl", "--dry-run")

    assert "3 recorded as baseline" in ran.out
    assert ran.err == ""
    assert digest_tree(tmp_path) == before


def digest_tree(folder) -> dict[str, str]:
    """What the files of a folder hold; SQLite's own notes beside an open database are none of ours."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.endswith(("-wal", "-shm"))
    } | {str(path.relative_to(folder)): "folder" for path in folder.rglob("*") if path.is_dir()}


def test_no_alerts_means_nobody_is_told_of_these_changes_ever(configure, room, tmp_path):
    gazette = configure(source_block("harbour", room.feed), more=file_channel(tmp_path))
    gazette.run("crawl")
    room.publish("lock")

    gazette.run("crawl", "--no-alerts")
    gazette.run("crawl")
    room.publish("pier")
    ran = gazette.run("crawl")

    assert "sent to all: 1" in ran.lines[-1]
    assert "pier" in (tmp_path / "told.jsonl").read_text()
    assert "lock" not in (tmp_path / "told.jsonl").read_text()


def file_channel(folder) -> str:
    return (
        f'[[channel]]\nname = "out"\nkind = "file"\npath = "{folder}/told.jsonl"\n'
        '[[subscription]]\nname = "all"\nchannel = "out"\n'
    )


def test_recheck_says_which_known_articles_are_fetched_again(begun, site):
    asked = {}
    for which in ("none", "due", "all"):
        site.forget()
        begun.run("crawl", "--recheck", which)
        asked[which] = len(site.requests)

    assert asked == {"none": 1, "due": 1, "all": 4}


def test_as_of_is_the_clock_of_everything_that_is_decided(gazette, room):
    gazette.run("crawl", "--as-of", "2026-03-02T12:00:00Z")
    room.publish("lock")

    change = gazette.json("crawl", "--as-of", "2026-03-02T22:00:00+09:00")[0]

    assert change["detected_at"] == "2026-03-02T13:00:00Z"
    assert change["article"]["first_seen_at"] == "2026-03-02T13:00:00Z"


def test_as_of_without_a_zone_is_utc(gazette):
    gazette.run("crawl", "--as-of", "2026-03-02T12:00")

    assert gazette.json("changes")[0]["detected_at"] == "2026-03-02T12:00:00Z"


def test_as_of_before_the_last_check_is_exit_2_and_changes_nothing(gazette, room):
    gazette.run("crawl", "--as-of", "2026-03-02T12:00:00Z")
    room.publish("lock")

    ran = gazette.run("crawl", "--as-of", "2026-03-02T11:59:59Z", code=2)

    assert "--as-of" in ran.err
    assert "2026-03-02T12:00:00" in ran.err
    assert len(gazette.json("changes")) == 3
    gazette.run("crawl", "--as-of", "2026-03-02T12:00:00Z")


def test_as_of_before_the_last_check_of_any_source_is_refused_whichever_is_asked_for(configure, room):
    gazette = configure(source_block("harbour", room.feed), source_block("harbour-list", room.list, kind="html_list"))
    gazette.run("crawl", "harbour", "--as-of", "2026-03-02T12:00:00Z")

    assert "--as-of" in gazette.run("crawl", "harbour-list", "--as-of", "2026-03-02T11:00:00Z", code=2).err


def test_a_week_is_replayed_without_waiting(configure, room, site):
    gazette = configure(source_block("harbour", room.feed), confirm="20s")
    gazette.run("crawl", "--as-of", "2026-03-02T12:00:00Z")
    room.withdraw("bridge-1")
    room.edit("bridge-2", "120 euros", "150 euros")

    days = [gazette.json("crawl", "--as-of", f"2026-03-0{day}T13:00:00Z") for day in (3, 4, 5, 6)]

    assert [[record["kind"] for record in day[:-1]] for day in days] == [["edited"], [], ["removed"], []]
    assert all(day[-1]["took"] < 10 for day in days)
    removed = days[2][0]
    assert faults_of(CHANGE, removed) == []
    assert (removed["cause"], removed["revision"], removed["significance"]) == ("404", None, 1.0)
    assert [sign["status"] for sign in removed["evidence"]["observations"]] == [404, 404, 404]
    assert {sign["verdict"] for sign in removed["evidence"]["observations"]} == {"not_found"}


def test_backfill_and_since_record_older_pages_as_baseline(configure, site):
    room = Newsroom(site, per_page=4)
    room.publish_many(20)
    gazette = configure(source_block("harbour", room.list, kind="html_list"))

    counts = [
        gazette.json("crawl")[-1]["new"],
        gazette.json("crawl", "--backfill", "1")[-1]["new"],
        gazette.json("crawl", "--since", "2026-02-01")[-1]["new"],
        gazette.json("crawl", "--since", "2026-02-01")[-1]["new"],
    ]

    assert counts == [4, 4, 12, 0]
    assert all(change["baseline"] for change in gazette.json("changes"))


def test_what_stands_in_a_wrong_place_is_exit_2(gazette, database):
    for arguments in (
        ("crawl", "--as-of", "tomorrow"),
        ("crawl", "--since", "2026-13-45"),
        ("crawl", "--backfill", "-1"),
        ("crawl", "--recheck", "some"),
        ("crawl", "--fail-on", "maybe"),
        ("crawl", "--nonsense"),
        ("krawl",),
    ):
        ran = gazette.run(*arguments, code=2)
        assert ran.err
        assert ran.out == ""
    assert not database.exists()


def test_two_crawls_at_once_tell_everything_once(gazette, room, database):
    gazette.run("crawl")
    room.publish_many(10, name="quay")

    with gazette.start("crawl", "--json") as one, gazette.start("crawl", "--json") as other:
        ends = [process.communicate(timeout=60) for process in (one, other)]

    assert [one.returncode, other.returncode] == [0, 0], ends
    stored = gazette.json("changes")
    assert len(stored) == 13
    assert len({change["article"]["id"] for change in stored}) == 13
    connection = sqlite3.connect(database)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


def test_the_version_is_told(gazette):
    assert gazette.run("--version").out.strip() == f"gazette {__version__}"


def test_a_console_channel_keeps_out_of_the_way_of_json(configure, room):
    console = '[[channel]]\nname = "screen"\nkind = "console"\n[[subscription]]\nname = "me"\nchannel = "screen"\n'
    gazette = configure(source_block("harbour", room.feed), more=console)
    gazette.run("crawl")
    room.publish("lock")
    with_json = gazette.run("crawl", "--json")
    room.publish("pier")
    plain = gazette.run("crawl")

    assert [record["kind"] for record in with_json.records] == ["new", "summary"]
    assert "Notice on the lock works" in with_json.err
    assert room.url("pier") in plain.out


def test_the_configuration_may_be_named_by_the_environment_or_lie_in_config(gazette, tmp_path):
    plain = [*COMMAND, "crawl", "--json"]
    named = {**clean_environment(), "GAZETTE_CONFIG": str(gazette.config)}
    by_name = subprocess.run(plain, cwd=tmp_path, env=named, capture_output=True, timeout=60, check=True)
    (tmp_path / "config").mkdir()
    gazette.config.rename(tmp_path / "config" / "gazette.toml")
    by_place = subprocess.run(plain, cwd=tmp_path, env=clean_environment(), capture_output=True, timeout=60, check=True)

    assert b'"new":3' in by_name.stdout
    assert b'"new":3' in by_place.stdout
    assert (tmp_path / "config" / "data" / "gazette.db").exists()
