"""Who hears of what an incident held back."""

from __future__ import annotations

from crawler.model import HeldChange, Subscription
from crawler.pipeline.context import Audience
from crawler.pipeline.rulings import promise_held
from tests.notices import NOW, make_change


def test_who_follows_by_tag_another_source_of_the_page_hears_of_what_was_held_back():
    audience = Audience(
        subscriptions=(Subscription(name="news", channel="hook", tags=("harbour",)),),
        tags={"zq-news": (), "port": ("harbour",), "map": ()},
    )
    shared, alone = (
        HeldChange(incident_id="inc_1", change=make_change(name, tags=(), shared_with=others))
        for name, others in (("shared", ("map", "port")), ("alone", ("map",)))
    )
    promised = promise_held([shared, alone], audience, NOW)
    assert [each.event_id for each in promised] == [shared.change.id]
