"""Webhooks to a real receiver, verified by the independent library of Standard Webhooks."""

from __future__ import annotations

import asyncio
import base64
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook
from standardwebhooks.webhooks import WebhookVerificationError

from crawler.errors import ChannelGone, PermanentDeliveryError, TemporaryDeliveryError
from crawler.model import Attachment, Fact, FactType, Hunk, HunkOp, IncidentState
from crawler.notifier.channels import webhook
from crawler.record import change_record
from tests.mailserver import free_port
from tests.notices import make_change, make_delivery, make_incident, make_mass, make_notice, make_summary
from tests.siteserver import SiteServer

OLD, NEW = ("whsec_" + base64.b64encode(bytes([number]) * 32).decode() for number in (1, 2))


@pytest.fixture
def site():
    with SiteServer() as server:
        yield server


def reach(url, **values):
    return webhook.Options(
        **{"url": url, "private_hosts": ("127.0.0.1",), "timeout": timedelta(seconds=5), "secret": NEW, **values}
    )


def post(options, notice=None, **delivery):
    payload = webhook.render(notice or make_notice(make_change()), options)
    asyncio.run(webhook.send(payload, make_delivery(**delivery), options))


def test_the_receiver_verifies_the_message_and_reads_the_change_record(site):
    post(reach(site.route("/hook")))
    (asked,) = site.requests
    event = Webhook(NEW).verify(asked.body, asked.headers)
    assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
    assert event == {
        "type": "article.edited",
        "timestamp": "2024-05-06T07:30:00Z",
        "data": change_record(make_change()),
    }


def test_the_id_of_the_delivery_is_the_id_of_the_message(site):
    post(reach(site.route("/hook")), id="dlv_again")
    assert site.requests[0].headers["webhook-id"] == "dlv_again"


def test_the_timestamp_is_that_of_the_attempt_in_real_seconds(site):
    post(reach(site.route("/hook")))
    assert abs(int(site.requests[0].headers["webhook-timestamp"]) - time.time()) < 30


def test_while_a_secret_is_rotated_both_verify(site):
    post(reach(site.route("/hook"), secret=f"{NEW} {OLD}"))
    asked = site.requests[0]
    for secret in (NEW, OLD):
        Webhook(secret).verify(asked.body, asked.headers)


def test_an_altered_body_does_not_verify(site):
    post(reach(site.route("/hook")))
    asked = site.requests[0]
    with pytest.raises(WebhookVerificationError):
        Webhook(NEW).verify(asked.body.replace(b"1.1%", b"11%"), asked.headers)


def test_without_a_secret_nothing_is_signed(site):
    post(reach(site.route("/hook"), secret=""))
    assert "webhook-signature" not in site.requests[0].headers


def test_further_headers_are_sent_and_cannot_replace_ours(site):
    post(reach(site.route("/hook"), headers=(("Authorization", "Bearer x"), ("webhook-id", "forged"))))
    headers = site.requests[0].headers
    assert headers["authorization"] == "Bearer x"
    assert headers["webhook-id"] == "dlv_0123"


@pytest.mark.parametrize(
    ("notice", "kind"),
    [
        (make_notice(incidents=(make_incident(),)), "source.incident"),
        (make_notice(incidents=(make_incident(state=IncidentState.CLOSED),)), "source.recovered"),
        (make_notice(make_change("1"), make_change("2"), kind="digest"), "digest"),
        (make_notice(make_change("1"), kind="digest"), "digest"),
        (make_notice(kind="test"), "test"),
    ],
)
def test_every_event_has_its_type(notice, kind):
    assert webhook.event_of(notice)[0] == kind


def test_a_digest_holds_all_its_changes():
    _, data = webhook.event_of(make_notice(make_change("1"), make_change("2"), kind="digest"))
    assert [change["id"] for change in data["changes"]] == ["chg_1", "chg_2"]
    assert data["incidents"] == []


def test_a_diff_of_megabytes_is_cut_and_says_so():
    hunks = tuple(Hunk(field="body", op=HunkOp.INSERT, after="新" * 10_000) for _ in range(100))
    notice = make_notice(make_change(diff=hunks))
    body = webhook.render(notice, None)
    _, data = webhook.event_of(notice)
    assert len(body) < 2 * webhook.DIFF_LIMIT
    assert data["diff_truncated"] is True
    assert 0 < len(data["diff"]) < 100


HUGE = make_change(
    "huge",
    facts=tuple(Fact(type=FactType.QUOTE, field="body", before="旧" * 5000, after="新" * 5000) for _ in range(500)),
    article=make_summary(
        attachments=tuple(Attachment(url=f"https://x.example/{n}.pdf", name="件" * 3000) for n in range(200))
    ),
)
MASSES = tuple(replace(make_mass(400), id=f"inc_{number}") for number in range(500))


@pytest.mark.parametrize(
    "notice",
    [
        make_notice(HUGE),
        make_notice(*(make_change(str(number)) for number in range(5000)), kind="digest"),
        make_notice(HUGE, *(make_change(str(number)) for number in range(20)), kind="digest"),
        make_notice(*(replace(HUGE, id=f"chg_{number}") for number in range(40)), kind="digest"),
        make_notice(incidents=(make_mass(20_000),)),
        make_notice(make_change(), incidents=MASSES, kind="digest"),
    ],
    ids=["one", "many", "one and many", "many huge", "a mass", "many masses"],
)
def test_a_body_is_bounded_as_a_whole_and_says_what_is_missing(notice):
    _, data = webhook.event_of(notice)
    assert len(webhook.render(notice, None)) < webhook.BODY_LIMIT + 1000
    changes = data.get("changes", [data] if notice.changes else [])
    incidents = data.get("incidents", [] if notice.changes else [data])
    listed = len(changes) + len(incidents)
    assert listed + data.get("left_out", 0) == len(notice.changes) + len(notice.incidents)
    assert [each["id"] for each in changes] == [each.id for each in notice.changes[: len(changes)]]
    assert len(changes) >= min(len(notice.changes), 10)
    for record, plain in zip(changes, webhook.bounded_records(notice), strict=False):
        assert record.keys() - {"truncated"} == plain.keys()
        assert record.get("truncated", False) is (record != plain)
        assert record["article"]["url"] == plain["article"]["url"]


def test_a_mass_is_told_with_as_many_of_its_articles_as_fit():
    _, whole = webhook.event_of(make_notice(incidents=(make_mass(2000),)))
    _, cut = webhook.event_of(make_notice(incidents=(make_mass(20_000),)))
    assert (len(whole["articles"]), "truncated" in whole) == (2000, False)
    assert (len(cut["articles"]), cut["count"], cut["truncated"]) == (300, 20_000, True)


@pytest.mark.parametrize("status", [200, 201, 204])
def test_every_2xx_means_received(site, status):
    post(reach(site.route("/hook", status=status)))
    assert site.count("/hook") == 1


@pytest.mark.parametrize("status", [400, 401, 404, 413, 429, 500, 503])
def test_every_other_answer_is_tried_again_and_says_why(site, status):
    url = site.route("/hook", "no room  for\nthis", status=status)
    with pytest.raises(TemporaryDeliveryError, match=f"answered {status}: no room for this"):
        post(reach(url))


def test_a_redirect_is_not_followed(site):
    target = site.route("/there")
    with pytest.raises(TemporaryDeliveryError, match="configure the final address"):
        post(reach(site.redirect("/hook", target, status=301)))
    assert site.count("/there") == 0


def test_410_switches_the_channel_off(site):
    with pytest.raises(ChannelGone, match="410"):
        post(reach(site.route("/hook", status=410)))


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_the_receivers_pause_is_honoured(site, status):
    with pytest.raises(TemporaryDeliveryError) as caught:
        post(reach(site.route("/hook", status=status, headers={"Retry-After": "120"})))
    assert caught.value.retry_after == timedelta(seconds=120)


@pytest.mark.parametrize(
    ("value", "pause"),
    [
        ("120", timedelta(seconds=120)),
        (" 0 ", timedelta(0)),
        ("99999999999999999999", timedelta(hours=24)),
        ("Mon, 06 May 2024 07:40:00 GMT", timedelta(minutes=10)),
        ("Mon, 06 May 2024 07:00:00 GMT", timedelta(0)),
        ("Mon, 06 May 2999 07:00:00 GMT", timedelta(hours=24)),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("１２０", None),
        ("Mon, 99 May 2024 99:99:99 GMT", None),
    ],
)
def test_retry_after_is_read_in_both_forms_and_never_beyond_a_day(value, pause):
    assert webhook.read_retry_after(value, now=datetime(2024, 5, 6, 7, 30, tzinfo=UTC)) == pause


def test_a_private_address_is_refused_for_good_unless_allowed(site):
    url = site.route("/hook")
    with pytest.raises(PermanentDeliveryError, match="private"):
        post(reach(url, private_hosts=()))
    assert site.count("/hook") == 0
    post(reach(url, private_hosts=(), allow_private_networks=True))
    assert site.count("/hook") == 1


def test_nobody_listening_is_tried_again():
    port = free_port()
    with pytest.raises(TemporaryDeliveryError, match=f"127.0.0.1:{port}"):
        post(reach(f"http://127.0.0.1:{port}/hook"))


def test_a_slow_receiver_costs_no_more_than_the_timeout(site):
    url = site.route("/hook", "x" * 1000, status=500, drip=0.1)
    began = time.monotonic()
    with pytest.raises(TemporaryDeliveryError, match=r"no answer within 0\.4 s"):
        post(reach(url, timeout=timedelta(seconds=0.4)))
    assert time.monotonic() - began < 60  # the whole answer would take longer


def test_a_receiver_that_hangs_up_is_tried_again(site):
    with pytest.raises(TemporaryDeliveryError):
        post(reach(site.route("/hook", raw=b"")))


def test_an_endless_answer_is_read_only_at_its_beginning(site):
    with pytest.raises(TemporaryDeliveryError) as caught:
        post(reach(site.route("/hook", "x" * 5_000_000, status=500)))
    assert len(str(caught.value)) < 400


def test_a_message_about_trouble_tells_no_secret_of_the_address(site):
    url = site.route("/token123", status=500).replace("http://", "http://user:pass@") + "?key=456"
    with pytest.raises(TemporaryDeliveryError) as caught:
        post(reach(url))
    assert not {"token123", "456", "pass"} & set(str(caught.value).replace("/", " ").replace("@", " ").split())
    assert "token123" not in str(caught.value)


@pytest.mark.parametrize("secret", ["whsec_", "whsec_!!!", "not base64 at all", "a2V5", f"{NEW} whsec_"])
def test_a_secret_that_cannot_sign_is_refused_when_it_is_configured(secret):
    with pytest.raises(ValueError, match="secret") as caught:
        reach("https://example.org/hook", secret=secret)
    assert NEW not in str(caught.value)
    assert "not base64 at all" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "example.org/hook", "ftp://example.org", "https://", "file:///etc/passwd"])
def test_an_address_that_is_none_is_refused_when_it_is_configured(url):
    with pytest.raises(ValueError, match="url"):
        reach(url)
