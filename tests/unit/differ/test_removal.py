from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.differ.removal import MAX_OBSERVATIONS, SIGNS_OF_ABSENCE, absence_after, is_removed, next_look
from crawler.model import Absence, ArticleState, Assessment, Observation, RemovalPolicy, Verdict

POLICY = RemovalPolicy()
START = datetime(2024, 5, 1, 12, tzinfo=UTC)


def look(hours, verdict=Verdict.NOT_FOUND):
    at = START + timedelta(hours=hours)
    return Observation(url="https://e.gov.cn/1", fetched_at=at, status=404, verdict=verdict)


def after(known, hours, verdict=Verdict.NOT_FOUND, *, well=True, removed_by=None):
    assessment = Assessment(verdict=verdict, removed_by=removed_by)
    return absence_after(known, look(hours, verdict), assessment, source_is_well=well, policy=POLICY)


def gone(known, *hours):
    absence = None
    for hour in hours:
        absence = after(replace(known, absence=absence), hour)
    return absence


def test_three_looks_over_a_day_prove_a_removal(known):
    assert is_removed(gone(known(), 0, 12, 24), POLICY)


def test_two_looks_or_too_short_a_time_prove_nothing(known):
    assert not is_removed(gone(known(), 0, 24), POLICY)
    assert not is_removed(gone(known(), 0, 12, 23.9), POLICY)
    assert not is_removed(None, POLICY)


def test_one_look_counts_once(known):
    assert len(gone(known(), 0, 0, 0).observations) == 1


@pytest.mark.parametrize("verdict", sorted(SIGNS_OF_ABSENCE))
def test_every_credible_sign_counts(verdict, known):
    assert after(known(), 0, verdict).observations == (look(0, verdict),)


@pytest.mark.parametrize("verdict", sorted(set(Verdict) - SIGNS_OF_ABSENCE - {Verdict.OK, Verdict.NOT_MODIFIED}))
def test_trouble_neither_proves_nor_disproves(verdict, known):
    absence = gone(known(), 0, 12)
    assert after(known(), 1, verdict) is None
    assert after(known(absence=absence), 24, verdict) is absence


def test_a_sick_source_proves_nothing(known):
    absence = gone(known(), 0, 12)
    assert after(known(), 1, well=False) is None
    assert after(known(absence=absence), 24, well=False) is absence


@pytest.mark.parametrize("verdict", [Verdict.OK, Verdict.NOT_MODIFIED])
def test_seen_again_starts_over(verdict, known):
    assert after(known(absence=gone(known(), 0, 12)), 24, verdict) is None
    assert not is_removed(gone(known(), 25, 26), POLICY)


def test_who_removed_it_is_remembered(known):
    absence = after(known(), 0, Verdict.REMOVED_BY_OWNER, removed_by="author")
    assert after(known(absence=absence), 1).removed_by == "author"


def test_what_was_told_as_removed_needs_no_more_proof(known):
    absence = gone(known(), 0, 12, 24)
    assert after(known(absence=absence, state=ArticleState.REMOVED), 48) is absence


def test_a_long_absence_keeps_its_beginning_and_its_latest_proof(known):
    absence = gone(known(), *range(MAX_OBSERVATIONS + 20))
    assert len(absence.observations) == MAX_OBSERVATIONS
    assert absence.since == START
    assert absence.observations[-1] == look(MAX_OBSERVATIONS + 19)


def test_the_next_look_follows_the_steps_and_stays_at_the_last(known):
    waits = [next_look(gone(known(), *range(count)), POLICY, START) - START for count in range(1, 7)]
    assert waits == [*POLICY.recheck, POLICY.recheck[-1], POLICY.recheck[-1]]


def test_without_steps_the_next_look_is_a_day_later():
    absence = Absence(observations=(look(0),))
    assert next_look(absence, RemovalPolicy(recheck=()), START) == START + timedelta(hours=24)
