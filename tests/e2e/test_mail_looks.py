"""How a mail looks in a real browser: it loads nothing, and fits a telephone and a desk, in every script."""

from __future__ import annotations

import json
import os
import re

import pytest

from crawler.notifier.message import compose_mail
from tests.pictures import NOTICES, PICTURES, SHOWN, find_chromium, run_chromium

pytestmark = pytest.mark.slow

MEASURE = """<script>
const seen = (e) => getComputedStyle(e);
const first = (selector) => document.querySelector(selector);
document.title = JSON.stringify({
  page: document.documentElement.scrollWidth, window: innerWidth,
  loaded: performance.getEntriesByType("resource").length,
  background: seen(document.body).backgroundColor,
  struck: first("del") ? seen(first("del")).textDecorationLine : "",
  underlined: first("ins") ? seen(first("ins")).textDecorationLine : "",
});
</script>"""


@pytest.fixture(autouse=True)
def chromium():
    if find_chromium() is None:
        if os.environ.get("GAZETTE_NO_SKIP"):
            pytest.fail("chromium is not installed; .ci/run installs it")
        pytest.skip("needs chromium")


def measure(tmp_path, name, **window):
    page = tmp_path / "mail.html"
    page.write_text(compose_mail(NOTICES[name]).html + MEASURE, encoding="utf-8")
    shown = run_chromium(page, "--dump-dom", **window)
    return json.loads(re.search(r"<title>(.*?)</title>", shown, re.DOTALL)[1].replace("&quot;", '"'))


@pytest.mark.parametrize("name", NOTICES)
@pytest.mark.parametrize("width", [500, 1200])  # no narrower window can be had; see the narrow one below
def test_a_mail_fits_its_window_and_loads_nothing(tmp_path, name, width):
    found = measure(tmp_path, name, width=width, height=900)
    assert found["page"] <= found["window"]
    assert found["loaded"] == 0


def test_what_was_deleted_is_struck_through_and_what_was_inserted_underlined(tmp_path):
    found = measure(tmp_path, "zh", width=800, height=900)
    assert (found["struck"], found["underlined"]) == ("line-through", "underline")


def test_a_mail_is_dark_where_the_reader_wants_it_dark(tmp_path):
    light = measure(tmp_path, "ja", width=800, height=900)["background"]
    dark = measure(tmp_path, "ja", width=800, height=900, dark=True)["background"]
    assert sum(map(int, re.findall(r"\d+", dark)[:3])) < 100 < 600 < sum(map(int, re.findall(r"\d+", light)[:3]))


def test_the_pictures_in_the_docs_are_there_and_small():
    for *_, picture in SHOWN:
        assert 5_000 < (PICTURES / f"{picture}.png").stat().st_size < 200_000
