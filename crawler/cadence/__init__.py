"""When to look again: at a listing, and at a known article. Pure; the clock and chance come in as arguments.

pulse.py     what the checks of a source have shown of its life: how often it posts, and at which hours
hours.py     working hours, learned or set, and the hours in which a publisher wants no visit
plan.py      the next visit to a listing, and in a sentence why then
articles.py  the next look at a known article
"""

from __future__ import annotations

from crawler.cadence.articles import next_recheck, retry_article
from crawler.cadence.hours import tell_hours
from crawler.cadence.plan import Plan, latest_check, next_check, plan_check, plan_visit
from crawler.cadence.pulse import Seen, after_visit, posts_per_day, read_freshness

__all__ = [
    "Plan",
    "Seen",
    "after_visit",
    "latest_check",
    "next_check",
    "next_recheck",
    "plan_check",
    "plan_visit",
    "posts_per_day",
    "read_freshness",
    "retry_article",
    "tell_hours",
]
