"""Chat services through apprise, against receivers on loopback wherever a service may stand anywhere."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import logging
from dataclasses import replace

import pytest

from crawler.errors import PermanentDeliveryError, TemporaryDeliveryError
from crawler.notifier.channels import apprise
from crawler.notifier.message.chat import BODY_LIMIT, compose_chat
from tests.mailserver import free_port
from tests.notices import make_change, make_delivery, make_incident, make_mass, make_notice, make_summary
from tests.siteserver import SiteServer

TOKEN = "tk0123456789abcdef0123456789abcd"


@pytest.fixture
def site():
    with SiteServer() as server:
        server.fall_back("{}", content_type="application/json")
        yield server


def reach(*urls, private_hosts=("127.0.0.1/32",), **values):
    return apprise.Options(urls=urls, private_hosts=private_hosts, **values)


def tell(options, notice=None):
    send(apprise.render(notice or make_notice(make_change()), options), options)


def send(payload, options):
    asyncio.run(apprise.send(payload, make_delivery(), options))


@pytest.mark.parametrize(
    ("address", "path", "title_of", "body_of"),
    [
        ("ntfy://127.0.0.1:{port}/notices", "/", "title", "message"),
        ("gotify://127.0.0.1:{port}/" + TOKEN, "/message", "title", "message"),
        ("mmost://127.0.0.1:{port}/" + TOKEN, f"/hooks/{TOKEN}", "text", "text"),
        ("rocket://hook/" + TOKEN + "@127.0.0.1:{port}?mode=webhook", None, None, None),
        ("bark://127.0.0.1:{port}/" + TOKEN, "/push", "title", "body"),
    ],
)
def test_a_service_that_stands_anywhere_gets_title_and_body(site, address, path, title_of, body_of):
    tell(reach(address.format(port=site.port)))
    if path is None:
        assert site.count() > 0
        return
    told = json.loads(site.last(path).body)
    assert "全区一季度经济运行情况" in told[title_of]
    assert "11% → 1.1%" in told[body_of]
    assert "https://www.example.gov.cn/xw/41.html" in told[body_of]


@pytest.mark.parametrize(
    "url",
    [
        "json://127.0.0.1/",
        "xml://example.org",
        "form://example.org",
        "file:///etc/passwd",
        "syslog://",
        "rsyslog://example.org",
        "mailto://user:pass@example.org",
        "dbus://",
        "exec://touch",
        "mqtt://example.org/topic",
        "apprise://example.org/token",
        "https://example.org/hook",
        "wecombot",
        "",
    ],
)
def test_what_is_no_chat_is_refused_when_it_is_configured(url):
    with pytest.raises(ValueError, match="urls"):
        apprise.Options(urls=(url,))


def test_a_refusal_repeats_no_token():
    with pytest.raises(ValueError, match="json") as caught:
        apprise.Options(urls=(f"json://{TOKEN}@example.org",))
    assert TOKEN not in str(caught.value)


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ValueError, match=r"gazette\[chat\]"):
        reach("wecombot://KEY")


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "2130706433"])
def test_a_private_address_is_refused_unless_allowed(site, host):
    with pytest.raises(PermanentDeliveryError, match=r"Gotify: .* is a private"):
        tell(reach(f"gotify://{host}:{site.port}/{TOKEN}", private_hosts=()))
    assert site.requests == []


def test_a_redirect_is_not_followed(site):
    with SiteServer() as other:
        other.fall_back("{}")
        site.redirect("/", other.url("/"), status=307)
        with pytest.raises(TemporaryDeliveryError):
            tell(reach(f"ntfy://127.0.0.1:{site.port}/notices"))
        assert other.requests == []


def test_a_redirect_that_the_address_asks_for_meets_the_guard(site):
    site.redirect("/", "http://127.0.0.2:1/", status=307)
    with pytest.raises(PermanentDeliveryError, match=r"127\.0\.0\.2"):
        tell(reach(f"ntfy://127.0.0.1:{site.port}/notices?redirect=yes"))
    assert site.count("/") == 1


def test_a_service_that_fails_is_tried_again_and_the_reason_has_no_token(site, caplog):
    site.fall_back("no", status=503)
    with caplog.at_level(logging.DEBUG), pytest.raises(TemporaryDeliveryError, match="Gotify") as caught:
        tell(reach(f"gotify://127.0.0.1:{site.port}/{TOKEN}"))
    assert TOKEN not in str(caught.value)
    assert TOKEN not in caplog.text


def test_nobody_listening_is_tried_again():
    with pytest.raises(TemporaryDeliveryError, match="Bark"):
        tell(reach(f"bark://127.0.0.1:{free_port()}/{TOKEN}"))


def test_an_address_apprise_does_not_understand_is_for_the_operator():
    with pytest.raises(PermanentDeliveryError, match="does not understand"):
        tell(reach("tgram://nonsense"))


def test_where_some_of_several_fail_the_others_have_it_and_are_told_no_more(site):
    bark, ntfy, gotify = (f"{scheme}://127.0.0.1:{site.port}/{TOKEN}" for scheme in ("bark", "ntfy", "gotify"))
    options = reach(bark, "tgram://nonsense", ntfy, gotify)
    site.route("/push", "no", status=503)
    site.route("/message", "no", status=503)
    payload = apprise.render(make_notice(make_change()), options)

    with pytest.raises(TemporaryDeliveryError, match=r"Bark.*Telegram.*Gotify") as first:
        send(payload, options)
    site.route("/push", "{}", content_type="application/json")
    with pytest.raises(TemporaryDeliveryError, match=r"Telegram.*Gotify") as second:
        send(first.value.rest, options)
    site.route("/message", "{}", content_type="application/json")
    with pytest.raises(PermanentDeliveryError, match="Telegram") as last:
        send(second.value.rest, options)

    assert [site.count(path) for path in ("/", "/push", "/message")] == [1, 2, 3]
    assert site.last("/message").body == next(each for each in site.requests if each.path == "/message").body
    assert TOKEN.encode() not in last.value.rest
    send(last.value.rest, reach(bark, ntfy, gotify))
    assert site.count() == 6


def test_where_nobody_has_taken_it_the_bytes_stay_as_they_are(site):
    site.fall_back("no", status=503)
    with pytest.raises(TemporaryDeliveryError) as caught:
        tell(reach(f"ntfy://127.0.0.1:{site.port}/notices"))
    assert caught.value.rest is None


def test_elsewhere_the_guard_changes_nothing(site):
    import requests

    tell(reach(f"ntfy://127.0.0.1:{site.port}/notices"))
    assert requests.get(site.url("/elsewhere"), timeout=5).status_code == 200


# -- the words -------------------------------------------------------------------------------------------------------


def test_a_burst_names_the_most_significant_first_and_counts_the_rest():
    changes = [make_change(str(n), significance=n / 40, article=make_summary(title=f"Notice-{n}.")) for n in range(40)]
    text = compose_chat(make_notice(*changes, kind="digest"))
    assert text.body.index("Notice-39.") < text.body.index("Notice-38.")
    assert len(text.body) <= BODY_LIMIT + 10
    assert text.body.endswith(f"+ {40 - text.body.count('Notice-')}")


def test_a_mass_event_and_a_test_have_their_words():
    trouble = compose_chat(make_notice(incidents=(make_incident(), make_mass()), language="zh"))
    assert "批量事件" in trouble.body
    assert "Notice 0 https://www.example.gov.cn/xw/0.html" in trouble.body
    assert "This channel works" in compose_chat(make_notice(kind="test")).body


def test_a_hostile_title_stays_on_its_line():
    article = make_summary(title="Fees\r\n@everyone \u202egnp", excerpt="a\nb")
    text = compose_chat(make_notice(make_change(article=article, facts=()), make_change("2", article=article)))
    assert "\u202e" not in text.body
    assert "\n@everyone" not in text.body


def test_an_edit_of_one_article_says_headline_only_once():
    text = compose_chat(make_notice(make_change()))
    assert text.title.startswith("EDITED, unannounced")
    assert "EDITED" not in text.body


def test_every_scheme_is_one_apprise_knows_and_speaks_over_requests():
    import sys

    from apprise import NotificationManager

    known = NotificationManager()
    for scheme in apprise.SCHEMES:
        plugin = known[scheme]
        assert plugin is not None, scheme
        module = sys.modules[plugin.__module__]
        assert hasattr(module, "requests") or any(
            hasattr(sys.modules.get(f"{module.__name__}.{part}"), "requests") for part in ("base", "bot")
        ), scheme
        assert not hasattr(module, "socket"), scheme


def test_options_can_be_replaced():
    options = reach("wecombot://KEY")
    assert replace(options, urls=("ntfy://topic",)).urls == ("ntfy://topic",)
