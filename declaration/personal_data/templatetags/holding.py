"""Whether a record is held, for the page about it."""

from django import template
from django.db import models

from declaration.personal_data.models import Hold

register = template.Library()


@register.simple_tag
def hold_on(record: models.Model) -> Hold | None:
    """Return why a record is kept longer than its time, if it is."""
    return Hold.objects.filter(record_type=record._meta.label_lower, record_id=str(record.pk)).first()
