"""Who gets where in the newsletter: its part of the table in tests/accounts/test_access.py."""

from declaration.accounts.models import User
from declaration.newsletter import links
from declaration.newsletter.models import Picture, SubscriberImport, Suppression
from declaration.outbox.leaving import leave_token
from tests.newsletter.making import published_issue, subscriber_of

NEWSLETTER = """
newsletter                                           iiiiiii iiiiiii
newsletter_look                                      iiiiiii mmmmmmm
newsletter_confirm                                   iiiiiii iiiiiii
newsletter_confirmed                                 iiiiiii mmmmmmm
newsletter_leave                                     iiiiiii iiiiiii
newsletter_left                                      iiiiiii mmmmmmm
newsletter_ask_for_link                              iiiiiii iiiiiii
newsletter_choices_saved                             iiiiiii mmmmmmm
newsletter_manage                                    iiiiiii iiiiiii
newsletter_download                                  iiiiiii mmmmmmm
newsletter_change_address                            iiiiiii iiiiiii
newsletter_forget                                    iiiiiii iiiiiii
newsletter_leave_from_choices                        mmmmmmm iiiiiii
newsletter_move                                      iiiiiii iiiiiii
newsletter_forgotten                                 iiiiiii mmmmmmm
newsletter_issues                                    iiiiiii mmmmmmm
newsletter_issue                                     iiiiiii mmmmmmm
newsletter_feed                                      iiiiiii mmmmmmm
admin:newsletter_newsletterissue_preview             srrrrii srrrrii
admin:newsletter_newsletterissue_sender_domain       srrrrii srrrrii
admin:newsletter_newsletterissue_sending             srrrrii srrrrmm
admin:newsletter_newsletterissue_results             srrrrii srrrrmm
admin:newsletter_newsletterissue_do                  srrrrii srrrrii
admin:newsletter_newsletterissue_changelist          srrrrii srrrrii
admin:newsletter_newsletterissue_add                 srrrrii srrrrii
admin:newsletter_newsletterissue_history             srrrrii srrrrii
admin:newsletter_newsletterissue_delete              srrrrrr srrrrrr
admin:newsletter_newsletterissue_change              srrrrii srrrrrr
admin:newsletter_subscriber_export                   srrrrii srrrrmm
admin:newsletter_subscriber_suppress                 srrrrmm srrrrii
admin:newsletter_subscriber_changelist               srrrrii srrrrii
admin:newsletter_subscriber_add                      srrrrrr srrrrrr
admin:newsletter_subscriber_history                  srrrrii srrrrii
admin:newsletter_subscriber_delete                   srrrrrr srrrrrr
admin:newsletter_subscriber_change                   srrrrii srrrrrr
newsletter_picture                                   iiiiiii mmmmmmm
admin:newsletter_picture_changelist                  srrrrii srrrrii
admin:newsletter_picture_add                         srrrrii srrrrii
admin:newsletter_picture_history                     srrrrii srrrrii
admin:newsletter_picture_delete                      srrrrrr srrrrrr
admin:newsletter_picture_change                      srrrrii srrrrmm
admin:newsletter_subscriberimport_apply              srrrrmm srrrrii
admin:newsletter_subscriberimport_problems           srrrrii srrrrmm
admin:newsletter_subscriberimport_changelist         srrrrii srrrrii
admin:newsletter_subscriberimport_add                srrrrii srrrrii
admin:newsletter_subscriberimport_history            srrrrii srrrrii
admin:newsletter_subscriberimport_delete             srrrrrr srrrrrr
admin:newsletter_subscriberimport_change             srrrrii srrrrmm
admin:newsletter_suppression_lift                    srrrrmm srrrrii
admin:newsletter_suppression_changelist              srrrrii srrrrii
admin:newsletter_suppression_add                     srrrrii srrrrii
admin:newsletter_suppression_history                 srrrrii srrrrii
admin:newsletter_suppression_delete                  srrrrrr srrrrrr
admin:newsletter_suppression_change                  srrrrii srrrrrr
"""
WITHOUT_TOKEN = {"look", "confirmed", "left", "ask_for_link", "choices_saved", "forgotten", "issues", "feed"}


def newsletter_objects():
    """Return one of everything that has a page of its own."""
    return {
        "newsletter.newsletterissue": published_issue(),
        "newsletter.picture": Picture.objects.create(
            digest="0" * 32,
            kind="png",
            content=b"",
            width=1,
            height=1,
            alt="Bins",
            added_by=User.objects.create_user("illustrator@communities.gov.uk"),
        ),
        "newsletter.subscriber": subscriber_of("reader@example.gov.uk"),
        "newsletter.subscriberimport": SubscriberImport.objects.create(
            name="list.csv", checked_by=User.objects.create_user("importer@communities.gov.uk")
        ),
        "newsletter.suppression": Suppression.objects.create(address="0" * 64, reason="staff"),
    }


def newsletter_arguments(name, objects):
    """Return what an address of the newsletter needs to be about this reader and this issue."""
    reader = objects["newsletter.subscriber"]
    match name.removeprefix("newsletter_"):
        case page if page in WITHOUT_TOKEN:
            return {}
        case "issue":
            return {"slug": objects["newsletter.newsletterissue"].slug}
        case "picture":
            picture = objects["newsletter.picture"]
            return {"digest": picture.digest, "kind": picture.kind}
        case "leave":
            return {"token": leave_token(reader.pk)}
        case "confirm":
            return {"token": links.confirm_url(reader).rstrip("/").rpartition("/")[2]}
        case "move":
            return {"token": links.move_url(reader, "new@example.gov.uk").rstrip("/").rpartition("/")[2]}
    return {"token": links.manage_token(reader)}
