"""Addresses of the newsletter."""

from django.urls import path

from declaration.newsletter import one_click, pictures, views

urlpatterns = [
    path("", views.subscribe, name="newsletter"),
    path("check-your-email/", views.look_in_mailbox, name="newsletter_look"),
    path("confirm/<str:token>/", views.confirm, name="newsletter_confirm"),
    path("confirmed/", views.confirmed, name="newsletter_confirmed"),
    path("leave/<str:token>/", one_click.leave, name="newsletter_leave"),
    path("left/", views.left, name="newsletter_left"),
    path("choices/", views.ask_for_link, name="newsletter_ask_for_link"),
    path("choices/saved/", views.choices_saved, name="newsletter_choices_saved"),
    path("choices/<str:token>/", views.manage, name="newsletter_manage"),
    path("choices/<str:token>/download/", views.download, name="newsletter_download"),
    path("choices/<str:token>/address/", views.change_address, name="newsletter_change_address"),
    path("choices/<str:token>/delete/", views.forget, name="newsletter_forget"),
    path("choices/<str:token>/leave/", views.leave_from_choices, name="newsletter_leave_from_choices"),
    path("address/<str:token>/", views.move, name="newsletter_move"),
    path("forgotten/", views.forgotten, name="newsletter_forgotten"),
    path("issues/", views.issues, name="newsletter_issues"),
    path("issues/<slug:slug>/", views.issue, name="newsletter_issue"),
    path("pictures/<slug:digest>.<slug:kind>", pictures.picture, name="newsletter_picture"),
    path("feed.atom", views.feed, name="newsletter_feed"),
]
