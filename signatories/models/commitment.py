"""What the organisation will do."""

from django.db import models


class Commitment(models.Model):
    """One specific piece of work, in line with the principles, to be delivered within about a year."""

    signature = models.ForeignKey(
        "signatories.Signature", on_delete=models.CASCADE, related_name="commitments"
    )
    title = models.CharField(max_length=150, blank=True)
    mission = models.TextField(max_length=3000, blank=True)
    impact = models.TextField(max_length=3000, blank=True)
    partners = models.TextField(
        max_length=2000, blank=True, help_text="Partners that are not in the register, one on each line."
    )
    partner_organisations = models.ManyToManyField(
        "signatories.Organisation", blank=True, related_name="partner_in_commitments"
    )
    principles = models.ManyToManyField("declaration.Principle", blank=True, related_name="commitments")
    service_areas = models.ManyToManyField("declaration.ServiceArea", blank=True, related_name="commitments")
    target_date = models.DateField(null=True, blank=True)
    open_to_others = models.BooleanField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            # One commitment to a signature today; a signatory's further commitments will lift this.
            models.UniqueConstraint(fields=["signature"], name="one_commitment_per_signature"),
        ]

    def __str__(self) -> str:
        return self.title or "Untitled commitment"

    @property
    def partner_lines(self) -> list[str]:
        return [line.strip() for line in self.partners.splitlines() if line.strip()]
