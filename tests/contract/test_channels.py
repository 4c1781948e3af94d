"""What every channel promises (``ports.Channel``): the folder is walked, so a new one is tested by being there."""

from __future__ import annotations

import asyncio
import dataclasses
import inspect
import json
import sys
from pathlib import Path

import pytest

import crawler.notifier.channels as folder
from crawler.errors import DeliveryError, UsageError
from crawler.notifier.channels import channel_names, find_channel
from crawler.notifier.message.chat import ChatText, encode_chat
from crawler.notifier.message.feed import encode_items
from tests.mailserver import MailServer, free_port
from tests.notices import make_change, make_delivery, make_incident, make_mass, make_notice
from tests.siteserver import SiteServer

NOTICES = {
    "change": make_notice(make_change()),
    "incident": make_notice(incidents=(make_incident(),)),
    "burst": make_notice(make_change("1"), make_change("2"), incidents=(make_mass(),)),
    "digest": make_notice(make_change("1"), make_change("2"), kind="digest"),
    "test": make_notice(kind="test"),
}


@dataclasses.dataclass
class Way:
    """A channel with options that reach a receiver, those that reach nobody, and what the receiver got."""

    options: object
    broken: object
    received: object


def mail_way(tmp_path, stack):
    server = stack.enter(MailServer())
    options = find_channel("smtp").Options(host="127.0.0.1", port=server.port, to=("desk@example.org",))
    return Way(
        options,
        dataclasses.replace(options, port=free_port()),
        lambda: [each.content for each in server.received],
    )


def webhook_way(tmp_path, stack):
    site = stack.enter(SiteServer())
    options = find_channel("webhook").Options(url=site.route("/hook"), private_hosts=("127.0.0.1",))
    broken = dataclasses.replace(options, url=f"http://127.0.0.1:{free_port()}/")
    return Way(options, broken, lambda: [each.body for each in site.requests])


def file_way(tmp_path, stack):
    path = tmp_path / "made" / "changes.jsonl"
    options = find_channel("file").Options(path=path)
    return Way(options, dataclasses.replace(options, path=tmp_path), lambda: [path.read_bytes()])


def console_way(tmp_path, stack):
    options = find_channel("console").Options(stream="stderr")
    return Way(options, dataclasses.replace(options, stream="stdin"), lambda: [stack.captured().err.encode()])


def apprise_way(tmp_path, stack):
    site = stack.enter(SiteServer())
    site.route("/", "{}")
    options = find_channel("apprise").Options(
        urls=(f"ntfy://127.0.0.1:{site.port}/notices",), private_hosts=("127.0.0.1",)
    )
    broken = dataclasses.replace(options, urls=(f"ntfy://127.0.0.1:{free_port()}/notices",))
    return Way(options, broken, lambda: [as_chat(json.loads(each.body)) for each in site.requests])


def as_chat(received):
    """What ntfy was told, as the channel writes it."""
    return encode_chat(ChatText(title=received["title"], body=received["message"]))


def feed_way(tmp_path, stack):
    path = tmp_path / "made" / "changes.json"
    options = find_channel("feed").Options(path=path, format="json")
    return Way(
        options,
        dataclasses.replace(options, path=tmp_path),
        lambda: [encode_items(json.loads(path.read_bytes())["items"])],
    )


WAYS = {
    "feed": feed_way,
    "apprise": apprise_way,
    "smtp": mail_way,
    "webhook": webhook_way,
    "file": file_way,
    "console": console_way,
}


class Stack:
    def __init__(self, capsys):
        self.captured = capsys.readouterr
        self.open = []

    def enter(self, context):
        self.open.append(context)
        return context.__enter__()


@pytest.fixture(params=channel_names())
def name(request):
    return request.param


@pytest.fixture
def way(name, tmp_path, capsys):
    stack = Stack(capsys)
    yield WAYS[name](tmp_path, stack)
    for context in reversed(stack.open):
        context.__exit__(None, None, None)


@pytest.fixture
def channel(name):
    return find_channel(name)


def test_the_folder_is_the_registry():
    files = {path.stem for path in Path(folder.__file__).parent.glob("*.py")} - {"__init__"}
    assert set(channel_names()) == files
    assert set(channel_names()) == set(WAYS), "every channel has a way to be tested"


def test_an_unknown_channel_is_refused_with_the_nearest_name():
    with pytest.raises(UsageError, match="did you mean smtp"):
        find_channel("smpt")


def test_options_are_a_frozen_dataclass_of_keywords(channel):
    parameters = dataclasses.fields(channel.Options)
    assert channel.Options.__dataclass_params__.frozen
    assert all(field.kw_only for field in parameters)


def test_every_option_says_what_it_is_for(channel):
    source = inspect.getsource(channel.Options)
    for field in dataclasses.fields(channel.Options):
        _, _, below = source.partition(f"    {field.name}: ")
        assert below.split("\n")[1].lstrip().startswith('"""'), field.name


def test_it_says_whether_one_message_may_hold_several_changes(channel):
    assert isinstance(channel.BATCHES, bool)


@pytest.mark.parametrize("kind", NOTICES)
def test_every_sort_of_notice_is_rendered_to_bytes(channel, way, kind):
    payload = channel.render(NOTICES[kind], way.options)
    assert isinstance(payload, bytes)
    assert payload


def test_the_receiver_gets_exactly_the_bytes_that_were_rendered(channel, way):
    payload = channel.render(NOTICES["change"], way.options)
    asyncio.run(channel.send(payload, make_delivery(), way.options))
    assert way.received() == [payload]


def test_a_receiver_that_is_not_there_is_a_delivery_error_that_names_it(channel, way):
    payload = channel.render(NOTICES["change"], way.options)
    with pytest.raises(DeliveryError, match=r"\w"):
        asyncio.run(channel.send(payload, make_delivery(), way.broken))


# -- file --------------------------------------------------------------------------------------------------------


def append(path, notice):
    channel = find_channel("file")
    options = channel.Options(path=path)
    asyncio.run(channel.send(channel.render(notice, options), make_delivery(), options))


def test_a_file_holds_one_record_a_line(tmp_path):
    path = tmp_path / "changes.jsonl"
    append(path, NOTICES["burst"])
    append(path, NOTICES["change"])
    records = [json.loads(line) for line in path.read_bytes().splitlines()]
    assert [record.get("id") for record in records] == ["chg_1", "chg_2", "inc_1", "chg_1"]


def test_a_line_that_a_crash_left_unfinished_does_not_swallow_the_next(tmp_path):
    path = tmp_path / "changes.jsonl"
    path.write_bytes(b'{"id":"half')
    append(path, NOTICES["change"])
    half, whole = path.read_bytes().splitlines()
    assert half == b'{"id":"half'
    assert json.loads(whole)["id"] == "chg_1"


def test_a_full_disk_leaves_the_file_as_it_was(tmp_path, monkeypatch):
    import os

    path = tmp_path / "changes.jsonl"
    append(path, NOTICES["change"])
    before = path.read_bytes()
    really = os.write
    monkeypatch.setattr(os, "write", lambda file, data: really(file, data[: len(data) // 2]))
    with pytest.raises(DeliveryError, match="bytes could be written"):
        append(path, NOTICES["change"])
    assert path.read_bytes() == before


# -- console -----------------------------------------------------------------------------------------------------


def test_the_console_writes_to_the_stream_it_was_given(capsys):
    channel = find_channel("console")
    for stream in ("stdout", "stderr"):
        options = channel.Options(stream=stream)
        asyncio.run(channel.send(b"line\n", make_delivery(), options))
    assert capsys.readouterr() == ("line\n", "line\n")


def test_a_closed_pipe_is_trouble_that_may_pass(monkeypatch):
    class Closed:
        buffer = None

        def flush(self):
            raise BrokenPipeError(32, "Broken pipe")

    channel = find_channel("console")
    monkeypatch.setattr(sys, "stdout", Closed())
    with pytest.raises(DeliveryError, match="stdout"):
        asyncio.run(channel.send(b"line\n", make_delivery(), channel.Options()))
