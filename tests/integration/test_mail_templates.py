"""Templates of the operator's own: bounded, tried when the configuration is read, and never in the way of the news."""

from __future__ import annotations

import time

import pytest

from crawler.errors import ConfigError
from crawler.notifier import dress
from crawler.notifier.channels import smtp
from crawler.notifier.dress import TemplateBroken, check_templates
from crawler.settings import load_settings
from tests.mailserver import MailServer
from tests.notices import make_change, make_notice, make_summary

GOOD = (
    "<h1>{{ view.subject }}</h1>{% for section in view.sections %}{% for item in section.items %}"
    "<p>{{ item.title }}</p>{% endfor %}{% endfor %}"
)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "templates"
    made.mkdir()
    return made


def write(folder, text, name="mail.html.j2"):
    (folder / name).write_text(text, encoding="utf-8")


def test_one_part_of_the_mail_is_ours_where_only_the_other_was_written(folder):
    write(folder, GOOD)
    options = smtp.Options(to=("desk@example.org",), templates=folder)
    mail = smtp.compose(make_notice(make_change(article=make_summary(title="<b>Fees</b>"))), options.templates)
    assert "<p>&lt;b&gt;Fees&lt;/b&gt;</p>" in mail.html
    assert "What changed" in mail.text


def test_other_files_of_the_folder_can_be_included(folder):
    write(folder, "{% include 'head.j2' %}{{ view.heading }}", "mail.txt.j2")
    write(folder, "Gazette of {{ view.language }}: ", "head.j2")
    check_templates(folder)
    assert smtp.compose(make_notice(make_change()), folder).text.startswith("Gazette of en: EDITED")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{{ view.nothing }}", "mail.html.j2:1: .*nothing"),
        ("\n\n{% for x in %}", "mail.html.j2:3: "),
        ("\n{{ view.sections[0].items[0].titel }}", "mail.html.j2:2: .*titel"),
        ("{% include 'nope.j2' %}", "nope.j2 is not there"),
        ("{{ ''.__class__.__mro__ }}", "unsafe"),
        ("{{ 'a' * 10**10 }}", "memory"),
        (
            "{% set n = namespace(s='aaaaaaaa') %}{% for i in range(60) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
            "memory",
        ),
        ("{% for i in range(9999) %}{{ 'a' * 9999 }}{% endfor %}", "larger mail"),
    ],
)
def test_a_broken_template_is_told_with_its_file_and_line(folder, text, told):
    write(folder, text)
    with pytest.raises(ValueError, match=rf"templates {folder}.*{told}"):
        check_templates(folder)


def test_a_template_that_never_ends_is_ended(folder, monkeypatch):
    monkeypatch.setattr(dress, "WALL_SECONDS", 2.0)
    write(folder, "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}")
    began = time.monotonic()
    with pytest.raises(ValueError, match=r"takes (longer|more time)"):
        check_templates(folder)
    assert time.monotonic() - began < 60  # by itself it would end next week


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("mail.html.j2", b"\xff\xfe", "not UTF-8"),
        ("mail.html.j2", b"a" * 300_000, "larger than 256 KiB"),
        ("other.txt", b"", "holds neither"),
    ],
)
def test_what_is_no_template_is_refused(folder, name, content, told):
    (folder / name).write_bytes(content)
    with pytest.raises(ValueError, match=told):
        check_templates(folder)


CONFIG = """
[[source]]
id = "news"
kind = "feed"
url = "https://www.example.org/feed.xml"
[[channel]]
name = "desk"
kind = "smtp"
to = ["desk@example.org"]
templates = "templates"
[[subscription]]
name = "all"
channel = "desk"
incidents = true
"""


def test_the_configuration_names_the_place_of_the_mistake(folder):
    config = folder.parent / "gazette.toml"
    config.write_text(CONFIG)
    write(folder, "line one\n{{ view.nothing }}")
    with pytest.raises(ConfigError, match=r"gazette\.toml:10: .*templates.*mail\.html\.j2:2: ") as caught:
        load_settings(config, {})
    assert len(caught.value.problems) == 1
    write(folder, GOOD)
    assert load_settings(config, {}).channels[0].options.templates == folder


def test_a_template_that_breaks_at_night_costs_its_dress_and_not_the_news(folder, caplog):
    write(folder, GOOD)
    with MailServer() as server:
        options = smtp.Options(host="127.0.0.1", port=server.port, to=("desk@example.org",), templates=folder)
        write(folder, "{{ view.nothing }}")
        payload = smtp.render(make_notice(make_change(), language="zh"), options)
    assert b"multipart" not in payload
    mail = smtp.compose(make_notice(make_change(), language="zh"), folder)
    assert mail.html == ""
    assert "11% → 1.1%" in mail.text
    assert "邮件模板有误" in mail.text
    assert "mail.html.j2:1" in mail.text
    assert "template is broken" in caplog.text


def test_a_folder_that_is_gone_is_a_broken_template(tmp_path):
    with pytest.raises(TemplateBroken, match="holds neither"):
        dress.dress(make_notice(make_change()), tmp_path / "nowhere")
