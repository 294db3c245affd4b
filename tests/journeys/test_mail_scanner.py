"""Links in emails are opened by machines before people see them."""

from tests.journeys.on_both_stacks import on_both_stacks
from tests.journeys.scanner import MailScanner
from tests.journeys.telling import given, then, when


@on_both_stacks
def test_scanner_opens_every_link_and_nothing_changes(officer, approver, moderator, public, stack):
    scanner = MailScanner(stack)
    given(officer).has_sent_a_commitment()
    given(moderator).requests_changes(officer, "Too broad", "Please name one service.")
    given(officer).receives("Please change")

    before = everything_in(stack)
    when(scanner).opens_every_link(officer)
    assert everything_in(stack) == before
    then(officer).goes_to(f"/sign/{officer.reference}/check/")
    then(officer).sends_it()
    then(officer).receives("We have your sign-up")
    given(moderator).accepts(officer)
    given(officer).receives("We have accepted")
    given(approver).gets_the_link()

    before = everything_in(stack)
    when(scanner).opens_every_link(officer, approver)
    assert scanner.opened.count(approver.link) == 6
    assert everything_in(stack) == before
    then(public).sees_that_it_has_not_signed(officer.council)
    then(approver).opens_the_link()
    then(approver).signs()

    given(approver).receives("Your copy")
    given(officer).receives(f"{officer.council.name} has signed")
    before = everything_in(stack)
    when(scanner).opens_every_link(officer, approver)
    assert everything_in(stack) == before
    then(public).finds_on_the_list(officer.council)


def everything_in(stack):
    """Return the rows of every table."""
    if stack.kind == "postgres":
        names = "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
    else:
        names = "SELECT name FROM sqlite_master WHERE type = 'table'"
    tables = sorted(name for [name] in stack.rows(names))
    assert "django_session" in tables
    return {table: sorted(map(repr, stack.rows(f'SELECT * FROM "{table}"'))) for table in tables}  # noqa: S608
