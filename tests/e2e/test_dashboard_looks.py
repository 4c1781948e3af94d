"""How a page of the dashboard looks in a real browser: it fits a telephone, in every script, light and dark."""

from __future__ import annotations

import json
import os
import re
from importlib.resources import files

import pytest

from crawler.dashboard.pages import Visitor, change_page, evidence_page
from tests.e2e.test_mail_looks import MEASURE
from tests.pictures import CHINESE, ENGLISH, JAPANESE, find_chromium, run_chromium

pytestmark = pytest.mark.slow

LINK = '<link rel="stylesheet" href="/style.css">'


@pytest.fixture(autouse=True)
def chromium():
    if find_chromium() is None:
        if os.environ.get("GAZETTE_NO_SKIP"):
            pytest.fail("chromium is not installed; .ci/run installs it")
        pytest.skip("needs chromium")


def measure(tmp_path, html, **window):
    style = files("crawler.dashboard").joinpath("style.css").read_text(encoding="utf-8")
    assert LINK in html
    page = tmp_path / "page.html"
    page.write_text(html.replace(LINK, f"<style>{style}</style>") + MEASURE, encoding="utf-8")
    shown = run_chromium(page, "--dump-dom", **window)
    return json.loads(re.search(r"<title>(.*?)</title>", shown, re.DOTALL)[1].replace("&quot;", '"'))


@pytest.mark.parametrize(("language", "change"), [("zh", CHINESE), ("ja", JAPANESE), ("en", ENGLISH)])
def test_a_page_fits_a_narrow_window_and_marks_what_changed(tmp_path, language, change):
    for make in (change_page, evidence_page):
        found = measure(tmp_path, make(change, Visitor(language)), width=500, height=900)
        assert found["page"] <= found["window"]
    found = measure(tmp_path, change_page(change, Visitor(language)), width=500, height=900)
    assert (found["struck"], found["underlined"]) == ("line-through", "underline")


def test_a_page_is_dark_where_the_reader_wants_it_dark(tmp_path):
    html = change_page(CHINESE, Visitor("zh"))
    light = measure(tmp_path, html, width=800, height=900)["background"]
    dark = measure(tmp_path, html, width=800, height=900, dark=True)["background"]
    assert sum(map(int, re.findall(r"\d+", dark)[:3])) < 100 < 600 < sum(map(int, re.findall(r"\d+", light)[:3]))
