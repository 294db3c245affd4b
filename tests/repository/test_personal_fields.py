"""Every field that can hold something about a person is placed, and what is said of fields is true."""

import pytest
from django.apps import apps
from django.core.exceptions import FieldError
from django.db import models
from django.test.utils import isolate_apps

from declaration.personal_fields import OF_PACKAGES, Person, PersonalFields, misplaced, personal_fields_of


def test_place_every_field_of_text():
    assert {
        model._meta.label: sorted(missing) for model in apps.get_models() if (missing := misplaced(model))
    } == {}


def test_say_nothing_of_fields_or_tables_that_are_not_there():
    assert set(OF_PACKAGES) - {model._meta.label for model in apps.get_models()} == set()
    for model in apps.get_models():
        said = personal_fields_of(model)
        fields = {field.name for field in model._meta.concrete_fields}
        beside = {name for person in said.people for name in person.beside.split()}
        assert (said.personal | {*said.none} | beside) - fields == set(), model._meta.label


@pytest.mark.django_db
def test_find_people_by_ways_that_exist():
    found = 0
    for model in apps.get_models():
        for person in personal_fields_of(model).people:
            try:
                model._default_manager.filter(
                    **{person.found_by: "nobody@example.gov.uk"}, **person.only
                ).first()
            except FieldError as error:
                raise AssertionError(f"{model._meta.label}: {person.called}") from error
            found += 1
    assert found > 20


@isolate_apps("signatories")
def test_notice_a_new_field_that_nobody_placed():
    class Guest(models.Model):
        full_name = models.CharField(max_length=10)
        seen_from = models.GenericIPAddressField()
        diet = models.CharField(max_length=1, choices=[("v", "Vegan")])
        personal_fields = PersonalFields(Person("Guest", "full_name", "full_name"))

        class Meta:
            app_label = "signatories"

        def __str__(self):
            return self.full_name

    assert misplaced(Guest) == {"seen_from"}
    Guest.personal_fields = PersonalFields(
        Person("Guest", "full_name", "full_name"), none="seen_from full_name"
    )
    assert misplaced(Guest) == {"full_name"}
