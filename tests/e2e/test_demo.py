"""`gazette demo`: the promises it makes on its one screen, kept."""

from __future__ import annotations

import re
import subprocess
import time
from email import message_from_bytes, policy

import pytest

from tests.commanding import COMMAND, Gazette, clean_environment


def play(folder, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "demo", "--dir", "demo", *arguments],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """The folder after one demo, what it printed, and how long it took."""
    folder = tmp_path_factory.mktemp("demo")
    began = time.monotonic()
    ran = play(folder)
    assert (ran.returncode, ran.stderr) == (0, "")
    return folder, ran.stdout, time.monotonic() - began


def test_it_is_over_within_a_minute(stage):
    assert stage[2] < 60


def test_the_baseline_is_recorded_and_alerts_nobody(stage):
    _, screen, _ = stage

    found = re.search(r"5 official sites, 3 languages, (\d+) articles recorded", screen)
    assert int(found[1]) >= 10
    assert "No alerts: this is the baseline" in screen


def test_the_first_article_is_read_as_a_record(stage):
    _, screen, _ = stage

    assert re.search(r"byline\s+2023-10-27 21:56 \+0800 · Guangdong · Dinghu", screen)
    assert re.search(r"\d+ blocks en, \d+ blocks ja · \d+ captions: ▲", screen)
    assert "left out" in screen
    assert "LEAKED" not in screen
    assert re.search(r"told once .* also at ", screen)
    assert re.search(r"translated .* at zhaoqing-notes", screen)


def test_noise_fires_no_alert_where_a_page_hash_fires_many(stage):
    _, screen, _ = stage

    rechecks, false_alerts = map(int, re.search(r"(\d+) rechecks: (\d+) false alerts", screen).groups())
    hashed = int(re.search(r"page hash would have fired (\d+) times", screen)[1])
    assert false_alerts == 0
    assert rechecks > 50
    assert 50 < hashed <= rechecks, "both are counted over the same pages"


def test_a_challenge_and_an_outage_are_one_incident_each_that_closes(stage):
    _, screen, _ = stage

    assert re.findall(r"one incident +[\w-]+: (\w+), closed by itself", screen) == ["challenge", "unreachable"]


def test_the_quiet_correction_is_shown_within_its_sentence(stage):
    _, screen, _ = stage

    line = next(line for line in screen.splitlines() if "EDITED, unannounced" in line and "11% → 1.1%" in line)
    assert "page still dated 2023-10-27" in line
    assert "[-11%-]{+1.1%+}" in screen


def test_a_new_post_a_swapped_file_and_a_withdrawal_are_told(stage):
    _, screen, _ = stage
    changes = screen.partition("CHANGE")[2].partition("DELIVERY")[0]

    assert len(re.findall(r"^  NEW  ", changes, re.M)) == 1
    assert len(re.findall(r"^  EDITED, unannounced  .*attachments", changes, re.M)) == 1
    proofs, statuses = re.search(r"REMOVED  .*  (\d+) proofs over \d+ h: ([\d, ]+)$", changes, re.M).groups()
    assert int(proofs) >= 3
    assert set(statuses.split(", ")) == {"404"}


def test_everything_is_delivered_once_though_the_receiver_refused_at_first(stage):
    folder, screen, _ = stage

    mails = sorted((folder / "demo" / "mail").glob("*.eml"))
    assert int(re.search(r"mail: (\d+) messages over SMTP", screen)[1]) == len(mails) > 0
    assert re.search(r"refused the first [1-9]\d* tries \(503\); each delivered once, same id and bytes", screen)
    assert "0 wrong signatures" in screen
    texts = [message_from_bytes(path.read_bytes(), policy=policy.default) for path in mails]
    assert any("1.1%" in message.get_body(("plain",)).get_content() for message in texts)


def test_the_database_it_leaves_is_opened_by_the_commands_it_names(stage):
    folder, screen, _ = stage
    gazette = Gazette(folder / "demo", folder)
    commands = re.findall(r"^  gazette --config \S+ (.+)$", screen, re.M)

    assert f"{folder / 'demo' / 'gazette.db'}" in screen
    changes = gazette.run(*commands[0].split())
    difference = gazette.run(*commands[1].split())
    assert "11% → 1.1%" in changes.out
    assert "{+1.1%+}" in difference.out
    assert gazette.json("alerts", "list", "--state", "pending") == []
    assert gazette.json("alerts", "list", "--state", "dead") == []
    assert len({each["id"] for each in gazette.json("changes", "--limit", "1000")}) == len(gazette.json("articles")) + 3


@pytest.mark.slow
def test_it_plays_again_in_its_own_folder_and_refuses_a_foreign_one(stage, tmp_path):
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "thesis.txt").write_text("precious")

    ran = play(tmp_path)

    assert ran.returncode == 2
    assert "Traceback" not in ran.stderr
    assert str(tmp_path / "demo") in ran.stderr or "demo" in ran.stderr
    assert (tmp_path / "demo" / "thesis.txt").read_text() == "precious"
    assert play(stage[0]).returncode == 0
