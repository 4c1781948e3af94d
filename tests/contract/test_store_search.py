"""What every store finds by words, on both engines alike."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import Attachment, Block, BlockKind
from crawler.text.terms import list_terms, read_query
from storage import search
from storage.maintenance import copy
from storage.store import open_store

DAY = timedelta(days=1)


def keep(store, made, name, title="", text="", *, number=1, source="zq-news", **values):
    """Commits an article, or its next revision, that reads so."""
    known = made.known(name, source, **{"title": title, "revision": number, "steps": number, **values})
    blocks = tuple(Block(kind=BlockKind.PARAGRAPH, text=line) for line in text.splitlines())
    article = replace(made.article(name), title=title, blocks=blocks, attachments=())
    revision = replace(made.revision(name, number), article=article)
    store.commit([made.outcome(source, articles=(known,), revisions=(revision,))])
    return known.id


def find(store, query, **options):
    """The names of the articles that are found, in order."""
    while store.write_terms(most=2):
        pass
    return [
        each.article.url.rpartition("/")[2].removesuffix(".html") for each in store.search(read_query(query), **options)
    ]


@pytest.fixture
def full(store, made):
    keep(store, made, "insurance", "关于2024年城乡居民医疗保险缴费的通告", "个人缴费标准为每人380元。\n国务院办公厅。")
    keep(store, made, "bridge", "Bridge closed", "The old bridge over the Méuse costs 120 euros.", source="gd-gov")
    keep(store, made, "rules", "New rules", "Rules on bridges and on procurement. 第3条")
    return store


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("医疗保险", ["insurance"]),
        ("医保", []),
        ("务院", ["insurance"]),
        ("厅", ["insurance"]),
        ("办", ["insurance"]),
        ("国务院 380元", ["insurance"]),
        ("国务院 120元", []),
        ("第3条", ["rules"]),
        ("meuse", ["bridge"]),
        ("BRIDGE", ["bridge"]),
        ("bridge*", ["bridge", "rules"]),
        ("bridge* -old", ["rules"]),
        ('"old bridge"', ["bridge"]),
        ('"bridge old"', []),
        ("rules procurement", ["rules"]),
        ("closed the", ["bridge"]),
        ('"closed the"', []),
        ("条例", []),
    ],
)
def test_articles_are_found_by_their_words(full, query, names):
    assert find(full, query) == names


def test_what_stands_in_the_title_comes_first_and_the_newest_where_that_is_asked(store, made):
    keep(store, made, "aside", "Other", "About many things, of them a harbour. " + "And others. " * 30)
    keep(store, made, "about", "The harbour", "It is closed.", first_seen_at=made.now - DAY)
    assert find(store, "harbour") == ["about", "aside"]
    assert find(store, "harbour", newest=True) == ["aside", "about"]
    assert find(store, "harbour", limit=1) == ["about"]


def test_the_filters_are_those_of_articles(full, made):
    assert find(full, "bridge*", sources=["gd-gov"]) == ["bridge"]
    assert find(full, "bridge*", since=made.now + DAY) == []
    assert find(full, "bridge*", until=made.now) == []
    assert find(full, "bridge*", since=made.now, until=made.now + DAY) == ["bridge", "rules"]


def test_only_what_an_article_says_now_is_found_unless_the_past_is_asked_for(store, made):
    keep(store, made, "a", "Fees", "The fee is 120 euros.")
    assert find(store, "120") == ["a"]
    keep(store, made, "a", "Fees", "The fee is 150 euros.", number=2)
    assert find(store, "150") == ["a"]
    assert find(store, "120") == []
    assert find(store, "120", past=True) == ["a"]
    assert [each.revision.number for each in store.search(read_query("120"), past=True)] == [1]
    assert [each.revision.number for each in store.search(read_query("fee"), past=True)] == [2]


def test_a_story_of_several_sources_is_found_once_unless_a_source_is_named(store, made):
    first = keep(store, made, "a", "One story", "Of the harbour.")
    keep(store, made, "b", "One story", "Of the harbour.", source="gd-gov", copy_of=first)
    assert find(store, "harbour") == ["a"]
    assert find(store, "harbour", sources=["gd-gov"]) == ["b"]


def test_names_numbers_and_files_are_found(store, made):
    known = made.known("a")
    article = replace(
        made.article("a"),
        document_number="肇府〔2023〕5号",
        authors=("Ann Lee",),
        attachments=(
            Attachment(url="u", name="Fee table"),
            Attachment(url="v", name="Rules", blocks=(Block(kind=BlockKind.PARAGRAPH, text="within the file"),)),
        ),
    )
    store.commit([made.outcome(articles=(known,), revisions=(replace(made.revision("a"), article=article),))])
    for query in ("肇府〔2023〕5号", '"ann lee"', "table", '"within the file"'):
        assert find(store, query) == ["a"], query


def test_terms_are_written_once_and_in_portions(full):
    assert full.count_without_terms() == 3
    assert [full.write_terms(most=2) for _ in range(3)] == [2, 1, 0]
    assert full.count_without_terms() == 0
    assert len(find(full, "bridge*")) == 2


def test_nothing_is_found_before_terms_are_written_and_nothing_breaks(full):
    assert full.search(read_query("bridge")) == []


def test_newer_ways_to_cut_make_all_terms_anew(full, monkeypatch):
    assert find(full, "bridge") == ["bridge"]
    monkeypatch.setattr(search, "TERMS_VERSION", 2)
    monkeypatch.setattr(search, "list_terms", lambda text: ["x" + term for term in list_terms(text)])
    assert full.count_without_terms() == 3
    assert find(full, "xbridge") == ["bridge"]
    assert find(full, "bridge") == []


def test_a_damaged_revision_holds_up_no_other(full, made):
    full.database.run("UPDATE revision SET article = '{' WHERE article_id = ?", (made.known("insurance").id,))
    assert find(full, "procurement") == ["rules"]
    assert full.count_without_terms() == 0


def test_what_is_forgotten_is_found_no_more_and_its_place_is_never_taken(full, made):
    assert find(full, "医疗") == ["insurance"]
    full.forget_source("zq-news")
    assert find(full, "医疗") == find(full, "医疗", past=True) == []
    keep(full, made, "new", "Something else", "Entirely.")
    assert find(full, "医疗") == find(full, "procurement") == []
    assert find(full, "entirely") == ["new"]


def test_a_text_that_is_too_long_for_an_engine_is_found_by_how_it_begins(store, made):
    words = " ".join(f"{'w' * 50}{number}" for number in range(70_000))
    keep(store, made, "long", "Long", f"first {words} last")
    keep(store, made, "short", "Short", "first")
    assert sorted(find(store, "first")) == ["long", "short"]


def test_a_copy_on_another_engine_finds_the_same(full, made, postgres_databases, engine, tmp_path):
    assert find(full, "bridge*") == ["bridge", "rules"]
    target = f"sqlite:///{tmp_path}/copy.db" if engine == "postgresql" else postgres_databases()
    copy(full, target)
    with open_store(target) as copied:
        assert find(copied, "bridge*") == ["bridge", "rules"]
        keep(copied, made, "later", "Another bridge", "")
        assert sorted(find(copied, "bridge*")) == ["bridge", "later", "rules"]


def test_terms_written_by_two_at_once_are_written_once(full, url):
    with open_store(url) as other:
        assert (full.write_terms(most=2), other.write_terms(most=2)) == (2, 1)
    assert find(full, "bridge*") == ["bridge", "rules"]
