from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.settings.lines import KeyPath, find_lines

TEXT = '''\
# a comment with [brackets] and = signs
[storage]
url = "sqlite:///x.db"  # a comment

[[source]]
id = "a # no comment"
tags = [
  "one",   # [
  "two",
]
text = """
[not.a.table]
key = 1
"""
after = 'x'
[source.options]
item = "ul[class=list] li"
[[source]]
id = "b"
"quoted key" = 1
fetch.host_delay = "1s"
[source.fetch]
proxy = ""
'''


def test_every_key_has_its_line() -> None:
    assert find_lines(TEXT) == {
        ("storage",): 2,
        ("storage", "url"): 3,
        ("source", 0): 5,
        ("source", 0, "id"): 6,
        ("source", 0, "tags"): 7,
        ("source", 0, "text"): 11,
        ("source", 0, "after"): 15,
        ("source", 0, "options"): 16,
        ("source", 0, "options", "item"): 17,
        ("source", 1): 18,
        ("source", 1, "id"): 19,
        ("source", 1, "quoted key"): 20,
        ("source", 1, "fetch", "host_delay"): 21,
        ("source", 1, "fetch"): 22,
        ("source", 1, "fetch", "proxy"): 23,
    }


VALUES = st.sampled_from(
    [
        '"x"',
        "'[['",
        "1",
        "true",
        "[1,\n 2]",
        '["a", # ]\n "]"]',
        '"""\n[[a]]\nb = 1\n"""',
        "'''\n\"\"\"\n'''",
        "{ a = [1] }",
        '"\\""',
    ]
)


@given(st.lists(st.tuples(st.sampled_from(["[[t]]", "# c", "", "["]), VALUES), max_size=12))
@settings(max_examples=200, deadline=None)
def test_lines_point_at_the_keys_that_a_real_parser_sees(statements: list[tuple[str, str]]) -> None:
    lines: list[str] = []
    for number, (lead, value) in enumerate(statements):
        lines += ["[[t]]" if lead == "[[t]]" else f"[u{number}]" if lead == "[" else lead, f"k{number} = {value}"]
    text = "\n".join(lines)
    data = tomllib.loads(text)
    found = find_lines(text)
    for path, line in found.items():
        _look_up(data, path)
        last = next(part for part in reversed(path) if isinstance(part, str))
        assert last in text.split("\n")[line - 1]
    assert {path[-1] for path in found if str(path[-1]).startswith("k")} == {f"k{n}" for n in range(len(statements))}


def _look_up(data: Any, path: KeyPath) -> None:
    for part in path:
        data = data[part]


@given(st.text(alphabet="[]{}\"'#=.\n\\ab1 ", max_size=200))
@settings(max_examples=300, deadline=None)
def test_even_broken_text_ends(text: str) -> None:
    assert all(1 <= line <= text.count("\n") + 1 for line in find_lines(text).values())
