"""The clock erases what is over, one record at a time, and staff see what it could not."""

import re
from dataclasses import replace
from datetime import timedelta
from html import unescape
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from declaration.audit.models import AuditEvent
from declaration.personal_data import holds, retention, tasks
from declaration.personal_data.models import Hold, RetentionRun, Unforgotten
from declaration.personal_data.rules import rules
from signatories import forgetting
from signatories.models import Signature
from tests.accounts.people import sign_in_as_staff, staff_member
from tests.factories import SignatureFactory
from tests.repository.tree import read

pytestmark = pytest.mark.django_db

LONG_AGO = timezone.now() - timedelta(days=400)


RECORD = "signatories.signature"


def old_draft():
    draft = SignatureFactory()
    Signature.objects.filter(pk=draft.pk).update(updated_at=LONG_AGO)
    return draft


def test_one_bad_record_keeps_no_other_waiting_and_is_shown_to_staff(monkeypatch, client):
    bad, good = old_draft(), old_draft()
    rule = next(rule for rule in rules() if rule.name == "abandoned-drafts")

    def stumble(draft):
        if draft.pk == bad.pk:
            Signature.objects.filter(pk=bad.pk).update(approver_name="half done")
            raise ValueError("Mx Secret could not be erased")
        forgetting.forget_draft(draft)

    with monkeypatch.context() as patch:
        patch.setattr(retention, "rules", lambda: [replace(rule, forget=stumble)])
        done, again = retention.run(), retention.run()
    assert (done.forgotten["abandoned-drafts"], done.failed, again.failed) == (1, 1, 1)
    bad.refresh_from_db()
    assert bad.approver_name != "half done"
    assert not Signature.objects.filter(pk=good.pk).exists()
    fault = Unforgotten.objects.get()
    assert (fault.record_id, fault.error) == (str(bad.pk), "ValueError")

    sign_in_as_staff(client, staff_member("moderator"))
    shown = client.get(reverse("admin:index")).content.decode()
    assert "<strong>1</strong>\n    record could not be erased" in shown
    assert "Secret" not in client.get(reverse("admin:personal_data_unforgotten_changelist")).content.decode()

    retention.run()
    assert not Unforgotten.objects.exists() and not Signature.objects.filter(pk=bad.pk).exists()


def test_do_no_more_in_a_run_than_its_bound(monkeypatch):
    drafts = {old_draft().pk for _ in range(3)}
    assert retention.run(at_most=2).forgotten["abandoned-drafts"] == 2
    assert Signature.objects.filter(pk__in=drafts).count() == 1
    assert retention.run(at_most=2).forgotten["abandoned-drafts"] == 1


def test_failed_records_do_not_use_up_the_bound_of_later_runs():
    bad, good = old_draft(), old_draft()
    Unforgotten.objects.create(
        rule="abandoned-drafts", record_type="signatories.signature", record_id=bad.pk, error="ValueError"
    )
    retention.run(at_most=1)
    assert list(Signature.objects.filter(pk__in=[bad.pk, good.pk])) == [bad]


def test_run_once_a_day_and_again_when_a_run_was_cut_short(time_machine):
    tasks.forget_what_is_over()
    tasks.forget_what_is_over()
    assert RetentionRun.objects.count() == 1
    RetentionRun.objects.update(finished_at=None)
    tasks.forget_what_is_over()
    assert RetentionRun.objects.count() == 2
    time_machine.move_to(timezone.now() + timedelta(hours=24))
    tasks.forget_what_is_over()
    assert RetentionRun.objects.count() == 3


def test_count_without_changing_anything():
    old_draft()
    before = (Signature.objects.count(), AuditEvent.objects.count())
    said = StringIO()
    call_command("forget_what_is_over", dry_run=True, stdout=said)
    assert "      1  abandoned-drafts, kept for 365 days\n" in said.getvalue()
    assert "      0  emails, kept for 90 days\n" in said.getvalue()
    assert len(said.getvalue().splitlines()) == len(rules())
    assert (Signature.objects.count(), AuditEvent.objects.count()) == before
    assert not RetentionRun.objects.exists()


def test_command_fails_when_a_record_could_not_be_erased(monkeypatch):
    bad = old_draft()
    monkeypatch.setattr(Signature, "delete", lambda self: 1 / 0)
    with pytest.raises(CommandError, match="^1 could not be erased"):
        call_command("forget_what_is_over", stdout=StringIO())
    assert Unforgotten.objects.get().record_id == str(bad.pk)


def test_leave_alone_what_staff_hold_until_they_lift_it(client):
    draft = old_draft()
    moderator = staff_member("moderator")
    sign_in_as_staff(client, moderator)
    added = {
        "record_type": "signatories.signature",
        "named": draft.reference.lower(),
        "reason": "A complaint.",
    }
    record = reverse("admin:signatories_signature_change", args=[draft.pk])
    [link] = re.findall(r'href="([^"]*hold/add/[^"]*)"', client.get(record).content.decode())
    assert f'value="{draft.reference}"' in client.get(unescape(link)).content.decode()
    assert client.post(reverse("admin:personal_data_hold_add"), added).status_code == 302
    held = Hold.objects.get()
    assert "so nothing of it is erased: A complaint." in client.get(record).content.decode()
    assert (held.label, held.set_by) == (draft.reference, moderator)
    event = AuditEvent.objects.about(draft).get(verb="hold")
    assert (event.actor, event.note) == (moderator, "A complaint.")
    again = client.post(reverse("admin:personal_data_hold_add"), added)
    assert "This record is held already" in again.content.decode()

    retention.run()
    assert Signature.objects.filter(pk=draft.pk).exists()
    client.post(reverse("admin:personal_data_hold_delete", args=[held.pk]), {"post": "yes"})
    assert AuditEvent.objects.get(verb="lift hold").before == {"reason": "A complaint."}
    retention.run()
    assert not Signature.objects.filter(pk=draft.pk).exists()


def test_refuse_to_hold_what_is_not_there(client):
    sign_in_as_staff(client, staff_member("moderator"))
    for kind in (one.record_type for one in holds.holdable()):
        sent = {"record_type": kind, "named": "nothing", "reason": "A complaint."}
        page = client.post(reverse("admin:personal_data_hold_add"), sent)
        assert "There is no such record" in page.content.decode(), kind


def test_notice_says_how_long_each_rule_keeps(client):
    said = read("templates/pages/privacy.html")
    assert [rule.name for rule in rules() if not re.search(rf"kept\(.{rule.name}.\)", said)] == []
    page = client.get(reverse("privacy")).content.decode()
    assert "a year after it was last changed" in page and "signed in for 2 years" in page
    assert "90 days after we wrote them" in page
