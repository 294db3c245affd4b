"""The newsletter from both ends: a reader's mailbox, and an editor's desk."""

import pytest

from tests.journeys.on_both_stacks import on_both_stacks
from tests.journeys.scanner import MailScanner
from tests.journeys.subscribers import Subscriber
from tests.journeys.telling import given, then, when
from tests.journeys.test_mail_scanner import everything_in
from tests.journeys.visitors import links_in
from tests.programs import wait_until


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_reader_subscribes_chooses_leaves_and_comes_back(world, inside, scripts):
    reader = Subscriber(world, email=f"rita-{scripts}@camden.gov.uk".lower(), scripts=scripts)
    when(reader).asks_for_the_newsletter()
    when(reader).confirms()
    when(reader).opens_the_choices()
    when(reader).chooses_one_area_and_a_weekly_alert()
    then(reader).sees_the_choices()
    when(reader).wants_every_issue_again()

    given(inside).do("an_issue_goes_out", subject=f"Bins {scripts}")
    issue = reader.receives(f"Bins {scripts}")
    when(reader).mailbox_leaves_in_one_click(issue)
    then(reader).is_told_that_the_link_is_dead()
    given(inside).do("an_issue_goes_out", subject=f"Boats {scripts}")
    when(reader).goes_back_from_having_left()
    when(reader).asks_for_the_newsletter()
    when(reader).confirms()
    given(inside).do("an_issue_goes_out", subject=f"Bells {scripts}")
    assert f"Boats {scripts}" not in reader.received()
    when(reader).leaves_by_the_link_in(reader.receives(f"Bells {scripts}"))
    then(reader).reads_the_issue_on_the_web(f"Boats {scripts}")


@on_both_stacks
def test_scanner_opens_every_link_of_the_newsletter_and_nothing_changes(world, stack, inside):
    reader, scanner = Subscriber(world, email="sam@camden.gov.uk"), MailScanner(stack)
    given(reader).asks_for_the_newsletter()
    given(reader).receives("Confirm that you want the newsletter")
    before = everything_in(stack)
    when(scanner).opens_every_link(reader)
    assert everything_in(stack) == before

    given(inside).do("subscribed", email=reader.email)
    given(inside).do("an_issue_goes_out", subject="Scanned")
    issue = given(reader).receives("Scanned")
    unfinished = "SELECT count(*) FROM outbox_mailing WHERE finished_at IS NULL"
    wait_until(lambda: stack.rows(unfinished) == [(0,)], what="the clock to close the issue")
    before = everything_in(stack)
    when(scanner).opens_every_link(reader)
    assert everything_in(stack) == before
    [leaving] = {link for link in links_in(issue.text) if "/leave/" in link}
    assert scanner.opened.count(leaving) == 6
    then(reader).leaves_by_the_link_in(issue)


def test_editor_sends_an_issue_and_watches_it(editor, second_editor, inside, stack):
    site = stack.url
    given(inside).do("readers_subscribed", number=40)
    picture = when(editor).uploads_a_picture("A white field")
    wordless = picture.replace("A white field", "")
    when(editor).writes("News of November", f"{wordless} Read [here](http://a.uk/)")
    then(editor).sees_in_the_preview("Read here")
    when(editor).saves_the_issue()
    when(editor).opens_check_and_send()
    then(editor).sees("has no text for people who cannot see it", "does not say where", "is not secure")
    when(editor).rewrites(f"{picture}\n\nRead who is on [the list of signatories]({site}/signatories/).")
    when(editor).opens_check_and_send()
    then(editor).sees("Nothing was found.", "You wrote it, so a colleague has to approve it.")
    when(editor).tests_it_on(second_editor.email)
    assert f"{site}/signatories/" in links_in(second_editor.receives("Test: News of November").text)

    when(second_editor).opens_check_and_send(editor.number)
    when(second_editor).approves()
    readers = second_editor.readers
    when(second_editor).schedules_it_for(readers + 1)
    then(second_editor).sees(f"and you typed {readers + 1}")
    when(second_editor).schedules_it_for(readers)
    when(second_editor).undoes_it()
    when(second_editor).schedules_it_for(readers)
    then(second_editor).sees("Scheduled. Until it begins you can take it back.")

    # Slow enough that forty take longer than opening a page does on a busy machine.
    stack.smtp.pause = 1.5
    when(editor).ten_minutes_pass()
    given(stack).wait_for_mail(to="reader2@example.gov.uk")
    then(editor).sees_it_begin()
    when(editor).pauses()
    there, paused = len(stack.mails()), editor.counts()
    assert paused["Waiting or in hand"] > 0
    stack.smtp.pause = 0
    when(editor).opens_check_and_send()
    # The one message that was under way at the moment of the pause may still have come.
    assert len(stack.mails()) <= there + 1
    when(editor).resumes()
    then(editor).watches_it_end(readers)
    assert editor.counts()["Sent"] == readers
    for number in range(1, 41):
        subjects = [mail.subject for mail in stack.mails(to=f"reader{number}@example.gov.uk")]
        assert subjects.count("News of November") == 1
    when(editor).asks_why_not("reader1@example.gov.uk")
    then(editor).sees("The mail server took it on")


def test_editor_watches_an_issue_without_scripts(editor_without_scripts, inside):
    editor = editor_without_scripts
    given(inside).do("readers_subscribed", number=3)
    when(editor).writes("News without scripts", "All is **well**.")
    then(editor).sees_in_the_preview("well")
    when(editor).saves_the_issue()
    number = given(inside).do("an_issue_goes_out", subject="Watched without scripts")["number"]
    when(editor).opens_check_and_send(number)
    then(editor).watches_it_end(editor.counts_of_all())


def test_officer_asks_for_the_newsletter_in_the_sign_up(officer, inside):
    given(officer).has_answered_everything()
    when(officer).asks_for_the_newsletter_too()
    given(inside).do("an_issue_goes_out", subject="Too early")
    when(officer).sends_it()
    given(inside).do("an_issue_goes_out", subject="For officers too")
    then(officer).receives("For officers too")
    assert "Too early" not in officer.received()
