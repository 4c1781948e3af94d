"""Changes leave the house: real mail, real webhooks, refused at first and sent again as what they were."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime

import pytest
from standardwebhooks import Webhook

from storage.store import open_store
from tests.mailserver import MailServer
from tests.newsroom import source_block
from tests.records import CHANGE, INCIDENT, faults_of
from tests.siteserver import Asked, SiteServer, make_route

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def receiver():
    with SiteServer() as server:
        server.route("/hook", status=204)
        yield server


@pytest.fixture
def mail():
    with MailServer() as server:
        yield server


@pytest.fixture
def telling(configure, room, mail, receiver):
    """One source; readers by mail, a program by webhook, and a file that hears of trouble too."""
    return configure(
        source_block("harbour", room.feed),
        f'[[channel]]\nname = "desk"\nkind = "smtp"\nhost = "127.0.0.1"\nport = {mail.port}\nsecurity = "none"\n'
        'from = "Gazette <gazette@example.org>"\nto = ["desk@example.org"]\n',
        f'[[channel]]\nname = "hook"\nkind = "webhook"\nurl = "{receiver.url("/hook")}"\nsecret = "{SECRET}"\n'
        f'private_hosts = ["127.0.0.1:{receiver.port}"]\n',
        '[[channel]]\nname = "log"\nkind = "file"\npath = "told.jsonl"\n',
        '[[subscription]]\nname = "readers"\nchannel = "desk"\n',
        '[[subscription]]\nname = "program"\nchannel = "hook"\n',
        '[[subscription]]\nname = "operator"\nchannel = "log"\nincidents = true\n',
    )


@pytest.fixture
def begun(telling, mail, receiver):
    """After the baseline; what was said on that occasion is forgotten."""
    telling.run("crawl")
    mail.received.clear()
    receiver.forget()
    return telling


def verify(asked: Asked) -> dict:
    """The content of a webhook, once an independent verifier has found its signature right."""
    Webhook(SECRET).verify(asked.body, asked.headers)
    return json.loads(asked.body)


def await_retry(gazette) -> None:
    """Waits until everything that failed may be tried again."""
    due = [datetime.fromisoformat(each["due_at"]) for each in gazette.json("alerts", "list", "--state", "pending")]
    time.sleep(max(0.0, (max(due) - datetime.now(UTC)).total_seconds()) + 0.1)


def test_the_articles_of_a_baseline_are_told_to_nobody(telling, mail, receiver, tmp_path):
    telling.run("crawl")

    texts = [each.content.decode() for each in mail.received] + [asked.body.decode() for asked in receiver.requests]
    assert not any("Notice on the bridge-1 works" in text for text in texts if '"article.new"' in text)
    assert not any(verify(asked)["type"].startswith("article.") for asked in receiver.requests)
    assert not any("sent to" in line for line in telling.run("crawl").lines)


def test_an_edit_arrives_by_mail_with_what_changed(begun, room, mail):
    room.edit("bridge-1", "120 euros", "150 euros")

    ran = begun.run("crawl", "--recheck", "all")

    (received,) = mail.received
    message = received.message
    text = message.get_body(("plain",)).get_content()
    html = message.get_body(("html",)).get_content()
    assert received.recipients == ["desk@example.org"]
    assert "Notice on the bridge-1 works" in message["Subject"] + text
    assert "120 euros → 150 euros" in text
    assert "150" in html
    assert "<del" in html
    assert "readers: 1" in ran.lines[-1]


def test_a_webhook_carries_the_change_record_and_a_right_signature(begun, room, receiver):
    room.publish("lock")

    begun.run("crawl")

    (asked,) = receiver.requests
    event = verify(asked)
    assert (asked.method, event["type"]) == ("POST", "article.new")
    assert faults_of(CHANGE, event["data"]) == []
    assert event["data"] == begun.json("changes", "--limit", "1")[0]


def test_a_receiver_that_refuses_gets_the_same_bytes_under_the_same_id_by_the_next_crawl(begun, room, receiver):
    begun.run("crawl", "--as-of", "2036-03-02T12:00:00Z")
    room.publish("lock")
    receiver.route("/hook", "busy", status=503)

    refused = begun.run("crawl", "--as-of", "2036-03-02T13:00:00Z")
    receiver.route("/hook", status=204)
    await_retry(begun)
    taken = begun.run("crawl", "--as-of", "2036-03-02T14:00:00Z")
    calm = begun.run("crawl", "--as-of", "2036-03-02T15:00:00Z")

    first, second = receiver.requests
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    verify(second)
    assert "1 delivery waits for a retry" in refused.lines[-1]
    assert "warning" in refused.err
    assert "503" in refused.err
    assert "program: 1" in taken.lines[-1]
    assert "sent to" not in calm.lines[-1]
    assert (refused.code, taken.code) == (0, 0)


def test_a_mail_server_that_is_away_loses_nothing(begun, room, mail, receiver):
    room.publish("lock")
    mail.handler.answers.append("451 try again later")

    begun.run("crawl")
    waiting = begun.json("alerts", "list", "--state", "pending")
    await_retry(begun)
    begun.run("crawl")

    assert [(each["channel"], each["attempts"]) for each in waiting] == [("desk", 1)]
    assert "451" in waiting[0]["last_error"]
    assert len(mail.received) == 1
    assert begun.json("alerts", "list", "--state", "pending") == []
    assert len(receiver.requests) == 1


def test_a_letter_that_is_refused_for_good_is_dead_counted_and_sent_by_hand(begun, room, mail):
    room.publish("lock")
    mail.handler.refused["desk@example.org"] = "550 no such user"

    ran = begun.run("crawl", code=1)
    (dead,) = begun.json("alerts", "list", "--state", "dead")
    mail.handler.refused.clear()
    begun.run("alerts", "retry", dead["id"][:12])

    assert "1 delivery dead" in ran.lines[-1]
    assert "550" in dead["last_error"]
    assert len(mail.received) == 1
    assert begun.json("alerts", "show", dead["id"])[0]["state"] == "sent"


def test_a_receiver_that_is_gone_is_called_again_only_when_resumed(begun, room, receiver):
    room.publish("lock")
    receiver.route("/hook", status=410)
    begun.run("crawl", code=1)
    room.publish("pier")
    begun.run("crawl")
    receiver.route("/hook", status=204)
    begun.run("alerts", "resume", "hook")

    begun.run("crawl")

    events = [verify(asked)["data"]["article"]["title"] for asked in receiver.requests]
    assert events == ["Notice on the lock works", "Notice on the pier works"]


def test_trouble_reaches_those_who_asked_for_it(begun, room, tmp_path, mail, receiver):
    room.break_feed()
    for _ in range(2):
        begun.run("crawl", code=1)
    room.mend_feed()
    begun.run("crawl")

    told = [json.loads(line) for line in (tmp_path / "told.jsonl").read_text().splitlines()]
    incidents = [record for record in told if record["kind"] == "incident"]
    assert [faults_of(INCIDENT, record) for record in incidents] == [[], []]
    assert [record["state"] for record in incidents] == ["open", "closed"]
    assert (mail.received, receiver.requests) == ([], [])


def test_a_mass_edit_reaches_readers_as_one_message_with_every_article(begun, room, mail, receiver):
    room.publish_many(4, name="quay")
    begun.run("crawl", "--no-alerts")
    for post in list(room.posts):
        room.edit(post.slug, "120 euros", "150 euros")

    begun.run("crawl", "--recheck", "all")

    (received,) = mail.received
    (asked,) = receiver.requests
    text = received.message.get_body(("plain",)).get_content()
    assert [post.title for post in room.posts if post.title not in text] == []
    event = verify(asked)
    assert (event["type"], event["data"]["reason"], event["data"]["count"]) == ("source.incident", "mass_edit", 7)


def test_a_burst_of_changes_is_one_mail_and_one_webhook_each(begun, room, mail, receiver):
    room.publish_many(3, name="quay")

    begun.run("crawl")

    assert len(mail.received) == 1
    assert len(receiver.requests) == 3


def test_alerts_lists_shows_and_tests(begun, room, mail, receiver):
    room.publish("lock")
    begun.run("crawl")
    newest_last = reversed(begun.json("alerts", "list", "--state", "sent"))
    sent = {each["channel"]: each for each in newest_last}
    (letter,) = begun.json("alerts", "show", sent["desk"]["id"])

    assert {"desk", "hook", "log"} <= sent.keys()
    assert "Notice on the lock works" in letter["payload"].replace("=\n", "")
    assert "desk" in begun.run("alerts", "list").out
    assert "Notice on the lock works" in begun.run("alerts", "show", sent["hook"]["id"][:14]).out
    mail.received.clear()
    begun.run("alerts", "test", "desk")
    begun.run("alerts", "test", "hook")
    assert len(mail.received) == 1
    assert verify(receiver.last("/hook"))["type"] == "test"


def test_alerts_explain_what_was_mistyped(begun, receiver):
    assert "desk" in begun.run("alerts", "test", "dsk", code=2).err
    assert "nobody" in begun.run("alerts", "resume", "nobody", code=2).err
    assert "ffff" in begun.run("alerts", "show", "dlv_ffff", code=2).err
    assert "pending" in begun.run("alerts", "list", "--state", "lost", code=2).err
    receiver.route("/hook", status=500)
    assert "500" in begun.run("alerts", "test", "hook", code=1).err


def test_a_channel_that_is_slow_does_not_keep_the_others_waiting(begun, room, mail, receiver):
    receiver.compute("/hook", lambda _: make_route(status=204, delay=1.5))
    room.publish("lock")

    begun.run("crawl")

    assert (len(mail.received), len(receiver.requests)) == (1, 1)


def test_a_preview_says_what_would_have_been_sent_and_sends_nothing(begun, room, mail, receiver):
    room.edit("bridge-1", "120 euros", "150 euros")
    room.publish("lock")
    begun.run("crawl", "--recheck", "all", "--no-alerts")

    lines = begun.run("alerts", "preview", "readers").lines
    assert lines[-1].startswith("readers would have sent 1 message about 2 events since ")
    assert "EDITED, unannounced: Notice" in "\n".join(lines)
    assert len(begun.json("alerts", "preview", "program")) == 2
    assert (
        begun.run("alerts", "preview", "program", "--since", "2099-01-01")
        .lines[-1]
        .startswith("program would have sent 0 messages about 0 events")
    )
    assert "readers, program, operator" in begun.run("alerts", "preview", "nobody", code=2).err
    assert (mail.received, receiver.requests) == ([], [])


def test_a_subscription_that_was_switched_off_is_named_and_resumed(begun, tmp_path):
    with open_store(f"sqlite:///{tmp_path}/data/gazette.db") as store:
        store.disable_subscription("readers", "a reader unsubscribed")

    assert "subscription readers is switched off: a reader unsubscribed" in begun.run("status").out
    assert "subscription readers is on" in begun.run("alerts", "resume", "readers").err
    assert "switched off" not in begun.run("status").out
    assert "nobody" in begun.run("alerts", "resume", "nobody", code=2).err


def test_a_message_revived_in_quiet_hours_says_what_it_waits_for(configure, room, mail):
    now = datetime.now(UTC)
    hours = f"{(now.hour - 1) % 24:02d}:00-{(now.hour + 2) % 24:02d}:00"
    gazette = configure(
        source_block("harbour", room.feed),
        f'[[channel]]\nname = "desk"\nkind = "smtp"\nhost = "127.0.0.1"\nport = {mail.port}\nto = ["a@example.org"]\n',
        f'[[subscription]]\nname = "readers"\nchannel = "desk"\nquiet_hours = "{hours}"\n',
    )
    gazette.run("crawl")
    room.publish("lock")
    gazette.run("crawl")

    waiting = [each["id"] for each in gazette.json("alerts", "list", "--state", "pending") if each["events"]]
    assert "quiet hours of readers" in gazette.run("alerts", "retry", waiting[0]).err
    assert mail.received == []
