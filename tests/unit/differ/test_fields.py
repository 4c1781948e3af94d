"""When two values of a field say the same, whatever they are spelt like."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from crawler.differ.fields import is_same_moment
from crawler.model import Moment, Precision


@pytest.mark.parametrize("origin", ["feed", "list", "url"])
def test_a_date_that_the_page_does_not_give_is_no_statement_of_the_article(origin):
    own = Moment(instant=datetime(2026, 3, 2, 9, 30, tzinfo=UTC), precision=Precision.MINUTE, origin="label:date")
    other = Moment(instant=datetime(2026, 3, 5, 21, 30, tzinfo=UTC), precision=Precision.MINUTE, origin=origin)

    assert is_same_moment(own, other)
    assert is_same_moment(other, own)
    assert not is_same_moment(own, replace(other, origin="meta:pubdate"))
