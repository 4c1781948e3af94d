"""Whether a page says that it no longer holds."""

import pytest

from crawler.parser.article.reader import Manner, read_markup
from crawler.parser.article.validity import find_validity


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("【已废止】", "已废止"),
        ("（本文件已失效）", "本文件已失效"),
        ("该通知已于2024年3月1日废止。", "该通知已于2024年3月1日废止"),
        ("本办法予以废止。", "本办法予以废止"),
        ("［廃止］", ""),
        ("【廃止】", "廃止"),
        ("当要綱は廃止しました。", "当要綱は廃止しました"),
        ("This guidance was withdrawn on 3 May 2024", "withdrawn"),
        ("This notice has been superseded by Notice 12.", "superseded"),
    ],
)
def test_a_line_that_ends_its_own_page_is_told_in_its_words(line, said):
    assert find_validity("Notice on the harbour", ["An opening line.", line]) == said


@pytest.mark.parametrize(
    "line",
    [
        "废止",
        "失效",
        "关于废止部分规范性文件的通知",
        "《某市办法》（2010年印发）同时废止。",
        "本办法予以废止，不得继续执行。",
        "This guidance explains when a licence is withdrawn.",
        "The notice was withdrawn.",
    ],
)
def test_what_ends_another_text_or_labels_a_tab_says_nothing_of_this_page(line):
    assert find_validity("某市人民政府关于废止和修改部分规章的决定", [line]) == ""


def test_a_flag_in_the_title_counts():
    assert find_validity("某市项目管理办法【已废止】", []) == "已废止"
    assert find_validity("[失效]某市项目管理办法", []) == "失效"


def test_a_page_that_carries_a_flag_above_its_text_has_a_status_and_keeps_its_words():
    text = "".join(
        f"<p>第{number}条　本市项目的申报，由市发展改革部门负责受理，并在十日内答复。</p>" for number in "一二三四"
    )
    page = f"<html><body><h1>某市项目管理办法</h1><div class='content'><p>【已废止】</p>{text}</div></body></html>"
    article = read_markup(page, Manner(url="https://example.org/a", timezone="Asia/Shanghai"))
    assert article.status == "已废止"
    assert len(article.blocks) >= 4
