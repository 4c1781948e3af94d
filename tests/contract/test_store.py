"""What every store must do for a check, whatever engine it runs on."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.errors import StoreError, UsageError
from crawler.model import (
    ArticleState,
    ChangeKind,
    Habits,
    IncidentState,
    Trace,
    Validators,
    Verdict,
)
from storage.proof import verify_chains
from storage.store import open_store


def counts(store):
    tables = ("article", "article_key", "article_sighting", "revision", "observation", "change", "incident")
    outbox = ("delivery", "delivery_event", "source_state")
    return {table: store.database.fetch(f"SELECT count(*) FROM {table}")[0][0] for table in tables + outbox}


# -- sources and articles -------------------------------------------------------------------------------------------


def test_a_source_state_comes_back_as_it_was_committed(store, made):
    state = made.state(
        address="abc",
        validators=Validators(etag='"1"', last_modified="Fri, 01 Mar 2024 08:00:00 GMT"),
        body_sha256="0" * 64,
        well_at=made.now,
        changed_at=made.now - timedelta(microseconds=1),
        newest_at=made.now,
        due_at=made.now,
        baselined_at=made.now,
        failures=2,
        verdict=Verdict.CHALLENGE,
        reason="验证",
        entry_count=20,
        checks=7,
        muted=True,
        habits=Habits(
            traces=(Trace(at=made.now, article_id="a", kind="edited"),),
            looks=((made.now, 3),),
            unread=1,
            distrusts_ids=True,
            quiet_after=timedelta(days=4),
        ),
    )
    store.commit([made.outcome(state=state)])
    assert store.source_states(["zq-news", "unknown"]) == {"zq-news": state}


def test_a_later_state_replaces_an_earlier_one(store, made):
    store.commit([made.outcome(state=made.state(failures=3))])
    store.commit([made.outcome(state=made.state(failures=0))])
    assert store.source_states(["zq-news"])["zq-news"].failures == 0


def test_an_article_is_found_by_each_of_its_keys(store, made):
    known = made.troubled()
    store.commit([made.outcome(articles=(known,))])
    assert store.find_articles([*known.keys, "url:https://nobody.example/"]) == dict.fromkeys(known.keys, known)


def test_no_keys_find_no_articles(store):
    assert store.find_articles([]) == {}


def test_a_key_stays_with_the_article_that_had_it_first(store, made):
    first = made.known("a", keys=("url:shared", "doc:a"))
    second = made.known("b", keys=("url:shared", "doc:b"))
    store.commit([made.outcome(articles=(first,))])
    store.commit([made.outcome(articles=(second,))])
    found = store.find_articles(["url:shared", "doc:a", "doc:b"])
    assert {key: article.id for key, article in found.items()} == {
        "url:shared": first.id,
        "doc:a": first.id,
        "doc:b": second.id,
    }
    assert found["doc:b"].keys == ("doc:b",)


def test_keys_are_gathered_over_an_articles_life(store, made):
    known = made.known()
    store.commit([made.outcome(articles=(known,))])
    store.commit([made.outcome(articles=(replace(known, keys=(*known.keys, "url:moved")),))])
    assert store.find_articles(["url:moved"])["url:moved"].keys == (*known.keys, "url:moved")


def test_a_key_of_any_length_is_found_again(store, made):
    long, longer = "id:zq-news:" + "长" * 5_000, "id:zq-news:" + "长" * 5_001
    known = made.known(keys=(long,))
    store.commit([made.outcome(articles=(known,))])
    assert store.find_articles([long, longer]).keys() == {long}
    again = store.find_articles([long])[long]
    assert store.find_articles(again.keys)[again.keys[0]].id == known.id


def test_a_sighting_by_another_source_is_remembered(store, made):
    known = made.known()
    store.commit([made.outcome(articles=(known,))])
    store.commit([made.outcome("gd-gov", articles=(replace(known, also_at=("gd-gov",)),))])
    store.commit([made.outcome(articles=(known,))])  # an older view does not undo it
    assert store.load_articles([known.id])[0].also_at == ("gd-gov",)


def test_two_sources_that_find_one_article_at_once_share_it(store, made):
    changes = store.commit([made.found("a", "zq-news"), made.found("a", "gd-gov")])
    article = store.load_articles([made.known("a").id])[0]
    assert (article.source_id, article.also_at) == ("zq-news", ("gd-gov",))
    assert [change.source for change in changes] == ["zq-news"]


def test_who_has_not_seen_the_latest_step_does_not_write_it_back(store, made):
    store.commit([made.outcome(articles=(made.known(steps=2, fingerprint="1:new"),))])
    store.commit([made.outcome(articles=(made.known(steps=1, fingerprint="1:old"),))])
    assert store.load_articles([made.known().id])[0].fingerprint == "1:new"


def test_an_article_may_pass_through_every_state(store, made):
    for state in (ArticleState.MISSING, ArticleState.REMOVED, ArticleState.PRESENT):
        store.commit([made.outcome(articles=(made.known(state=state),))])
        assert store.load_articles([made.known().id])[0].state is state


def test_due_articles_come_longest_overdue_first(store, made):
    due = {"a": 5, "b": 1, "c": 3, "later": 60}
    articles = tuple(made.known(name, due_at=made.now + timedelta(minutes=minutes)) for name, minutes in due.items())
    never = made.known("never", due_at=None)
    foreign = made.known("foreign", "gd-gov", due_at=made.now)
    store.commit([made.outcome(articles=(*articles, never, foreign))])
    soon = made.now + timedelta(minutes=5)
    ids = {made.known(name).id: name for name in (*due, "never")}
    assert [ids[a.id] for a in store.due_articles("zq-news", now=soon, limit=10)] == ["b", "c", "a"]
    assert [ids[a.id] for a in store.due_articles("zq-news", now=soon, limit=2)] == ["b", "c"]
    assert [ids[a.id] for a in store.due_articles("zq-news", now=None, limit=10)] == ["b", "c", "a", "later", "never"]


def test_twins_are_the_articles_of_a_source_that_say_the_same(store, made):
    one, same = made.known("one", fingerprint="1:x"), made.known("same", fingerprint="1:x")
    others = (made.known("other"), made.known("foreign", "gd-gov", fingerprint="1:x"))
    store.commit([made.outcome(articles=(one, same, *others))])
    assert {twin.id for twin in store.find_twins("zq-news", ["1:x", "1:nobody"])} == {one.id, same.id}
    assert store.find_twins("zq-news", []) == []


def test_the_window_of_a_listing_is_what_it_named_last(store, made):
    assert store.listing_window("zq-news") == ()
    store.commit([made.outcome(window=("url:a", "id:zq-news:\n字"))])
    store.commit([made.outcome()])
    assert store.listing_window("zq-news") == ("url:a", "id:zq-news:\n字")
    store.commit([made.outcome(window=("url:b",))])
    assert store.listing_window("zq-news") == ("url:b",)
    assert store.listing_window("gd-gov") == ()


# -- revisions and changes ------------------------------------------------------------------------------------------


def test_the_latest_revision_has_its_full_text(store, made):
    first, second = made.revision(number=1), made.revision(number=2)
    store.commit([made.outcome(articles=(made.known(),), revisions=(first, second))])
    latest = store.latest_revision(first.article_id)
    assert latest == second
    assert latest.article.published.instant.utcoffset() == timedelta(hours=8)
    assert store.latest_revision("nobody") is None


def test_a_revision_is_never_altered(store, made):
    first = made.revision()
    store.commit([made.outcome(articles=(made.known(),), revisions=(first,))])
    store.commit([made.outcome(revisions=(replace(first, fingerprint="1:forged"),))])
    assert store.revisions(first.article_id) == [first]


def test_a_revision_of_an_unknown_article_is_refused_as_a_whole(store, made):
    with pytest.raises(StoreError):
        store.commit([made.outcome(revisions=(made.revision(),), changes=(made.change(),))])
    assert not any(counts(store).values())


def test_changes_are_numbered_in_the_order_of_commits(store, made):
    first = store.commit([made.found("a"), made.found("b", "gd-gov")])
    second = store.commit([made.found("c")])
    assert [change.seq for change in first + second] == [1, 2, 3]
    assert [change.article.title for change in first] == ["关于a的通知", "关于b的通知"]


def test_a_committed_change_is_read_as_it_was_returned(store, made):
    (committed,) = store.commit([made.outcome(changes=(made.change(),))])
    (read,) = store.list_changes()
    assert read == committed
    assert read.article.published_at.utcoffset() == timedelta(hours=8)


def test_committing_twice_is_committing_once(store, made):
    outcome = replace(made.found(promises=True), incidents=(made.incident(),))
    first = store.commit([outcome])
    before = counts(store)
    assert store.commit([outcome]) == first
    assert counts(store) == before
    assert store.commit([outcome, outcome]) == first
    assert counts(store) == before
    assert all(before[table] for table in before if table != "article_sighting")


def test_committing_nothing_changes_nothing(store):
    assert store.commit([]) == []
    assert not any(counts(store).values())


def test_seq_grows_with_commits_of_many_writers(url, made):
    names = [f"{writer}-{number}" for writer in range(4) for number in range(12)]
    seen: set[int] = set()
    guard = threading.Lock()

    def write(mine):
        with open_store(url, busy_timeout=timedelta(seconds=30)) as store:
            for name in mine:
                store.commit([made.found(name)])
                with guard:  # who has seen a seq never finds a smaller one later
                    known = {change.seq for change in store.list_changes(after=0, limit=1000)}
                    assert min(known - seen, default=1_000) > max(seen, default=0)
                    seen.update(known)

    with ThreadPoolExecutor() as writers:
        for done in [writers.submit(write, names[each::4]) for each in range(4)]:
            done.result()
    with open_store(url) as store:
        assert len(store.list_changes(limit=1000)) == len(names)
        assert list(verify_chains(store)) == []


# -- incidents ------------------------------------------------------------------------------------------------------


def test_an_incident_is_open_until_it_closes(store, made):
    later = made.incident("j", opened_at=made.now + timedelta(minutes=1))
    store.commit([made.outcome(incidents=(later, made.incident("i")))])
    assert [incident.id for incident in store.open_incidents_of(["zq-news"])] == ["inc_i", "inc_j"]
    store.commit([made.outcome(incidents=(made.incident("i", IncidentState.CLOSED),))])
    assert store.open_incidents_of(["zq-news"]) == [later]
    assert store.open_incidents_of(["gd-gov"]) == []


def test_a_closed_incident_is_not_opened_by_an_old_telling(store, made):
    store.commit([made.outcome(incidents=(made.incident(),))])
    store.commit([made.outcome(incidents=(made.incident(state=IncidentState.CLOSED),))])
    store.commit([made.outcome(incidents=(made.incident(),))])
    assert store.open_incidents_of(["zq-news"]) == []
    assert [incident.state for incident in store.list_incidents()] == [IncidentState.CLOSED]


# -- what publishers send -------------------------------------------------------------------------------------------


def test_text_that_no_database_takes_is_made_storable(store, made):
    known = made.known(title="a\0b\ud800c", keys=("id:\0\udfff",), url="https://example.org/\0")
    article = replace(made.article(), title="a\0b\ud800c")
    revision = replace(made.revision(), article=article)
    observation = made.observation(reason="\0\ud800", headers=(("x", "\0\ud800"),))
    store.commit([made.outcome(articles=(known,), revisions=(revision,), observations=(observation,))])
    assert store.find_articles(known.keys).keys() == set(known.keys)
    assert store.find_articles(known.keys)[known.keys[0]].title == "a\ufffdb?c"
    assert store.latest_revision(known.id).article.title == "a\0b?c"
    assert list(verify_chains(store)) == []


def test_an_instant_without_a_zone_is_refused(store, made):
    with pytest.raises(StoreError, match="time zone"):
        store.commit([made.outcome(state=made.state(due_at=made.now.replace(tzinfo=None)))])


def test_an_instant_keeps_its_microseconds_in_any_zone(store, made):
    instant = made.article().published.instant + timedelta(microseconds=123_456)
    store.commit([made.outcome(state=made.state(due_at=instant))])
    assert store.source_states(["zq-news"])["zq-news"].due_at == instant


def test_a_damaged_row_names_itself(store, made):
    store.commit([made.found()])
    store.database.run("UPDATE article SET state = 'vanished'")
    store.database.run("UPDATE change SET record = '{'")
    store.database.run("UPDATE revision SET article = 'null'")
    identity = made.known().id
    with pytest.raises(StoreError, match=f"article {identity}"):
        store.load_articles([identity])
    with pytest.raises(StoreError, match="change 1"):
        store.list_changes()
    with pytest.raises(StoreError, match=f"revision {identity}/1"):
        store.latest_revision(identity)


# -- evidence -------------------------------------------------------------------------------------------------------


def test_each_host_has_its_own_chain(store, made):
    other = replace(made, host="other.example.org:8443")
    store.commit([made.outcome(observations=(made.observation("a"), other.observation("a"), made.observation("b")))])
    store.commit([made.outcome(observations=(made.observation("c"),))])
    rows = store.database.fetch("SELECT host, seq, prev_hash, hash FROM observation ORDER BY host, seq")
    assert [row[:2] for row in rows] == [
        ("other.example.org:8443", 1),
        ("www.example.gov.cn", 1),
        ("www.example.gov.cn", 2),
        ("www.example.gov.cn", 3),
    ]
    assert [row[2] for row in rows] == ["", "", rows[1][3], rows[2][3]]
    assert list(verify_chains(store)) == []


# -- people ask -----------------------------------------------------------------------------------------------------


def test_changes_are_listed_by_filters(store, made):
    for hour, (name, source, kind) in enumerate(
        [("a", "zq-news", ChangeKind.NEW), ("b", "gd-gov", ChangeKind.EDITED), ("c", "zq-news", ChangeKind.REMOVED)]
    ):
        at = made.now + timedelta(hours=hour)
        store.commit([made.outcome(source, changes=(made.change(name, source, kind=kind, detected_at=at),))])

    def seqs(**filters):
        return [change.seq for change in store.list_changes(**filters)]

    assert seqs() == [3, 2, 1]
    assert seqs(limit=2) == [3, 2]
    assert seqs(after=0) == [1, 2, 3]
    assert seqs(after=1, limit=1) == [2]
    assert seqs(sources=["zq-news"]) == [3, 1]
    assert seqs(kinds=["edited", "removed"]) == [3, 2]
    assert seqs(since=made.now + timedelta(hours=1)) == [3, 2]
    assert seqs(until=made.now + timedelta(hours=1)) == [1]
    assert seqs(sources=["nobody"]) == []


def test_articles_are_listed_newest_first_with_their_text(store, made):
    later = replace(made, now=made.now + timedelta(hours=1))
    store.commit([made.found("a"), later.found("b", "gd-gov")])
    store.commit([made.outcome(articles=(made.known("bare", first_seen_at=made.now - timedelta(days=1)),))])
    listed = store.list_articles()
    assert [article.title for _, article in listed] == ["关于b的通知", "关于a的通知", "关于bare的通知"]
    assert listed[0][1] == made.article("b")
    assert [known.source_id for known, _ in store.list_articles(sources=["gd-gov"])] == ["gd-gov"]
    assert len(store.list_articles(since=later.now)) == 1
    assert store.count_articles() == 3


def test_the_overview_tells_what_each_source_brought(store, made):
    store.commit([made.found("a"), made.found("b"), made.outcome("quiet", articles=(made.known("q", "quiet"),))])
    overview = store.sources_overview()
    assert {name: (each.articles, each.last_seq) for name, each in overview.items()} == {
        "zq-news": (2, 2),
        "quiet": (1, None),
    }
    assert overview["zq-news"].last_change_at == made.now


def test_the_next_due_instant_is_the_earliest(store, made):
    assert store.next_due() is None
    store.commit(
        [made.outcome(articles=(made.known("a", due_at=made.now), made.known("b"), made.known("c", due_at=None)))]
    )
    assert store.next_due() == made.now


def test_an_article_is_found_by_id_prefix_or_address(store, made):
    store.commit([made.found("a"), made.found("b")])
    known = store.load_articles([made.known("a").id])[0]
    keyed = made.known("c", keys=("url:https://example.gov.cn/c",), url="https://www.example.gov.cn/c?utm_source=x")
    store.commit([made.outcome(articles=(keyed,))])
    assert store.find_article(known.id) == known
    assert store.find_article(known.id[:6]) == known
    assert store.find_article(known.url) == known
    assert store.find_article("http://www.example.gov.cn/c").id == keyed.id


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        ("", "could be several articles"),
        ("zzz", "no article zzz"),
        ("%", "no article %"),
        ("https://example.org/unknown", "no article is known at https://example.org/unknown"),
    ],
)
def test_an_article_that_is_not_found_says_what_to_do(store, made, ref, words):
    store.commit([made.found("a"), made.found("b")])
    with pytest.raises(UsageError, match=words):
        store.find_article(ref)


def test_an_ambiguous_prefix_names_the_candidates(store, made):
    ids = [f"abc{number}" for number in range(7)]
    store.commit([made.outcome(articles=tuple(made.known(str(n), id=each) for n, each in enumerate(ids)))])
    with pytest.raises(UsageError, match="abc0, abc1, abc2, abc3, abc4 and more"):
        store.find_article("abc")
    assert store.find_article("abc3").id == "abc3"


def test_an_id_that_begins_another_is_found(store, made):
    store.commit([made.outcome(articles=(made.known("a", id="abc"), made.known("b", id="abcd")))])
    assert store.find_article("abc").id == "abc"


def test_a_change_is_found_by_a_piece_of_its_id(store, made):
    (change,) = store.commit([made.outcome(changes=(made.change("a"),))])
    assert (
        store.find_change(change.id) == store.find_change(change.id[:8]) == store.find_change(change.id[4:9]) == change
    )
    with pytest.raises(UsageError, match="no change zzz"):
        store.find_change("zzz")


def test_an_articles_revisions_and_changes_come_oldest_first(store, made):
    life = [made.change("a", id=f"chg_{number}") for number in range(3)]
    revisions = tuple(made.revision(number=number) for number in (2, 1, 3))
    store.commit([made.outcome(articles=(made.known(),), revisions=revisions, changes=tuple(life))])
    assert [revision.number for revision in store.revisions(made.known().id)] == [1, 2, 3]
    assert [change.id for change in store.changes_of(made.known().id)] == ["chg_0", "chg_1", "chg_2"]


def test_the_newest_changes_of_an_article_come_newest_first(store, made):
    store.commit([made.outcome(changes=tuple(made.change("a", id=f"chg_{number}") for number in range(4)))])
    assert [change.id for change in store.changes_of(made.known().id, newest=2)] == ["chg_3", "chg_2"]


def test_one_revision_is_found_by_its_number(store, made):
    store.commit([made.outcome(articles=(made.known(),), revisions=(made.revision(number=1), made.revision(number=2)))])
    assert store.revision_of(made.known().id, 1) == made.revision(number=1)
    assert store.revision_of(made.known().id, 3) is None


def test_what_a_message_links_to_is_found_by_its_whole_id_changes_and_first_signs_alike(store, made):
    sign = replace(made.change("b"), id="sgn_1", kind=ChangeKind.MISSING)
    (change,) = store.commit([made.outcome(changes=(made.change("a"),), signs=(sign,))])
    assert store.told_change(change.id) == change
    assert store.told_change("sgn_1") == replace(sign, seq=0)
    assert [store.told_change(each) for each in (change.id[:-1], "", "sgn_", "a\0b")] == [None] * 4


def test_changes_are_listed_without_those_of_a_baseline_where_wanted(store, made):
    store.commit([made.outcome(changes=(made.change("a", baseline=True), made.change("b")))])
    assert len(store.list_changes()) == 2
    assert [change.baseline for change in store.list_changes(with_baselines=False)] == [False]


def test_incidents_are_listed_newest_first_as_last_told(store, made):
    later = made.incident("j", source="gd-gov", opened_at=made.now + timedelta(minutes=1))
    closing = made.incident("i", IncidentState.CLOSED)
    store.commit([made.outcome(incidents=(made.incident("i"), later))])
    store.commit([made.outcome(incidents=(closing,))])
    assert store.list_incidents() == [later, closing]
    assert store.list_incidents(states=["closed"]) == [closing]
    assert store.list_incidents(sources=["gd-gov"]) == [later]
    assert store.list_incidents(since=later.opened_at) == [later]
    assert store.list_incidents(until=later.opened_at, limit=1) == [closing]
