"""The step an article takes after one look at it: told once, told right, or not told at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from crawler.model import (
    ArticleState,
    Attachment,
    ChangeKind,
    Moment,
    Observation,
    Precision,
    Validators,
    Verdict,
)
from crawler.pipeline.doubt import RETURN_LOOKS
from tests.lives import HOST, HOUR, MINUTE, NOON, Life, listing_look, make_article, make_entry, make_source

EDITED = make_article(text="The fee is 150 euros.")
OTHER_EDIT = make_article(text="The fee is 170 euros.")


def test_an_unknown_entry_is_told_as_new_with_its_proof(life):
    step = life.begin()

    change = step.change
    assert change.kind is ChangeKind.NEW
    assert (change.baseline, change.revision, change.cause) == (False, 1, "feed")
    assert change.evidence.after.sha256 == step.revision.evidence.sha256 != ""
    assert {fact.after for fact in change.facts} >= {"120 euros"}
    assert step.article.first_seen_at == NOON
    assert step.article.due_at == NOON + 10 * MINUTE


def test_the_first_check_of_a_source_is_baseline(life):
    step = life.begin(fresh=True)

    assert step.change.baseline
    assert step.article.baseline


def test_what_going_back_finds_is_baseline_in_any_check(life):
    step = life.live(replace(life.read(entry=make_entry()), backfilled=True))

    assert step.change.baseline


@pytest.mark.parametrize("verdict", [Verdict.BLOCKED, Verdict.CHALLENGE, Verdict.UNREACHABLE, Verdict.NOT_FOUND])
def test_an_article_whose_page_cannot_be_read_is_told_from_the_listing(life, verdict):
    step = life.live(life.failed(verdict, entry=make_entry(summary="A short word on it.")))

    assert step.change.kind is ChangeKind.NEW
    assert step.revision.article.origin == "listing"
    assert step.revision.article.text == "A short word on it."


def test_reading_the_page_later_is_a_revision_and_no_change(life):
    life.live(life.failed(Verdict.BLOCKED, entry=make_entry()))

    step = life.later(HOUR).live(life.read(entry=make_entry()))

    assert step.change is None
    assert step.revision.number == 2
    assert step.revision.article.text == "The fee is 120 euros."


def test_an_edit_after_the_page_was_read_at_last_is_told_against_the_page(life):
    life.live(life.failed(Verdict.BLOCKED, entry=make_entry()))
    life.later(HOUR).live(life.read(entry=make_entry()))
    life.later(HOUR).live(life.read(EDITED))

    change = life.later(MINUTE).live(life.read(EDITED)).change

    assert (change.revision, change.previous_revision) == (3, 2)
    assert [(fact.before, fact.after) for fact in change.facts] == [("120 euros", "150 euros")]


def test_unchanged_bytes_move_only_the_next_look(life):
    begun = life.begin().article

    step = life.later(HOUR).live(life.unchanged())

    assert step.change is None
    assert step.revision is None
    assert step.article.fetched_at == NOON + HOUR
    assert step.article == replace(begun, fetched_at=NOON + HOUR, due_at=step.article.due_at, validators=Validators())


def test_another_spelling_of_the_same_text_is_no_change(life):
    life.begin()

    step = life.later(HOUR).live(life.read(make_article(text="The\u3000fee is\u200b 120  euros．")))

    assert (step.change, step.revision, step.article.suspicion) == (None, None, None)


def test_an_edit_seen_once_waits_for_its_confirmation(life):
    life.begin()

    step = life.later(HOUR).live(life.read(EDITED))

    assert (step.change, step.revision) == (None, None)
    assert step.article.suspicion.first_seen_at == NOON + HOUR
    assert step.article.revision == 1
    assert step.article.due_at == NOON + HOUR + life.source.confirm_after


def test_a_second_look_that_shows_the_same_tells_the_edit(life):
    life.begin()
    life.later(HOUR).live(life.read(EDITED))

    step = life.live(life.read(EDITED), confirming=True)

    change = step.change
    assert (change.kind, change.fields, change.silent) == (ChangeKind.EDITED, ("body",), True)
    assert (change.revision, change.previous_revision) == (2, 1)
    assert change.cause == "page"
    assert change.level == "high"
    assert [(fact.type, fact.before, fact.after) for fact in change.facts] == [("money", "120 euros", "150 euros")]
    assert change.evidence.before.sha256 != change.evidence.after.sha256
    assert (step.article.suspicion, step.article.steps, step.article.changed_at) == (None, 2, NOON + HOUR)


def test_the_next_check_confirms_where_the_second_look_never_came(life):
    life.begin()
    life.later(HOUR).live(life.read(EDITED))

    too_soon = life.later(MINUTE / 6).live(life.read(EDITED))
    told = life.later(MINUTE / 6).live(life.read(EDITED))

    assert too_soon.change is None
    assert told.change.kind is ChangeKind.EDITED


def test_without_a_pause_an_edit_is_told_at_once():
    life = Life(source=make_source(confirm_after=timedelta(0)))
    life.begin()

    assert life.later(HOUR).live(life.read(EDITED)).change.kind is ChangeKind.EDITED


@pytest.mark.parametrize("again", ["unchanged", "read"])
def test_a_stale_node_that_shows_the_old_page_drops_the_suspicion(life, again):
    life.begin()
    life.later(HOUR).live(life.read(EDITED))

    step = life.live(life.unchanged() if again == "unchanged" else life.read(), confirming=True)

    assert (step.change, step.article.suspicion, step.article.revision) == (None, None, 1)


def test_nodes_that_disagree_for_ever_tell_nothing(life):
    life.begin()

    for number in range(6):
        life.later(HOUR).live(life.read(EDITED if number % 2 else None))

    assert [change.kind for change in life.told] == [ChangeKind.NEW]


def test_a_confirmation_that_shows_a_third_text_asks_for_more_looks(life):
    life.begin()
    life.later(HOUR).live(life.read(EDITED))

    step = life.live(life.read(OTHER_EDIT), confirming=True)
    again = life.live(life.read(OTHER_EDIT), confirming=True)
    told = life.live(life.read(OTHER_EDIT), confirming=True)

    assert (step.change, step.article.suspicion.tries, again.change) == (None, 2, None)
    assert [(fact.before, fact.after) for fact in told.change.facts] == [("120 euros", "170 euros")]


def test_an_edit_long_after_a_move_does_not_name_the_address_again(life):
    life.begin()
    address = f"{HOST}/archive/dock.html"
    life.later(HOUR).live(life.read(make_article(url=address), entry=make_entry(url=address)))
    assert [change.kind for change in life.told] == [ChangeKind.NEW, ChangeKind.MOVED]

    edited = make_article(text="The fee is 150 euros.", url=address)
    life.later(HOUR).live(life.read(edited))
    change = life.live(life.read(edited), confirming=True).change

    assert change.fields == ("body",)


def test_a_true_revert_is_told_as_an_edit_back(life):
    life.begin()
    life.later(HOUR).live(life.read(EDITED))
    life.live(life.read(EDITED), confirming=True)

    life.later(HOUR).live(life.read())
    looks = [life.live(life.read(), confirming=True).change for _ in range(RETURN_LOOKS - 1)]
    back = looks.pop()

    assert looks == [None] * (RETURN_LOOKS - 2)
    assert back.kind is ChangeKind.EDITED
    assert [(fact.before, fact.after) for fact in back.facts] == [("150 euros", "120 euros")]
    assert (back.revision, back.previous_revision) == (3, 2)
    assert len({change.id for change in life.told}) == 3


def test_two_edits_between_two_looks_are_one(life):
    life.begin(make_article(text="The fee is 120 euros. Berth 3 is open."))
    both = make_article(text="The fee is 150 euros. Berth 4 is open.")
    life.later(HOUR).live(life.read(both))

    change = life.live(life.read(both), confirming=True).change

    assert change.revision == 2
    assert {(fact.before, fact.after) for fact in change.facts} >= {("120 euros", "150 euros"), ("3", "4")}


def test_an_edit_that_the_publisher_announces_is_not_silent(life):
    life.begin()
    marked = replace(EDITED, marks=(("dateModified", "2026-03-02"),))
    life.later(HOUR).live(life.read(marked))

    assert life.live(life.read(marked), confirming=True).change.silent is False


def test_an_update_stamp_alone_is_no_edit(life):
    life.begin()
    stamped = make_article(
        updated=Moment(instant=NOON, precision=Precision.SECOND), marks=(("dateModified", "2026-03-02"),)
    )

    assert life.later(HOUR).live(life.read(stamped)).article.suspicion is None


def test_a_swapped_file_is_an_edit_of_the_attachments(life):
    file = Attachment(url=f"{HOST}/fees.pdf", name="Fees", sha256="a" * 64)
    life.begin(make_article(attachments=(file,)))
    swapped = make_article(attachments=(replace(file, sha256="b" * 64),))
    proof = Observation(url=file.url, fetched_at=NOON, status=200, verdict=Verdict.OK, sha256="b" * 64)
    life.later(HOUR).live(life.read(swapped))

    look = life.unchanged(article=swapped, unchanged=False, observations=(proof,))
    change = life.live(look, confirming=True).change

    assert change.fields == ("attachments",)
    assert change.evidence.after.sha256 == "b" * 64


def test_the_text_of_a_listing_is_edited_like_a_page():
    life = Life(source=make_source(follow=False))
    entry = make_entry(summary="The fee is 120 euros.")
    life.live(listed(life, entry))
    edited = make_entry(summary="The fee is 150 euros.")

    doubtful = life.later(HOUR).live(listed(life, edited))
    told = life.live(listed(life, edited), confirming=True)

    assert doubtful.change is None
    assert (told.change.kind, told.change.cause) == (ChangeKind.EDITED, "feed")
    assert told.change.evidence.after is None


def listed(life: Life, entry):
    text = make_article(text=entry.summary, origin="listing")
    return life.read(text, entry=entry, asked=False, observation=None, body_sha256="", final_url="")


def test_an_edit_that_the_listing_shows_names_it_as_cause(life):
    life.begin()
    retitled = make_entry(title="Notice on the dock, corrected")
    life.later(HOUR).live(life.read(replace(EDITED, title=retitled.title), entry=retitled))

    change = life.live(life.read(replace(EDITED, title=retitled.title), entry=retitled), confirming=True).change

    assert change.cause == "feed"
    assert change.fields == ("title", "body")
    assert life.known.title == retitled.title


# -- moved ---------------------------------------------------------------------------------------------------------


NEW_URL = f"{HOST}/archive/dock.html"


def test_the_same_guid_at_a_new_address_is_moved(life):
    life.begin()

    step = life.later(HOUR).live(life.read(make_article(url=NEW_URL), entry=make_entry(url=NEW_URL)))

    change = step.change
    assert (change.kind, change.fields, change.cause) == (ChangeKind.MOVED, ("url",), "feed")
    assert (change.article.url, change.article.previous_url) == (NEW_URL, f"{HOST}/news/dock.html")
    assert step.article.url == NEW_URL
    assert change.revision == change.previous_revision == 1


def test_a_move_of_the_very_same_bytes_is_told_too(life):
    life.begin()

    step = life.later(HOUR).live(life.unchanged(entry=make_entry(url=NEW_URL)))

    assert step.change.kind is ChangeKind.MOVED
    assert step.article.url == NEW_URL


def test_a_permanent_redirect_is_moved(life):
    life.begin()

    step = life.later(HOUR).live(life.read(final_url=NEW_URL, moved_for_good=True))

    assert (step.change.kind, step.change.cause, step.article.url) == (ChangeKind.MOVED, "page", NEW_URL)


def test_a_temporary_redirect_is_not(life):
    life.begin()

    step = life.later(HOUR).live(life.read(final_url=NEW_URL, moved_for_good=False))

    assert (step.change, step.article.url) == (None, f"{HOST}/news/dock.html")


def test_a_move_is_told_once_though_the_listing_keeps_both_addresses(life):
    life.begin()
    life.later(HOUR).live(life.read(make_article(url=NEW_URL), entry=make_entry(url=NEW_URL)))

    for url in (f"{HOST}/news/dock.html", NEW_URL, f"{HOST}/news/dock.html"):
        life.later(HOUR).live(life.read(make_article(url=url), entry=make_entry(url=url)))

    assert [change.kind for change in life.told] == [ChangeKind.NEW, ChangeKind.MOVED]


@pytest.mark.parametrize("url", [f"{HOST}/news/dock.html?utm_source=x", f"{HOST}/news/dock.html#top"])
def test_another_spelling_of_the_address_is_no_move(life, url):
    life.begin()

    assert life.later(HOUR).live(life.read(make_article(url=url), entry=make_entry(url=url))).change is None


def test_an_article_edited_on_its_way_to_a_new_address_is_looked_for_there(life):
    life.begin()
    moved = replace(EDITED, url=NEW_URL)
    life.later(HOUR).live(life.read(moved, entry=make_entry(url=NEW_URL)))

    step = life.later(HOUR).live(life.read(moved, entry=make_entry(url=NEW_URL)))

    assert step.change.kind is ChangeKind.EDITED
    assert step.article.url == NEW_URL
    assert step.change.article.url == NEW_URL


# -- gone ----------------------------------------------------------------------------------------------------------


def test_three_signs_over_a_day_prove_a_removal(life):
    life.begin()

    for _ in range(2):
        step = life.later(12 * HOUR).live(life.failed(Verdict.NOT_FOUND))
        assert (step.change, step.article.state) == (None, ArticleState.MISSING)
    step = life.later(12 * HOUR).live(life.failed(Verdict.NOT_FOUND))

    change = step.change
    assert (change.kind, change.cause, change.significance) == (ChangeKind.REMOVED, "404", 1.0)
    assert [each.status for each in change.evidence.observations] == [404, 404, 404]
    assert change.evidence.before.sha256
    assert (change.revision, change.previous_revision) == (None, 1)
    assert step.article.state is ArticleState.REMOVED


def test_many_signs_within_hours_prove_nothing(life):
    life.begin()

    for _ in range(20):
        life.later(HOUR).live(life.failed(Verdict.NOT_FOUND))

    assert life.known.state is ArticleState.MISSING
    assert [change.kind for change in life.told] == [ChangeKind.NEW]


def test_two_signs_prove_nothing_however_far_apart(life):
    life.begin()
    life.later(HOUR).live(life.failed(Verdict.NOT_FOUND))
    life.later(900 * HOUR).live(life.failed(Verdict.NOT_FOUND))

    assert life.known.state is ArticleState.MISSING


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict.UNREACHABLE,
        Verdict.CHALLENGE,
        Verdict.BLOCKED,
        Verdict.RATE_LIMITED,
        Verdict.MAINTENANCE,
        Verdict.LOGIN,
        Verdict.STUB,
        Verdict.TRUNCATED,
        Verdict.DECODE_ERROR,
        Verdict.UNEXPECTED,
    ],
)
def test_trouble_is_never_a_sign_of_removal(life, verdict):
    begun = life.begin().article

    for _ in range(10):
        life.later(24 * HOUR).live(life.failed(verdict))

    assert life.known == replace(begun, due_at=life.known.due_at)
    assert life.known.due_at > life.now
    assert len(life.told) == 1


def test_a_sick_source_lends_no_weight_to_a_missing_page(life):
    life.begin()

    for _ in range(10):
        life.later(24 * HOUR).live(life.failed(Verdict.NOT_FOUND), well=False)

    assert (life.known.state, life.known.absence) == (ArticleState.PRESENT, None)


def test_being_seen_in_between_starts_over(life):
    life.begin()
    life.later(12 * HOUR).live(life.failed(Verdict.NOT_FOUND))
    life.later(12 * HOUR).live(life.failed(Verdict.NOT_FOUND))
    life.later(12 * HOUR).live(life.read())

    step = life.later(12 * HOUR).live(life.failed(Verdict.NOT_FOUND))

    assert step.change is None
    assert len(step.article.absence.observations) == 1


def test_an_outage_in_between_does_not_start_over(life):
    life.begin()
    life.later(12 * HOUR).live(life.failed(Verdict.NOT_FOUND))
    life.later(12 * HOUR).live(life.failed(Verdict.UNREACHABLE))
    life.later(12 * HOUR).live(life.failed(Verdict.NOT_FOUND))

    assert life.later(12 * HOUR).live(life.failed(Verdict.NOT_FOUND)).change.kind is ChangeKind.REMOVED


def test_a_tombstone_says_who_removed_it(life):
    life.begin()
    for _ in range(3):
        look = life.later(12 * HOUR).failed(Verdict.REMOVED_BY_OWNER)
        life.live(replace(look, assessment=replace(look.assessment, removed_by="author")))

    assert (life.told[-1].removed_by, life.told[-1].cause) == ("author", "tombstone_page")


def test_a_removal_is_told_once(life):
    life.begin()

    for _ in range(12):
        life.later(12 * HOUR).live(life.failed(Verdict.GONE))

    assert [change.kind for change in life.told] == [ChangeKind.NEW, ChangeKind.REMOVED]
    assert life.known.due_at > life.now


@pytest.mark.parametrize("again", ["read", "unchanged", "edited"])
def test_what_was_told_as_removed_and_is_there_again_is_restored(life, again):
    life.begin()
    for _ in range(3):
        life.later(12 * HOUR).live(life.failed(Verdict.GONE))

    looks = {"read": life.read, "unchanged": life.unchanged, "edited": lambda: life.read(EDITED)}
    step = life.later(12 * HOUR).live(looks[again]())

    assert step.change.kind is ChangeKind.RESTORED
    assert (step.article.state, step.article.absence) == (ArticleState.PRESENT, None)
    assert step.change.revision == (2 if again == "edited" else 1)
    assert bool(step.revision) == (again == "edited")
    assert step.change.silent is None


def test_a_restored_article_can_be_removed_again(life):
    life.begin()
    for number in range(7):
        life.later(12 * HOUR).live(life.read() if number == 3 else life.failed(Verdict.GONE))

    kinds = [change.kind for change in life.told]
    assert kinds == [ChangeKind.NEW, ChangeKind.REMOVED, ChangeKind.RESTORED, ChangeKind.REMOVED]
    assert len({change.id for change in life.told}) == 4


# -- at another source ---------------------------------------------------------------------------------------------


def test_another_source_that_lists_the_article_is_noted_and_tells_nothing(life):
    life.begin()
    other = Life(source=make_source(id="port"), known=life.known, revision=life.revision)

    step = other.live(other.read(EDITED, entry=make_entry()))

    assert (step.change, step.revision) == (None, None)
    assert step.article.also_at == ("port",)
    assert step.article.source_id == "harbour"
    assert step.article.fingerprint == life.known.fingerprint


def test_a_change_names_the_other_sources(life):
    life.begin()
    other = Life(source=make_source(id="port"), known=life.known, revision=life.revision)
    life.known = other.live(other.read(entry=make_entry())).article
    life.later(HOUR).live(life.read(EDITED))

    assert life.live(life.read(EDITED), confirming=True).change.article.also_at == ("port",)


# -- when to look again --------------------------------------------------------------------------------------------


def test_looks_follow_the_ladder_of_ages(life):
    due = [life.begin().article.due_at]
    for _ in range(4):
        life.now = due[-1]
        due.append(life.live(life.unchanged()).article.due_at)

    assert [at - NOON for at in due] == [10 * MINUTE, HOUR, 3 * HOUR, 12 * HOUR, 24 * HOUR]


def test_an_old_article_is_left_alone(life):
    life.begin()

    assert life.later(timedelta(days=366)).live(life.unchanged()).article.due_at is None


def test_a_host_that_asks_for_a_pause_is_given_it(life):
    life.begin()
    until = NOON + 30 * HOUR

    assert life.later(HOUR).live(life.failed(Verdict.RATE_LIMITED, retry_at=until)).article.due_at == until


def test_every_look_leaves_its_observation_under_the_articles_id(life):
    life.begin()
    for look in (life.unchanged(), life.failed(Verdict.UNREACHABLE), life.failed(Verdict.NOT_FOUND)):
        step = life.later(HOUR).live(look)
        assert [each.article_id for each in step.observations] == [life.known.id]


def test_a_look_that_no_listing_asked_for_cannot_be_new(life):
    with pytest.raises(ValueError, match="listing"):
        life.live(life.read())


def test_listing_looks_of_these_tests_hold_what_they_say():
    assert len(listing_look(3).listing.entries) == listing_look(3).usual == 3
