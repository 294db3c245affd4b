"""What officers and moderators do after a signature is public."""

from tests.journeys.moderators import Moderator
from tests.journeys.officers import Officer


class Reporter(Officer):
    """An officer whose commitment is public."""

    def reports_progress(self, stage, happened, learned):
        self.opens_the_dashboard()
        self.follows(f"Report progress on the commitment of {self.council.name}")
        self.presses("Continue")
        self.sees_error("Select where your commitment stands", "Enter what has happened")
        self.hands.choose(stage)
        self.hands.type("What has happened?", happened)
        self.hands.type("What have you learned? (optional)", learned)
        self.presses("Continue")
        self.sees_heading("Check your update")
        self.presses("Publish update")
        self.sees("Your update is public.", stage)

    def proposes_another_title(self, title):
        self.opens_the_dashboard()
        self.follows(f"Change the commitment of {self.council.name}")
        self.presses("Start")
        self.presses("Send changes for review")
        self.sees_error("You have not changed anything yet")
        self.retitles(title)

    def retitles(self, title):
        self.follows("Change title")
        self.hands.type("What is your commitment, in a few words?", title)
        self.presses("Save changes")
        self.sees("What you change")

    def sends_the_changes(self):
        self.presses("Send changes for review")
        self.sees("We have your changes.")

    def begins_another_commitment(self, answers):
        self.opens_the_dashboard()
        self.follows(f"Add another commitment of {self.council.name}")
        self.presses("Start")
        self.answers = answers
        self.answers_until("impact")
        self.fills_in_the_question()
        self.presses("Save and come back later")
        self.sees("Your answers are saved.")

    def goes_on_with_the_further_commitment(self):
        self.opens_the_dashboard()
        self.follows(f"Go on with the further commitment of {self.council.name}")

    def sends_the_further_commitment(self):
        self.presses("Send for review")
        self.sees("We have your further commitment.")


class Publisher(Moderator):
    """A moderator who looks after what is public."""

    def opens_the_edit_of(self, officer):
        self.goes_to("/admin/signatories/commitmentedit/")
        self.follows(officer.council.name)

    def accepts_the_edit_of(self, officer):
        self.opens_the_edit_of(officer)
        self.follows("Accept")
        self.sees("What reads differently now")
        self.presses("Save and send")
        self.sees("The emails are on their way.")

    def accepts_the_further_commitment_of(self, officer):
        self.opens_the_edit_of(officer)
        self.sees("What changed since it was last sent", f"What {officer.council.name} has promised already")
        self.follows("Accept")
        self.sees("Nobody signs again.", "The 2 emails that go")
        self.presses("Save and send")
        self.sees("The emails are on their way.")

    def sends_the_edit_back(self, officer, words):
        self.opens_the_edit_of(officer)
        self.follows("Request changes")
        self.presses("Preview the email")
        self.sees("Select a reason that the officer may read, or write a message")
        self.hands.type("Message to the officer", words)
        self.presses("Save, send nothing")
        self.sees("Saved on the record. No email was sent.", words)
        self.follows("Read, change or send it")
        self.presses("Save and send")
        self.sees("The emails are on their way.")

    def takes_the_update_down(self, officer, reason):
        self.goes_to(f"/admin/signatories/progress/?q={officer.reference}")
        self.opens_the_first_record()
        self.hands.type("Why it is taken down", reason)
        self.presses("Preview the email")
        self.sees("We have taken this update off the public page.")
        self.presses("Take down and email the officer")
        self.sees("Taken down. The email is on its way.")

    def restores(self, officer, reason):
        self.opens_the_record(officer)
        self.follows("Restore")
        self.presses("Preview the email")
        self.sees("Enter why it is restored")
        self.hands.type("Why it is restored", reason)
        self.presses("Preview the email")
        self.sees("Why we have put them back")
        self.presses("Restore and send the emails")
        self.sees("is on the public list again")

    def merges_into(self, officer, council):
        self.opens_the_record(officer)
        self.follows("It is the same as one on the list: merge")
        self.hands.type("Which organisation is it really?", council.name)
        self.presses("Search")
        self.hands.choose(council.name)
        self.presses("Show what would move")
        self.sees(officer.reference, officer.email)
        self.presses("Merge for good")
        self.sees(f"is part of {council.name} now.")
