"""Who gets an issue; counted when something is done with it, so that to look at it counts nobody."""

from django.db.models import QuerySet
from django.utils import timezone

from declaration.newsletter.models import NewsletterIssue, Subscriber


def audience_of(issue: NewsletterIssue) -> QuerySet[Subscriber]:
    """Return who would get an issue now."""
    areas = [area.pk for area in issue.service_areas.all()]
    return Subscriber.objects.subscribed().wanting(areas=areas, regions=issue.regions)


def count_readers(issue: NewsletterIssue) -> int:
    """Return how many would get an issue now, and keep the number and the moment on it."""
    issue.readers = audience_of(issue).count()
    issue.subscribed = Subscriber.objects.subscribed().count()
    issue.readers_counted_at = timezone.now()
    issue.save(update_fields=["readers", "subscribed", "readers_counted_at"])
    return issue.readers
