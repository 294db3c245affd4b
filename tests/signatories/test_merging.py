"""A proposed organisation becomes part of the one it is, and nothing of it is lost."""

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from declaration.audit.models import AuditEvent
from declaration.outbox.models import Email
from signatories import adding, editing, handing_over, merging, registering, reporting
from signatories.models import (
    CommitmentEdit,
    CorrectionRequest,
    Handover,
    Organisation,
    OrganisationAlias,
    Progress,
    RegisterChange,
    Representative,
    Signature,
)
from signatories.register.organisations import find_organisations
from tests.accounts.people import sign_in_as_staff
from tests.factories import (
    OrganisationFactory,
    RepresentativeFactory,
    SignatureFactory,
    UserFactory,
)
from tests.html import assert_valid_html
from tests.signatories.additions import addition_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("version")]


@pytest.fixture
def proposed():
    return OrganisationFactory(proposed=True, slug="leedz", name="Leedz Council", domains=[])


@pytest.fixture
def leeds():
    return OrganisationFactory(slug="leeds", name="Leeds City Council", domains=["leeds.gov.uk"])


def confirmed(organisation):
    registering.confirm_organisation(organisation=organisation, by=UserFactory(moderator=True))
    organisation.refresh_from_db()
    return organisation


def merge(source, target, by):
    plan = merging.plan_merge(source=source, target=target)
    return merging.merge(source=source, target=target, by=by, seen=plan.fingerprint)


def test_everything_moves(proposed, leeds, moderator):
    confirmed(proposed)
    officer = RepresentativeFactory(organisation=proposed, email="kim@leeds.gov.uk", is_verified=False)
    over = SignatureFactory(withdrawn=True, organisation=proposed, started_by=officer)
    signature = SignatureFactory(published=True, organisation=proposed, started_by=officer)
    draft = SignatureFactory(private=True, organisation=proposed, started_by=officer)
    reporting.report_progress(signature=signature, by=officer, stage="on-track", happened="Half.")
    editing.start_edit(signature=signature, by=officer)
    proposed.domains.create(domain="leedz.org.uk")
    OrganisationAlias.objects.create(organisation=proposed, name="LCC")
    mistake = CorrectionRequest.objects.create(organisation=proposed, what_is_wrong="The name.")
    partner = SignatureFactory(published=True)
    partner.commitment.partner_organisations.set([proposed])
    heir, before = OrganisationFactory(), OrganisationFactory()
    proposed.successors.add(heir)
    before.successors.add(proposed)

    merge(proposed, leeds, moderator)

    assert set(leeds.signatures.all()) == {over, signature, draft}
    officer.refresh_from_db()
    assert (officer.organisation, officer.is_verified) == (leeds, True)
    assert {row.domain for row in leeds.domains.all()} == {"leeds.gov.uk", "leedz.org.uk"}
    assert {alias.name for alias in leeds.aliases.all()} == {"LCC", "Leedz Council"}
    assert list(partner.commitment.partner_organisations.all()) == [leeds]
    assert (list(leeds.successors.all()), list(leeds.predecessors.all())) == ([heir], [before])
    mistake.refresh_from_db()
    assert mistake.organisation == leeds
    assert Progress.objects.get().commitment.signature.organisation == leeds
    left = [
        *proposed.signatures.all(),
        *proposed.representatives.all(),
        *proposed.domains.all(),
        *proposed.aliases.all(),
        *proposed.successors.all(),
        *proposed.partner_in_commitments.all(),
    ]
    assert left == []


def test_old_address_leads_to_the_new_one_for_good(proposed, leeds, moderator, signed_in):
    confirmed(proposed)
    SignatureFactory(published=True, organisation=proposed)
    merge(proposed, leeds, moderator)
    answer = Client().get("/signatories/leedz/")
    assert (answer.status_code, answer.headers["Location"]) == (301, "/signatories/leeds/")
    assert "Signed the Declaration" in Client().get("/signatories/leeds/").content.decode()
    assert list(find_organisations("Leedz")) == [leeds]
    assert proposed not in Organisation.objects.listed()
    start = signed_in(UserFactory()).get("/sign/organisation/leedz/")
    assert start.headers["Location"] == "/sign/organisation/leeds/"


def test_merge_is_told_in_the_history_the_register_and_a_mail(proposed, leeds, moderator):
    signature = SignatureFactory(submitted=True, organisation=proposed)
    merge(proposed, leeds, moderator)
    for organisation, verb in ((proposed, "merge"), (leeds, "absorb")):
        event = AuditEvent.objects.about(organisation).get(verb=verb)
        assert (event.actor, event.after["signatures"]) == (moderator, [signature.reference])
    assert [(c.organisation, c.what) for c in RegisterChange.objects.all()] == [(leeds, "merged")]
    [mail] = Email.objects.all()
    assert mail.to == signature.submitted_by.email
    for text in (mail.text, mail.html):
        assert "Leedz Council" in text and "Leeds City Council" in text


def test_one_person_at_both_becomes_one(proposed, leeds, moderator):
    there = RepresentativeFactory(organisation=leeds, email="kim@leeds.gov.uk", user=None, is_verified=False)
    here = RepresentativeFactory(organisation=proposed, email="Kim@leeds.gov.uk", is_verified=True)
    signature = SignatureFactory(published=True, organisation=proposed, started_by=here)
    entry = reporting.report_progress(signature=signature, by=here, stage="done", happened="It is there.")
    editing.start_edit(signature=signature, by=here)
    merge(proposed, leeds, moderator)
    signature.refresh_from_db()
    assert {signature.started_by, signature.submitted_by} == {there}
    assert (Progress.objects.get(pk=entry.pk).reported_by, CommitmentEdit.objects.get().started_by) == (
        there,
        there,
    )
    there.refresh_from_db()
    assert (there.user, there.is_verified) == (here.user, True)
    assert not Representative.objects.filter(pk=here.pk).exists()


def test_every_place_where_a_person_may_stand_is_moved():
    named = {(rows.model, column) for rows, column in merging._where_people_stand()}
    assert named == {(one.related_model, one.field.name) for one in Representative._meta.related_objects}


def test_who_looks_after_it_moves_too(proposed, leeds, moderator):
    there = RepresentativeFactory(organisation=leeds, email="kim@leeds.gov.uk", user=None)
    kim = UserFactory(email="kim@leeds.gov.uk")
    signature = SignatureFactory(published=True, organisation=proposed)
    handover = handing_over.ask_to_take_over(
        signature=signature, by=signature.started_by, name="Kim", email=kim.email
    )
    handing_over.take_over(handover=handover, user=kim)
    merge(proposed, leeds, moderator)
    signature.refresh_from_db()
    there.refresh_from_db()
    assert (signature.officer, there.user) == (there, kim)
    assert Handover.objects.get().accepted_by == there


def test_further_commitment_on_its_way_moves_too(proposed, leeds, moderator):
    confirmed(proposed)
    signature = SignatureFactory(published=True, organisation=proposed)
    addition = addition_to(signature, "submitted")
    addition.partner_organisations.add(proposed)
    merge(proposed, leeds, moderator)
    addition = CommitmentEdit.objects.get(pk=addition.pk)
    assert list(addition.partner_organisations.all()) == [leeds]
    adding.accept_addition(edit=addition, by=moderator, seen=addition.submitted_at)
    assert "Warmer libraries" in Client().get("/signatories/leeds/").content.decode()


def test_draft_of_somebody_who_has_another_ends_and_keeps_its_text(proposed, leeds, moderator):
    there = RepresentativeFactory(organisation=leeds, email="kim@leeds.gov.uk")
    kept = SignatureFactory(organisation=leeds, started_by=there)
    here = RepresentativeFactory(organisation=proposed, email="kim@leeds.gov.uk", user=there.user)
    ended = SignatureFactory(organisation=proposed, started_by=here, commitment__title="Not lost")
    merge(proposed, leeds, moderator)
    kept.refresh_from_db()
    ended.refresh_from_db()
    assert (kept.status, ended.status, ended.organisation) == ("draft", "withdrawn", leeds)
    assert ended.commitment.title == "Not lost"


def test_second_shared_draft_becomes_its_authors_own(proposed, leeds, moderator):
    kept = SignatureFactory(organisation=leeds)
    other = SignatureFactory(organisation=proposed)
    merge(proposed, leeds, moderator)
    kept.refresh_from_db()
    other.refresh_from_db()
    assert (kept.is_shared, other.is_shared, other.status) == (True, False, "draft")


def test_domain_and_name_known_at_both_stay_once(proposed, leeds, moderator):
    proposed.domains.create(domain="leeds.gov.uk")
    leeds.aliases.create(name="Leedz Council")
    merge(proposed, leeds, moderator)
    assert [row.domain for row in leeds.domains.all()] == ["leeds.gov.uk"]
    assert [alias.name for alias in leeds.aliases.all()] == ["Leedz Council"]


def everything():
    models = (Organisation, Signature, Representative)
    return [list(model.objects.order_by("pk").values()) for model in models], AuditEvent.objects.count()


@pytest.mark.parametrize("status", ["submitted", "awaiting_approver", "published"])
def test_two_live_signatures_are_never_merged(status, proposed, leeds, moderator, staff):
    ours = SignatureFactory(submitted=True, organisation=proposed)
    theirs = SignatureFactory(**{status: True}, organisation=leeds)
    before = everything()
    with pytest.raises(merging.CannotMerge, match="two live"):
        merge(proposed, leeds, moderator)
    page = f"{reverse('admin:signatories_organisation_merge', args=[proposed.pk])}?into={leeds.pk}"
    html = staff.get(page).content.decode()
    assert_valid_html(html)
    assert ours.reference in html and theirs.reference in html and "Merge for good" not in html
    assert everything() == before


def test_refuse_what_makes_no_sense(proposed, leeds, moderator):
    council = OrganisationFactory(gss_code="E08000035")
    pairs = {
        "the same": (proposed, proposed),
        "from the register": (council, leeds),
        "target is not confirmed": (leeds, proposed),
    }
    for why, (source, target) in pairs.items():
        with pytest.raises(merging.CannotMerge, match=why):
            merge(source, target, moderator)
    merge(proposed, leeds, moderator)
    proposed.refresh_from_db()
    with pytest.raises(merging.CannotMerge, match="merged before"):
        merge(proposed, council, moderator)


def test_notice_that_more_would_move_than_was_shown(proposed, leeds, moderator):
    seen = merging.plan_merge(source=proposed, target=leeds).fingerprint
    SignatureFactory(submitted=True, organisation=proposed)
    with pytest.raises(merging.PlanHasChanged):
        merging.merge(source=proposed, target=leeds, by=moderator, seen=seen)


def test_find_look_and_confirm_in_the_admin(proposed, leeds, staff):
    signature = SignatureFactory(submitted=True, organisation=proposed)
    page = reverse("admin:signatories_organisation_merge", args=[proposed.pk])
    assert (
        page
        in staff.get(reverse("admin:signatories_organisation_change", args=[proposed.pk])).content.decode()
    )
    for query in ("", "?q=leeds", "?q=nobody+is+called+so", "?into=x", f"?into={'9' * 30}"):
        assert_valid_html(staff.get(page + query).content.decode())
    assert "Leeds City Council" in staff.get(f"{page}?q=leeds").content.decode()
    preview = staff.get(f"{page}?into={leeds.pk}").content.decode()
    assert_valid_html(preview)
    assert signature.reference in preview and signature.started_by.email in preview
    assert "People (1)" in preview and "Signatures (1)" in preview
    assert Organisation.objects.filter(merged_into__isnull=False).count() == 0
    soup = BeautifulSoup(preview, "html5lib")
    hidden = {tag["name"]: tag["value"] for tag in soup.select("#content form input[type=hidden]")}
    stale = staff.post(page, {**hidden, "seen": "something else"}).content.decode()
    assert_valid_html(stale)
    assert "What would move is different now" in stale
    answer = staff.post(page, hidden)
    there = reverse("admin:signatories_organisation_change", args=[leeds.pk])
    assert answer.headers["Location"] == there
    signature.refresh_from_db()
    assert signature.organisation == leeds
    assert staff.get(page).headers["Location"] == there
    changelist = staff.get(reverse("admin:signatories_organisation_changelist")).content.decode()
    rows = BeautifulSoup(changelist, "html5lib").select("#result_list tbody th")
    assert [row.get_text() for row in rows] == ["Leeds City Council"]


@pytest.mark.parametrize("role", ["viewer", ""])
def test_merge_is_refused_without_the_permission(role, proposed, leeds):
    browser = Client()
    person = UserFactory(role=role)
    _ = sign_in_as_staff(browser, person) if role else browser.force_login(person)
    page = reverse("admin:signatories_organisation_merge", args=[proposed.pk])
    for method in ("get", "post"):
        assert getattr(browser, method)(page, {"into": leeds.pk}).status_code == 403


def test_propose_a_merged_name_again_finds_what_it_is(leeds, moderator):
    user = UserFactory()
    what = {"name": "Leedz", "kind": "unitary", "nation": "England", "website": "", "note": "", "by": user}
    proposed = registering.propose_organisation(**what)
    merge(proposed, leeds, moderator)
    assert registering.propose_organisation(**what) == leeds


@pytest.mark.parametrize("name", ["Leeds City Council", "leeds city council"])
def test_propose_the_name_of_a_listed_body_finds_that_one(name, leeds):
    OrganisationFactory(name="Leeds City Council", slug="before", abolished=True)
    what = {"kind": "unitary", "nation": "England", "website": "", "note": "", "by": UserFactory()}
    assert registering.propose_organisation(name=name, **what) == leeds
    assert not Organisation.objects.filter(origin="proposed").exists()


def test_merge_on_both_databases(database):
    source = OrganisationFactory(proposed=True, domains=[])
    target = OrganisationFactory()
    there = RepresentativeFactory(organisation=target)
    here = RepresentativeFactory(organisation=source, email=there.email, user=there.user)
    signature = SignatureFactory(published=True, organisation=source, started_by=here)
    entry = reporting.report_progress(signature=signature, by=here, stage="done", happened="Done.")
    merge(source, target, UserFactory(moderator=True))
    assert Signature.objects.get(pk=signature.pk).submitted_by == there
    assert Progress.objects.get(pk=entry.pk).reported_by == there
