from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.errors import UsageError
from crawler.onboarding.blocks import add_article, append_block, remove_from_text, rename_in_text, write_source
from crawler.settings.document import Document
from crawler.settings.references import resolve_references

TEXT = """\
# What is watched.

# ---- the harbour ----

# moved in March
[[source]]
id = "harbour"            # the old one
kind = "feed"
url = "https://example.org/feed"
# every = "5m"

[source.fetch]
timeout = "3s"

# ---- others ----

[[source]]
id = "links"
kind = "wechat"
url = "https://example.org/s/AbCdEfGh"

[[subscription]]
name = "all"
sources = ["harbour", "har*"]   # both
"""


def test_a_block_reads_back_as_what_was_meant():
    block = write_source({"id": "a", "title": '广东 "要闻"\\', "options": {"item": "ul li", "max_pages": 2}})
    assert tomllib.loads(block)["source"] == [
        {"id": "a", "title": '广东 "要闻"\\', "options": {"item": "ul li", "max_pages": 2}}
    ]
    assert block.startswith("[[source]]\n")
    assert "[source.options]" not in block


@settings(max_examples=100, deadline=None)
@given(title=st.text(max_size=60))
def test_whatever_a_title_holds_the_block_is_toml(title):
    assert tomllib.loads(write_source({"id": "a", "title": title}))["source"][0]["title"] == title


def test_what_a_site_calls_itself_never_makes_the_configuration_read_a_secret():
    options = {"item": "env:A", "skip": ["env:B"]}
    block = write_source({"id": "a", "title": "env:SMTP_PASSWORD", "tags": ["file:/etc/passwd"], "options": options})
    document = Document(path=Path("a.toml"), folder=Path(), files=(), tree=tomllib.loads(block))
    assert resolve_references(document, {"SMTP_PASSWORD": "secret", "A": "secret", "B": "secret"}) == []
    assert document.references == {}
    assert "secret" not in str(document.tree)


def test_an_appended_block_leaves_every_byte_before_it():
    after = append_block(TEXT, write_source({"id": "new"}))
    assert after.startswith(TEXT)
    assert [each["id"] for each in tomllib.loads(after)["source"]] == ["harbour", "links", "new"]
    assert append_block("", "[[source]]\n") == "[[source]]\n"


def test_renaming_changes_the_id_and_who_names_it_and_nothing_else():
    after = rename_in_text(TEXT, "harbour", "port")
    expected = TEXT.replace('id = "harbour"  ', 'id = "port"  ').replace('["harbour", ', '["port", ')
    assert after == expected
    assert rename_in_text(TEXT, "nobody", "port") == TEXT


def test_removing_takes_the_block_with_the_comment_on_top_of_it():
    after = remove_from_text(TEXT, "harbour")
    assert after.startswith("# What is watched.\n\n# ---- the harbour ----\n\n# ---- others ----\n\n[[source]]\n")
    assert "moved in March" not in after
    assert "timeout" not in after
    assert [each["id"] for each in tomllib.loads(after)["source"]] == ["links"]
    assert "every" not in after


def test_removing_the_last_block_leaves_what_stands_before():
    first = '[[source]]\nid = "a"\n'
    assert remove_from_text(f'{first}\n[[source]]\nid = "b"\n', "b") == first


def test_removing_an_unknown_source_is_refused():
    with pytest.raises(UsageError, match="no \\[\\[source\\]\\] has the id nobody"):
        remove_from_text(TEXT, "nobody")


def test_a_source_in_an_inline_list_is_left_to_its_author():
    with pytest.raises(UsageError, match="change it by hand"):
        remove_from_text('source = [{ id = "a" }, { id = "b" }]\n', "b")


@pytest.mark.parametrize(
    "options",
    [
        "",
        'options = { articles = ["https://example.org/s/first"] } # picked\n',
        'options.articles = ["https://example.org/s/first"]\n',
        '\n[source.options]\narticles = [\n  "https://example.org/s/first", # the first\n]\n',
        "\n[source.options]\n",
    ],
)
def test_a_link_is_added_however_the_options_are_written(options):
    text = f'[[source]]\nid = "links"\nkind = "wechat"\n{options}\n[[channel]]\nname = "here"\n'
    after = add_article(text, "links", "https://example.org/s/second")
    links = tomllib.loads(after)["source"][0]["options"]["articles"]
    assert links == (["https://example.org/s/first"] if "first" in options else []) + ["https://example.org/s/second"]
    assert all(comment in after for comment in ("# picked", "# the first") if comment in options)
    assert after.endswith('[[channel]]\nname = "here"\n')


@settings(max_examples=100, deadline=None)
@given(
    blocks=st.lists(
        st.sampled_from(
            ["", "# a comment\n", "\n", "options = { item = 'a' }\n", "\n[source.fetch]\ntimeout = '3s'\n\n"]
        ),
        min_size=1,
        max_size=5,
    ),
    data=st.data(),
)
def test_removing_one_source_leaves_all_others_as_they_were(blocks, data):
    text = "".join(f'# on {n}\n[[source]]\nid = "s{n}"\n{extra}' for n, extra in enumerate(blocks))
    gone = data.draw(st.integers(0, len(blocks) - 1))
    before = tomllib.loads(text)["source"]
    after = tomllib.loads(remove_from_text(text, f"s{gone}")).get("source", [])
    assert after == [each for each in before if each["id"] != f"s{gone}"]
