"""How an organisation stood on a day in London, and what of it is nobody's business."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from signatories import moderation, signing
from signatories.models import Signature
from signatories.restoring import restore
from tests.factories import OrganisationFactory, ReasonFactory, RepresentativeFactory, SignatureFactory
from tests.signatories.standing_on import DAY, answers, results, signed

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("day", "result"),
    [
        (date(2024, 2, 29), "not-signed"),
        (date(2024, 3, 11), "in-process"),
        (date(2024, 3, 30), "in-process"),
        # Signed at half past eleven in the evening of 31 March UTC, which in London is 1 April.
        (date(2024, 3, 31), "in-process"),
        (date(2024, 4, 1), "signed"),
        (date(2026, 1, 1), "signed"),
    ],
)
def test_signed_from_the_day_in_london_on(day, result, version):
    signed("camden", datetime(2024, 3, 31, 23, 30, tzinfo=UTC))
    assert results("camden", on=day) == [("camden", result)]


@pytest.mark.parametrize("how", ["withdraw", "take down"])
def test_what_ended_later_still_counts_for_the_days_before(how, version, moderator, time_machine):
    signature = signed("camden", datetime(2024, 1, 10, 12, tzinfo=UTC))
    time_machine.move_to(datetime(2025, 6, 1, 12, tzinfo=UTC))
    if how == "withdraw":
        signing.withdraw(signature=signature, by=RepresentativeFactory(organisation=signature.organisation))
    else:
        reason = ReasonFactory()
        moderation.take_down(
            signature=signature,
            reasons=[reason],
            by=moderator,
            seen=signature.submitted_at,
            public_notice=True,
        )
    time_machine.move_to(datetime(2025, 9, 1, 12, tzinfo=UTC))
    for day, result in [
        (date(2024, 1, 9), "in-process"),
        (date(2024, 1, 10), "signed"),
        (date(2025, 5, 31), "signed"),
        (date(2025, 6, 1), "signed"),
        (date(2025, 6, 2), "not-signed"),
    ]:
        assert results("camden", on=day) == [("camden", result)], day
    (answer,) = answers("camden", on=DAY)
    assert not answer.standing.is_on_register


def test_signed_again_after_withdrawing(version):
    first = signed("camden", datetime(2020, 1, 10, 12, tzinfo=UTC))
    Signature.objects.filter(pk=first.pk).update(
        status="withdrawn", ended_at=datetime(2021, 1, 1, 12, tzinfo=UTC)
    )
    signed("camden", datetime(2023, 5, 5, 12, tzinfo=UTC))
    for day, result in [
        (date(2020, 6, 1), "signed"),
        (date(2022, 6, 1), "not-signed"),
        (date(2023, 5, 1), "in-process"),
        (date(2023, 6, 1), "signed"),
    ]:
        assert results("camden", on=day) == [("camden", result)], day


@pytest.mark.parametrize("status", ["rejected", "declined", "expired", "withdrawn"])
def test_nobody_can_read_who_was_turned_down(status, version):
    SignatureFactory(
        **{status: True},
        organisation=OrganisationFactory(slug="camden"),
        submitted_at=datetime(2024, 3, 1, tzinfo=UTC),
        ended_at=datetime(2024, 5, 1, tzinfo=UTC),
    )
    assert results("camden") == [("camden", "not-signed")]


@pytest.mark.parametrize("status", ["submitted", "changes_requested", "awaiting_approver"])
def test_in_process_from_the_first_sending_on(status, version):
    signature = SignatureFactory(
        **{status: True}, organisation=OrganisationFactory(slug="camden"), submitted_at=timezone.now()
    )
    assert results("camden", on=timezone.localdate()) == [("camden", "in-process")]
    assert results("camden", on=timezone.localdate() - timedelta(1)) == [("camden", "not-signed")]
    text = Client().get(f"/check/?on={timezone.localdate()}&who=camden").content.decode()
    for private in (signature.reference, signature.commitment.title, signature.approver_name):
        assert private not in text


def test_sending_again_does_not_move_the_beginning(draft, time_machine):
    time_machine.move_to(datetime(2026, 11, 2, 12, tzinfo=UTC))
    signing.submit(signature=draft, by=draft.started_by)
    Signature.objects.filter(pk=draft.pk).update(submitted_at=datetime(2026, 11, 9, 12, tzinfo=UTC))
    time_machine.move_to(datetime(2026, 11, 20, 12, tzinfo=UTC))
    slug = draft.organisation.slug
    assert results(slug, on=date(2026, 11, 1)) == [(slug, "not-signed")]
    assert results(slug, on=date(2026, 11, 3)) == [(slug, "in-process")]


def test_held_back_and_withdrawn_was_never_signed(version):
    signature = SignatureFactory(awaiting_approver=True, organisation=OrganisationFactory(slug="camden"))
    held = SignatureFactory(published=True, organisation=OrganisationFactory(slug="leeds"), status="signed")
    today = timezone.localdate()
    assert results("camden", "leeds", on=today) == [("camden", "in-process"), ("leeds", "in-process")]
    signing.withdraw(signature=held, by=RepresentativeFactory(organisation=held.organisation))
    assert results("leeds", on=today) == [("leeds", "not-signed")]
    assert signature.organisation.slug == "camden"


def test_days_off_the_register_do_not_count_after_it_was_restored(version, moderator, time_machine):
    signature = signed("camden", datetime(2024, 1, 10, 12, tzinfo=UTC))
    time_machine.move_to(datetime(2025, 6, 1, 12, tzinfo=UTC))
    moderation.take_down(
        signature=signature,
        reasons=[ReasonFactory()],
        note="Because.",
        by=moderator,
        seen=signature.submitted_at,
    )
    time_machine.move_to(datetime(2025, 6, 5, 12, tzinfo=UTC))
    restore(signature=signature, by=moderator, note="A mistake.")
    time_machine.move_to(datetime(2025, 9, 1, 12, tzinfo=UTC))
    days = [date(2025, 5, 31), date(2025, 6, 1), date(2025, 6, 3), date(2025, 6, 5), date(2025, 6, 20)]
    found = [results("camden", on=day)[0][1] for day in days]
    assert found == ["signed", "signed", "not-signed", "signed", "signed"]
