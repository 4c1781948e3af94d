from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from crawler.model import ChannelConfig
from crawler.notifier.channels import console, file, smtp, webhook
from crawler.settings.options import describe_fields, make_options, model_options

SMTP = """
[[channel]]
name = "desk"
kind = "smtp"
host = "mail.example.org"
port = 587
security = "starttls"
username = "gazette"
password = "env:MAIL_PASSWORD"
ca_file = "ca.pem"
timeout = "45s"
from = "Gazette <gazette@example.org>"
to = ["desk@example.org", "env:SECOND"]
"""
HOOK = '[[channel]]\nname = "hook"\nkind = "webhook"\nurl = "https://example.org/hook"\n'
SCREEN = '[[channel]]\nname = "screen"\nkind = "console"\n'


def test_a_mail_channel_gets_its_options(load, tmp_path: Path) -> None:
    settings = load(SMTP, {"MAIL_PASSWORD": "geheim", "SECOND": "chief@example.org"})
    assert settings.channels == (
        ChannelConfig(
            name="desk",
            kind="smtp",
            options=smtp.Options(
                host="mail.example.org",
                port=587,
                security="starttls",
                username="gazette",
                password="geheim",
                ca_file=tmp_path.resolve() / "ca.pem",
                timeout=timedelta(seconds=45),
                from_="Gazette <gazette@example.org>",
                to=("desk@example.org", "chief@example.org"),
            ),
        ),
    )


def test_a_webhook_takes_headers_as_a_table(load) -> None:
    options = load(HOOK + '[channel.headers]\nAuthorization = "env:TOKEN"', {"TOKEN": "geheim"}).channels[0].options
    assert options == webhook.Options(url="https://example.org/hook", headers=(("Authorization", "geheim"),))


def test_the_path_of_a_file_channel_starts_at_the_folder(load, tmp_path: Path) -> None:
    options = load('[[channel]]\nname = "f"\nkind = "file"\npath = "../out/changes.jsonl"').channels[0].options
    assert options == file.Options(path=tmp_path.resolve().parent / "out/changes.jsonl")


def test_a_console_needs_no_options(load) -> None:
    assert load(SCREEN).channels[0].options == console.Options()


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[[channel]]\nname = "a"\nkind = "stmp"', 'all.toml:3: [[channel]] kind (a): "stmp" is no kind of channel;'),
        ('[[channel]]\nname = "a"\nkind = "stmp"', 'did you mean "smtp"?'),
        ('[[channel]]\nname = "a"', "all.toml:1: [[channel]] kind (a): is missing"),
        ('[[channel]]\nkind = "console"', "all.toml:1: [[channel]] name (number 1): is missing"),
        (
            '[[channel]]\nname = "a"\nkind = "smtp"',
            "all.toml:1: [[channel]] to (a): is missing; expected a list of texts",
        ),
        (HOOK + 'hots = "x"', "all.toml:5: [[channel]] hots (hook): is not a known key"),
        (
            HOOK + 'headrs = { a = "b" }',
            "all.toml:5: [[channel]] headrs (hook): is not a known key; did you mean `headers`?",
        ),
        (
            HOOK + "timeout = 5",
            "all.toml:5: [[channel]] timeout (hook): 5 is not a duration; expected a duration such as",
        ),
        (
            SCREEN + 'stream = "stdin"',
            'all.toml:4: [[channel]] stream (screen): "stdin" is not known; expected "stdout" or "stderr"',
        ),
        ('[[channel]]\nname = "a"\nkind = "smtp"\nto = []', "all.toml:4: [[channel]] to (a): must name at least one"),
        (
            '[[channel]]\nname = "a"\nkind = "webhook"\nurl = "example.org"',
            "all.toml:4: [[channel]] url (a): must be an",
        ),
        (SCREEN + SCREEN, 'all.toml:5: [[channel]] name (screen): "screen" is taken; the other one is at all.toml:2'),
        (
            '[[subscription]]\nname = "s"\nchannel = "desk"',
            'all.toml:3: [[subscription]] channel (s): "desk" is no channel that is configured',
        ),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "scren"',
            'expected "screen"; did you mean "screen"?',
        ),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "screen"\nrhythm = "daily 25:00"',
            'all.toml:7: [[subscription]] rhythm (s): "daily 25:00" is not a rhythm; expected "at_once", "hourly" or',
        ),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "screen"\nchanges = ["new", "edit"]',
            'all.toml:7: [[subscription]] changes, element 2 (s): "edit" is not known;',
        ),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "screen"\nkeywords = { some = ["x"] }',
            "[subscription.keywords] some (s): is not a known key",
        ),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "screen"\ncoverage = "monday"',
            'all.toml:7: [[subscription]] coverage (s): "monday" is not a day and time; expected "" or "weekly',
        ),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "screen"\nlanguage = "fr"',
            'all.toml:7: [[subscription]] language (s): "fr" is not known; expected "en" or "zh" or "ja"',
        ),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "screen"\nmin_significance = 2',
            "all.toml:7: [[subscription]] min_significance (s): 2 is too large; expected a number from 0 to 1",
        ),
    ],
)
def test_a_mistake_in_a_channel_or_subscription_is_told(problem, text: str, line: str) -> None:
    told = problem(text)
    assert line in told
    if line.startswith("all.toml"):
        assert told.startswith(line)


def test_a_wrong_signing_secret_is_not_repeated(problem) -> None:
    told = problem(HOOK + 'secret = "env:S"', {"S": "streng geheim!"})
    assert told.startswith("all.toml:5: [[channel]] secret (hook): must begin with whsec_")
    assert "geheim" not in told


def test_what_a_channel_refuses_does_not_repeat_a_referenced_value(problem) -> None:
    told = problem('[[channel]]\nname = "a"\nkind = "smtp"\nto = ["env:S"]', {"S": "geheim"})
    assert told == "all.toml:1: [[channel]] (a): '•••' is no mail address"


@pytest.mark.parametrize(
    ("text", "warning"),
    [
        (SCREEN, "channel screen: no subscription uses it"),
        (HOOK, "channel hook: no secret: its messages are not signed"),
        (SCREEN, "there is no [[subscription]]: changes are recorded, and nobody is told"),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "screen"',
            "no subscription has incidents = true: nobody hears when a source is in trouble",
        ),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "screen"\nsources = ["zq-*"]',
            "all.toml:7: subscription s: 'zq-*' matches no source",
        ),
        (
            SCREEN + '[[subscription]]\nname = "s"\nchannel = "screen"\ntags = ["moon"]',
            "subscription s: no source carries the tag 'moon'",
        ),
        (
            '[[source]]\nid = "a"\nurl = "https://example.org/"\n[source.fetch]\nconcurrency = 3',
            "all.toml:5: source a: concurrency counts over all hosts and has no effect on one source",
        ),
        (
            '[[source]]\nid = "a"\nurl = "https://example.org/"\nenabled = false',
            "every source is switched off (enabled = false): nothing is watched",
        ),
    ],
)
def test_what_works_but_hardly_as_meant_is_a_warning(load, text: str, warning: str) -> None:
    assert any(warning in told for told in load(text).warnings)


@dataclass(frozen=True, kw_only=True)
class Sample:
    """Options with every plain type."""

    folder: Path | None = None
    """Where."""
    pauses: tuple[timedelta, ...] = ()
    share: float = 0.5
    number: int = 1


def test_options_of_any_plain_type_are_read(tmp_path: Path) -> None:
    table = model_options(Sample).model_validate({"folder": "x", "pauses": ["1m"], "share": 1, "number": 3})
    made = make_options(Sample, table, tmp_path)
    assert made == Sample(folder=tmp_path / "x", pauses=(timedelta(minutes=1),), share=1.0, number=3)


def test_the_sentence_below_a_field_describes_it() -> None:
    assert describe_fields(Sample) == {"folder": "Where."}
    assert describe_fields(smtp.Options)["to"] == "The recipients."
