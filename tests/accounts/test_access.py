"""Who gets where: every address, every kind of person, GET and POST, against a written table.

A new address without a row fails. Each row says, for GET and for POST, what happens to
a stranger, officer A (whose signature it is), officer B of another council, a viewer, a moderator,
an editor and an administrator, in this order:

i   let in
s   sent to sign in
r   refused (403)
a   not there (404)
m   no such method (405)
"""

from django.urls import reverse

from tests.accounts.asking_everybody import PEOPLE, addresses, answers, arguments, contents, read_table
from tests.newsletter.access import NEWSLETTER

TABLE = """
declaration                                          iiiiiii mmmmmmm
declaration_version                                  iiiiiii mmmmmmm
accessibility_statement                              iiiiiii mmmmmmm
privacy                                              iiiiiii mmmmmmm
cookies                                              iiiiiii mmmmmmm
contact                                              iiiiiii mmmmmmm
security_txt                                         iiiiiii mmmmmmm
health_live                                          iiiiiii mmmmmmm
health_ready                                         iiiiiii mmmmmmm
mail_receipts                                        mmmmmmm aaaaaaa
mail_bounces                                         mmmmmmm aaaaaaa
home                                                 iiiiiii mmmmmmm
signatories                                          iiiiiii mmmmmmm
signatories_csv                                      iiiiiii mmmmmmm
signatories_json                                     iiiiiii mmmmmmm
signatories_atom                                     iiiiiii mmmmmmm
signatories_data                                     iiiiiii mmmmmmm
organisation                                         iiiiiii mmmmmmm
badge                                                iiiiiii mmmmmmm
badge_image                                          iiiiiii mmmmmmm
certificate_file                                     aaaaaaa mmmmmmm
certificate                                          aaaaaaa mmmmmmm
commitments                                          iiiiiii mmmmmmm
sitemap                                              iiiiiii mmmmmmm
robots                                               iiiiiii mmmmmmm
report_mistake                                       iiiiiii iiiiiii
mistake_reported                                     iiiiiii mmmmmmm
check                                                iiiiiii mmmmmmm
check_csv                                            iiiiiii mmmmmmm
check_json                                           iiiiiii mmmmmmm
check_upload                                         iiiiiii iiiiiii
coverage                                             iiiiiii mmmmmmm
api:openapi-json                                     iiiiiii mmmmmmm
api:api-root                                         iiiiiii mmmmmmm
api:organisations                                    iiiiiii mmmmmmm
api:organisation                                     iiiiiii mmmmmmm
api:signatories                                      iiiiiii mmmmmmm
api:signatory                                        aaaaaaa mmmmmmm
api:commitments                                      iiiiiii mmmmmmm
api:commitment                                       aaaaaaa mmmmmmm
api:versions                                         iiiiiii mmmmmmm
api:version                                          iiiiiii mmmmmmm
api:check                                            iiiiiii mmmmmmm
api:coverage                                         iiiiiii mmmmmmm
api:changes                                          iiiiiii mmmmmmm
api:docs                                             iiiiiii mmmmmmm
api:nothing_here                                     aaaaaaa mmmmmmm
sign_start                                           iiiiiii mmmmmmm
suppliers                                            iiiiiii mmmmmmm
choose_organisation                                  siiiiii siiiiii
search_organisations                                 siiiiii smmmmmm
suggest_organisations                                siiiiii smmmmmm
propose_organisation                                 siiiiii siiiiii
organisation_start                                   siiiiii siiiiii
sign_up                                              siaaaaa smmmmmm
check_answers                                        siaaaaa siaaaaa
submitted                                            siaaaaa smmmmmm
question                                             siaaaaa siaaaaa
dashboard                                            siiiiii smmmmmm
own_data                                             siiiiii smmmmmm
own_data_file                                        siiiiii smmmmmm
erase_own_data                                       siiiiii siiiiii
own_data_erased                                      iiiiiii mmmmmmm
withdraw                                             siaaaaa siaaaaa
take_over                                            sirrrrr sirrrrr
hand_over                                            siaaaaa siaaaaa
take_back_handover                                   smmmmmm siaaaaa
stop_acting                                          siaaaaa siaaaaa
confirm_contact                                      siaaaaa siaaaaa
resend_to_approver                                   smmmmmm siaaaaa
correct_approver                                     siaaaaa siaaaaa
start_again                                          smmmmmm siaaaaa
sign_as_officer                                      siaaaaa siaaaaa
report_progress                                      siaaaaa siaaaaa
check_progress                                       siaaaaa siaaaaa
add_commitment                                       siaaaaa siaaaaa
check_addition                                       siaaaaa siaaaaa
withdraw_addition                                    siaaaaa siaaaaa
addition_question                                    siaaaaa siaaaaa
edit_commitment                                      siaaaaa siaaaaa
submit_edit                                          siaaaaa siaaaaa
withdraw_edit                                        siaaaaa siaaaaa
edit_question                                        siaaaaa siaaaaa
approve                                              iiiiiii iiiiiii
decline                                              iiiiiii iiiiiii
renew_link                                           mmmmmmm iiiiiii
account                                              saaiiii saaiiii
account_session                                      iiiiiii iiiiiii
account_discard_unsaved                              mmmmmmm iiiiiii
account_provider                                     mmmmmmm aaaaaaa
openid_connect_callback                              aaaaaaa mmmmmmm
account_login                                        sssssss sssssss
account_request_login_code                           iiiiiii iiiiiii
account_confirm_login_code                           siiiiii siiiiii
account_resend_login_code                            mmmmmmm sssssss
account_different_address                            mmmmmmm sssssss
account_logout                                       iiiiiii iiiiiii
account_signed_out                                   iiiiiii mmmmmmm
account_inactive                                     rrrrrrr mmmmmmm
mfa_index                                            saaiiii saammmm
mfa_authenticate                                     siiiiii siiiiii
mfa_reauthenticate                                   saaiiii saaiiii
mfa_activate_totp                                    saaiiii saaiiii
mfa_deactivate_totp                                  saaiiii saaiiii
mfa_add_webauthn                                     saaiiii saaiiii
mfa_reauthenticate_webauthn                          saaiiii saaiiii
mfa_list_webauthn                                    saaiiii saammmm
mfa_remove_webauthn                                  saaiiii saaiiii
mfa_view_recovery_codes                              saaiiii saammmm
mfa_generate_recovery_codes                          saaiiii saaiiii
admin:index                                          srriiii srriiii
admin:login                                          srriiii srriiii
admin:logout                                         srriiii srriiii
admin:password_change                                srraaaa srraaaa
admin:password_change_done                           srraaaa srraaaa
admin:autocomplete                                   srrrrrr srrmmmm
admin:jsi18n                                         srriiii srrmmmm
admin:view_on_site                                   srraaaa srraaaa
admin:audit_auditevent_changelist                    srrriri srrriri
admin:audit_auditevent_export                         srrrrrm srrrrri
admin:audit_auditevent_add                           srrrrrr srrrrrr
admin:audit_auditevent_history                       srrriri srrriri
admin:audit_auditevent_delete                        srrrrrr srrrrrr
admin:audit_auditevent_change                        srrriri srrrrrr
admin:personal_data_erasure_somebody                 srrrrri srrrrri
admin:personal_data_erasure_changelist               srrrrri srrrrri
admin:personal_data_erasure_add                      srrrrrr srrrrrr
admin:personal_data_erasure_history                  srrrrri srrrrri
admin:personal_data_erasure_delete                   srrrrrr srrrrrr
admin:personal_data_erasure_change                   srrrrri srrrrrr
admin:personal_data_hold_changelist                  srrriri srrriri
admin:personal_data_hold_add                         srrriri srrriri
admin:personal_data_hold_history                     srrriri srrriri
admin:personal_data_hold_delete                      srrriri srrriri
admin:personal_data_hold_change                      srrriri srrrrrr
admin:personal_data_retentionrun_changelist          srrriri srrriri
admin:personal_data_retentionrun_add                 srrrrrr srrrrrr
admin:personal_data_retentionrun_history             srrriri srrriri
admin:personal_data_retentionrun_delete              srrrrrr srrrrrr
admin:personal_data_retentionrun_change              srrriri srrrrrr
admin:personal_data_unforgotten_changelist           srrriri srrriri
admin:personal_data_unforgotten_add                  srrrrrr srrrrrr
admin:personal_data_unforgotten_history              srrriri srrriri
admin:personal_data_unforgotten_delete               srrrrrr srrrrrr
admin:personal_data_unforgotten_change               srrriri srrrrrr
admin:outbox_email_send_again                        srrrmrm srrriri
admin:outbox_email_mark_as_sent                      srrrmrm srrriri
admin:outbox_email_changelist                        srrriri srrriri
admin:outbox_email_add                               srrrrrr srrrrrr
admin:outbox_email_history                           srrriri srrriri
admin:outbox_email_delete                            srrrrrr srrrrrr
admin:outbox_email_change                            srrriri srrrrrr
admin:accounts_user_changelist                       srrrrri srrrrri
admin:accounts_user_add                              srrrrri srrrrri
admin:accounts_user_history                          srrrrri srrrrri
admin:accounts_user_delete                           srrrrrr srrrrrr
admin:accounts_user_change                           srrrrri srrrrri
admin:declaration_declarationversion_publish         srrrrrm srrrrri
admin:declaration_declarationversion_changelist      srriiii srriiii
admin:declaration_declarationversion_add             srrrrri srrrrri
admin:declaration_declarationversion_history         srriiii srriiii
admin:declaration_declarationversion_delete          srrrrrr srrrrrr
admin:declaration_declarationversion_change          srriiii srrrrri
admin:declaration_servicearea_changelist             srriiii srriiii
admin:declaration_servicearea_add                    srrrrri srrrrri
admin:declaration_servicearea_history                srriiii srriiii
admin:declaration_servicearea_delete                 srrrrrr srrrrrr
admin:declaration_servicearea_change                 srriiii srrrrri
admin:signatories_correctionrequest_settle           srrrmrm srrriri
admin:signatories_commitment_decide                  srrriri srrriri
admin:signatories_commitment_discard                 srrrmrm srrriri
admin:signatories_commitment_restore                 srrriri srrriri
admin:signatories_commitment_changelist              srriiii srriiii
admin:signatories_commitment_add                     srrrrrr srrrrrr
admin:signatories_commitment_history                 srriiii srriiii
admin:signatories_commitment_delete                  srrrrrr srrrrrr
admin:signatories_commitment_change                  srriiii srrmmmm
admin:signatories_commitmentedit_decide              srrriri srrriri
admin:signatories_commitmentedit_hide                srrriri srrriri
admin:signatories_commitmentedit_discard             srrrmrm srrriri
admin:signatories_commitmentedit_bulk                srrrmrm srrriri
admin:signatories_commitmentedit_bulk_done           srrriri srrrmrm
admin:signatories_commitmentedit_care                srrrmrm srrriri
admin:signatories_commitmentedit_changelist          srriiii srriiii
admin:signatories_commitmentedit_add                 srrrrrr srrrrrr
admin:signatories_commitmentedit_history             srriiii srriiii
admin:signatories_commitmentedit_delete              srrrrrr srrrrrr
admin:signatories_commitmentedit_change              srriiii srrmmmm
admin:signatories_correctionrequest_changelist       srriiii srriiii
admin:signatories_correctionrequest_add              srrrrrr srrrrrr
admin:signatories_correctionrequest_history          srriiii srriiii
admin:signatories_correctionrequest_delete           srrrrrr srrrrrr
admin:signatories_correctionrequest_change           srriiii srrmmmm
admin:declaration_switches_changelist                srrrrri srrrrri
admin:declaration_switches_add                       srrrrrr srrrrrr
admin:declaration_switches_history                   srrrrri srrrrri
admin:declaration_switches_delete                    srrrrrr srrrrrr
admin:declaration_switches_change                    srrrrri srrrrri
admin:signatories_organisation_merge                 srrriri srrriri
admin:signatories_organisation_changelist            srriiii srriiii
admin:signatories_organisation_add                   srrriri srrriri
admin:signatories_organisation_history               srriiii srriiii
admin:signatories_organisation_delete                srrrrrr srrrrrr
admin:signatories_organisation_change                srriiii srrriri
admin:signatories_progress_take_down                 srrrmrm srrriri
admin:signatories_progress_changelist                srriiii srriiii
admin:signatories_progress_add                       srrrrrr srrrrrr
admin:signatories_progress_history                   srriiii srriiii
admin:signatories_progress_delete                    srrrrrr srrrrrr
admin:signatories_progress_change                    srriiii srrmmmm
admin:signatories_reason_changelist                  srriiii srriiii
admin:signatories_reason_add                         srrrrri srrrrri
admin:signatories_reason_history                     srriiii srriiii
admin:signatories_reason_delete                      srrrrrr srrrrrr
admin:signatories_reason_change                      srriiii srrrrri
admin:signatories_signature_find                     srriiii srrmmmm
admin:signatories_signature_next                     srriiii srrmmmm
admin:signatories_signature_care                     srrrmrm srrriri
admin:signatories_signature_bulk                     srrrmrm srrriri
admin:signatories_signature_bulk_done                srrriri srrrmrm
admin:signatories_signature_decide                   srrriri srrriri
admin:signatories_signature_verify_officer           srrrmrm srrriri
admin:signatories_signature_confirm_organisation     srrrmrm srrriri
admin:signatories_signature_restore                  srrriri srrriri
admin:signatories_signature_report                   srriiii srrmmmm
admin:signatories_signature_report_csv               srriiii srrmmmm
admin:signatories_signature_changelist               srriiii srriiii
admin:signatories_signature_add                      srrrrrr srrrrrr
admin:signatories_signature_history                  srriiii srriiii
admin:signatories_signature_delete                   srrrrrr srrrrrr
admin:signatories_signature_change                   srriiii srrmmmm
admin:app_list                                       srriiii srriiii
mailbox                                              iiiiiii mmmmmmm
mailbox_message                                      aaaaaaa mmmmmmm
mailbox_html                                         aaaaaaa mmmmmmm
"""


ROWS = read_table(TABLE.rstrip() + NEWSLETTER)


def test_every_address_has_a_row():
    named = set(addresses())
    assert named - set(ROWS) == set(), "write a row for each of these"
    assert set(ROWS) - named == set(), "these rows are about nothing"


def unlike_the_table(method, clients, objects):
    """Return what happens to somebody at an address by this method, and should not."""
    found = {}
    for name in ROWS:
        path = reverse(name, kwargs=arguments(name, objects))
        found[name] = "".join(answers(clients[person], method, path) for person in PEOPLE)
    return [
        f"{name}: {found[name]} should be {row[method]}"
        for name, row in ROWS.items()
        if found[name] != row[method]
    ]


def test_everybody_gets_where_the_table_says_and_no_get_changes_a_row(world):
    before = contents()
    wrong = unlike_the_table("GET", *world)
    assert not wrong, "\n".join(wrong)
    assert contents() == before


def test_everybody_posts_where_the_table_says(world):
    wrong = unlike_the_table("POST", *world)
    assert not wrong, "\n".join(wrong)
