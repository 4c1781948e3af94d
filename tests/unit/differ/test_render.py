import re

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.differ.hunks import diff_texts
from crawler.differ.render import make_harmless, render_html, render_terminal, render_unified
from crawler.model import Hunk, HunkOp

HOSTILE = "\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>\u202egnp.exe\u2066\r\nSubject: x\x9b31m\udc80\x00"
HUNKS = diff_texts("body", ["增长11%。", "旧的一段，不再保留。"], ["增长1.1%。"])


def test_the_terminal_marks_changes_within_the_line():
    assert render_terminal(HUNKS) == "body\n增长[-11%-]{+1.1%+}。\n\n[-旧的一段，不再保留。-]\n"


def test_colour_is_added_to_the_marks_and_never_replaces_them():
    coloured = render_terminal(HUNKS, color=True)
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == render_terminal(HUNKS)
    assert "\x1b[31;9m[-11%-]\x1b[0m" in coloured


def test_moves_are_marked_as_such():
    one, two, three = "第一段文字内容在这里。", "第二段文字内容也在这里。", "第三段说的是别的事情。"
    shown = render_terminal(diff_texts("body", [one, two, three], [three, one, two]))
    assert f"{{>{three}>}}" in shown
    assert f"[<{three}<]" in shown


def test_fields_are_shown_one_after_the_other():
    hunks = (*diff_texts("title", ["甲"], ["乙"]), *HUNKS)
    assert render_terminal(hunks).startswith("title\n[-甲-]{+乙+}\n\nbody\n")


def test_an_inserted_break_is_visible():
    assert "⏎" in render_terminal((Hunk(field="body", op=HunkOp.INSERT, after="\n"), *HUNKS))


def test_hostile_text_is_made_visible_everywhere():
    hunks = (Hunk(field="body", op=HunkOp.REPLACE, before=HOSTILE, after=HOSTILE),)
    for shown in (render_terminal(hunks), render_html(hunks), render_unified(HOSTILE, "x", before_name=HOSTILE)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", shown)
        shown.encode("utf-8")
    assert "␛" in render_terminal(hunks)
    assert "<script" not in render_html(hunks)


def test_one_line_stays_one_line():
    assert make_harmless("a\r\nb\u2028c\td", one_line=True) == "a b c d"


@given(st.text(max_size=60))
@settings(max_examples=200, deadline=None)
def test_harmless_text_is_left_as_it_is_the_second_time(text):
    once = make_harmless(text)
    assert make_harmless(once) == once


def test_html_says_in_words_and_not_in_colour_what_happened():
    shown = render_html(HUNKS)
    assert '<del class="deleted" aria-label="deleted">11%</del>' in shown
    assert '<ins class="inserted" aria-label="inserted">1.1%</ins>' in shown
    assert "style=" not in shown


def test_html_escapes_and_keeps_line_breaks():
    shown = render_html(diff_texts("body", ["a < b & c."], ["a < b & d.\ne"]))
    assert "a &lt; b &amp; " in shown
    assert "<br>" in shown


LINES = [f"line {number}" for number in range(1, 31)]


def test_the_unified_form_is_what_diff_prints():
    after = [*LINES]
    after[1] = "line two"
    del after[24]
    assert render_unified("\n".join(LINES), "\n".join(after), before_name="r1", after_name="r2").split("\n") == [
        *("--- r1", "+++ r2", "@@ -1,5 +1,5 @@", " line 1", "-line 2", "+line two", " line 3", " line 4", " line 5"),
        *("@@ -22,7 +22,6 @@", " line 22", " line 23", " line 24", "-line 25", " line 26", " line 27", " line 28", ""),
    ]


@given(st.lists(st.sampled_from("abc"), max_size=25), st.lists(st.sampled_from("abc"), max_size=25))
@settings(max_examples=200, deadline=None)
def test_the_unified_form_accounts_for_every_line(before, after):
    old, new = "\n".join(before), "\n".join(after)
    shown = render_unified(old, new).split("\n")
    removed = [line for line in shown if line.startswith("-") and not line.startswith("---")]
    added = [line for line in shown if line.startswith("+") and not line.startswith("+++")]
    assert len(added) - len(removed) == len(new.split("\n")) - len(old.split("\n"))
    assert (old == new) == (shown == [""])
    for head in re.findall(r"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@", "\n".join(shown)):
        assert all(part == "" or int(part) >= 0 for part in head)


def test_lines_that_fold_alike_give_no_unified_diff():
    assert render_unified("２０２３年", "2023 年") == ""
