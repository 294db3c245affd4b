"""The broker goes away in the middle of a sign-up."""

from tests.journeys.on_both_stacks import on_both_stacks
from tests.journeys.telling import given, then, when


@on_both_stacks
def test_broker_is_gone_and_comes_back(officer, stack):
    given(officer).has_answered_everything()
    given(stack).stop_broker()
    try:
        seconds = when(officer).sends_it_and_counts_the_seconds()
    finally:
        stack.start_broker()
    assert seconds < 2
    then(officer).sees_heading("Commitment sent")
    then(officer).receives("We have your sign-up")
