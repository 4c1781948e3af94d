from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.differ.guard import (
    LASTING,
    TROUBLE,
    advance_incidents,
    close_incident,
    count_reminders,
    incident_for,
    is_mass,
    judge_listing,
    open_incident,
    remind,
)
from crawler.model import GuardPolicy, IncidentArticle, IncidentReason, IncidentState, SourceState, Verdict

NOW = datetime(2024, 5, 1, 12, tzinfo=UTC)
BLOCKED, EMPTY = IncidentReason.BLOCKED, IncidentReason.EMPTY_LISTING


def state(**fields):
    return SourceState(source_id="zq-news", **fields)


@pytest.mark.parametrize(
    ("count", "reread", "mass"),
    [(5, 10, True), (4, 4, False), (5, 17, False), (6, 20, True), (0, 0, False), (300, 1000, True), (299, 1000, False)],
)
def test_a_mass_is_both_a_share_and_a_number(count, reread, mass):
    assert is_mass(count, reread, GuardPolicy()) is mass


def test_nothing_is_never_a_mass():
    assert not is_mass(0, 0, GuardPolicy(mass_minimum=0))


def test_an_empty_listing_is_suspicious_only_where_there_were_entries():
    assert judge_listing(state(entry_count=20), 0).reason is EMPTY
    assert judge_listing(state(entry_count=0), 0) is None
    assert judge_listing(None, 0) is None


def test_a_listing_much_shorter_than_usual_is_a_part_of_one():
    trouble = judge_listing(state(entry_count=20), 3)
    assert trouble.reason is IncidentReason.PARSER_DRIFT
    assert trouble.detail == "only 3 entries where there were 20"
    assert judge_listing(state(entry_count=20), 5) is None
    assert judge_listing(state(entry_count=5), 1) is None
    assert judge_listing(None, 1) is None


@pytest.mark.parametrize(
    ("age", "number"), [(0, 0), (0.9, 0), (1, 1), (6.9, 1), (7, 2), (29.9, 2), (30, 3), (59, 3), (60, 4), (365, 14)]
)
def test_trouble_is_called_to_mind_after_a_day_a_week_and_every_month(age, number):
    assert count_reminders(timedelta(days=age), BLOCKED) == number


def test_a_source_that_keeps_silent_is_not_called_to_mind_the_next_day():
    ages = [timedelta(days=age) for age in (1, 7, 30)]
    assert [count_reminders(age, IncidentReason.QUIET) for age in ages] == [0, 1, 2]


def test_only_what_lasts_and_is_not_told_of_anyway_is_called_to_mind():
    now = NOW + timedelta(days=8)
    blocked, quiet = (open_incident("a", reason, NOW) for reason in (IncidentReason.BLOCKED, IncidentReason.QUIET))
    mass = open_incident("a", IncidentReason.MASS_EDIT, NOW)
    young = open_incident("a", IncidentReason.REDESIGN, now - timedelta(hours=23))

    told = remind([blocked, quiet, mass, young], [close_incident(quiet, now)], now, reasons=LASTING)

    assert told == (replace(blocked, reminder=2, detected_at=now),)
    assert remind(told, (), now + timedelta(days=20), reasons=LASTING) == ()
    assert remind([quiet], (), now, reasons=TROUBLE) == ()


def test_every_telling_of_an_incident_has_a_name_of_its_own():
    opening = open_incident("a", IncidentReason.BLOCKED, NOW)
    reminder = replace(opening, reminder=2, detected_at=NOW + timedelta(days=8))

    assert [each.event_id.partition(":")[2] for each in reminder.tellings] == ["open", "reminder-1", "reminder-2"]
    assert reminder.opening == opening
    assert close_incident(reminder, NOW).event_id == f"{opening.id}:closed"
    assert close_incident(reminder, NOW).reminder == 0


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - {Verdict.OK, Verdict.NOT_MODIFIED}))
def test_every_bad_verdict_on_a_listing_is_some_trouble(verdict):
    assert incident_for(verdict) in TROUBLE


def test_verdicts_and_reasons_map_to_what_an_operator_expects():
    assert incident_for(Verdict.WAITING_ROOM) is IncidentReason.CHALLENGE
    assert incident_for(Verdict.UNREACHABLE) is IncidentReason.UNREACHABLE
    assert incident_for(Verdict.MAINTENANCE) is IncidentReason.SOFT_FAILURE
    assert incident_for(Verdict.BLOCKED, robots=True) is IncidentReason.ROBOTS_DISALLOWED
    assert incident_for(EMPTY) is EMPTY
    assert incident_for(Verdict.OK) is incident_for(Verdict.NOT_MODIFIED) is None


def test_one_bad_check_is_not_told_and_the_second_is():
    assert advance_incidents((), BLOCKED, "412", state(failures=1), NOW, "zq-news") == ()
    (told,) = advance_incidents((), BLOCKED, "412", state(failures=2), NOW, "zq-news")
    assert (told.reason, told.state, told.detail, told.opened_at) == (BLOCKED, IncidentState.OPEN, "412", NOW)


def test_trouble_that_goes_on_or_changes_its_reason_is_one_incident():
    standing = [open_incident("zq-news", BLOCKED, NOW)]
    for reason in (BLOCKED, IncidentReason.UNREACHABLE):
        assert advance_incidents(standing, reason, "", state(failures=9), NOW, "zq-news") == ()


def test_a_good_check_closes_trouble_and_leaves_mass_events_open():
    mass = open_incident("zq-news", IncidentReason.MASS_EDIT, NOW)
    later = NOW + timedelta(hours=2)
    (told,) = advance_incidents([open_incident("zq-news", BLOCKED, NOW), mass], None, "", state(), later, "zq-news")
    assert (told.reason, told.state, told.detected_at, told.opened_at) == (BLOCKED, IncidentState.CLOSED, later, NOW)


def test_a_mass_event_that_stands_open_does_not_hide_trouble():
    mass = open_incident("zq-news", IncidentReason.MASS_EDIT, NOW)
    assert len(advance_incidents([mass], BLOCKED, "", state(failures=2), NOW, "zq-news")) == 1


def test_ids_are_the_same_for_the_same_beginning_and_tellings_have_their_own():
    one = open_incident("zq-news", BLOCKED, NOW)
    assert one.id == open_incident("zq-news", BLOCKED, NOW.astimezone()).id
    assert len({one.id, open_incident("gd", BLOCKED, NOW).id, open_incident("zq-news", EMPTY, NOW).id}) == 3
    assert close_incident(one, NOW).id == one.id
    assert close_incident(one, NOW).event_id != one.event_id


def test_a_mass_event_holds_all_its_articles():
    held = [IncidentArticle(id=str(number), url="https://e.org", title="通知") for number in range(7)]
    incident = open_incident("zq-news", IncidentReason.MASS_REMOVAL, NOW, articles=held)
    assert (incident.count, len(incident.articles), len(incident.sample)) == (7, 7, 5)
